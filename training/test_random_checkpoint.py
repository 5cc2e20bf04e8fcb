"""Tests of random_checkpoint.py on its smallest shape."""

import json
import shutil

import pytest
import random_checkpoint
from transformers import AutoModelForCausalLM, AutoTokenizer

FLAGS = ("--shape", "tiny", "--tokenizer")


def test_a_checkpoint_has_the_shape_and_the_tokenizer_it_was_asked_for(base, tmp_path, capsys):
    base, out = base / "model", tmp_path / "out"
    assert random_checkpoint.main([*FLAGS, str(base), "--out", str(out)]) == 0
    shape = random_checkpoint.SHAPES["tiny"]
    config = json.loads((out / "config.json").read_text())
    assert {name: config[name] for name in shape} == shape
    model = AutoModelForCausalLM.from_pretrained(out)
    count = sum(p.numel() for p in model.parameters())
    assert f"{count / 1e9:.2f} billion random weights" in capsys.readouterr().out
    weights = dict(model.named_parameters())
    drawn = weights["model.layers.1.mlp.up_proj.weight"].float()
    assert 0.015 < drawn.std() < 0.025
    assert abs(drawn.mean()) < 0.002
    mine, theirs = (AutoTokenizer.from_pretrained(folder) for folder in (out, base))
    assert mine("How many?").input_ids == theirs("How many?").input_ids
    assert mine.chat_template == theirs.chat_template
    assert config["eos_token_id"] == theirs.eos_token_id


def test_what_cannot_be_made_is_one_line_and_exit_code_2(base, tmp_path, monkeypatch, capsys):
    base = base / "model"
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "tokenizer.json").write_text("{")
    few = {"tiny": {**random_checkpoint.SHAPES["tiny"], "vocab_size": 10}}
    for tokenizer, out, shapes, line in (
        (base, "there", None, "there exists"),
        (tmp_path, "new", None, f"there is no tokenizer.json in {tmp_path}"),
        (base, "new", few, "words, tiny 10"),
        (base, "file/new", None, "cannot write "),
        (tmp_path / "broken", "new", None, "cannot load the tokenizer in "),
    ):
        with monkeypatch.context() as changed:
            if shapes:
                changed.setattr(random_checkpoint, "SHAPES", shapes)
            flags = [*FLAGS, str(tokenizer), "--out", str(tmp_path / out)]
            assert random_checkpoint.main(flags) == 2
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 1 and told[0].startswith("random_checkpoint.py: ") and line in told[0]
    assert not (tmp_path / "new").exists()
    nearly_full = shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: nearly_full)
    assert random_checkpoint.main([*FLAGS, str(base), "--out", str(tmp_path / "new")]) == 2
    assert "has 0.0 GB left" in capsys.readouterr().err
    assert not list(tmp_path.glob("new*"))
    with pytest.raises(SystemExit):
        random_checkpoint.main(["--shape", "huge", "--tokenizer", str(base), "--out", "x"])
