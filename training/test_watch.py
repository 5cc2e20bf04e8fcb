"""Tests of checkpoints that are kept, held-out loss, early stopping, and what is said of a run."""

import json

import lora_watch
import pytest
import torch
from lora_watch import checkpoint_steps, chosen_checkpoint, patience_is_over
from peft import PeftModel
from safetensors.torch import load_file
from testing.tiny_model import RECORDS, record, rows, run, stop_after, weights, write_records
from transformers import AutoModelForCausalLM


def held_out(tmp_path, count=4):
    path = tmp_path / "parts.jsonl"
    other = [record(f"other table u{n}(c)?", f"SELECT c FROM u{n}") for n in range(count)]
    write_records(path, [*RECORDS, *({**row, "part": "held_out"} for row in other)])
    return ("--data", path)


def facts(out):
    return json.loads((out / "run.json").read_text())


def test_checkpoints_are_equally_spaced_and_the_last_step_is_one():
    assert checkpoint_steps(100, 4) == [25, 50, 75, 100]
    assert checkpoint_steps(10, 3) == [3, 7, 10]
    assert checkpoint_steps(3, 10) == [1, 2, 3]
    assert checkpoint_steps(1, 1) == [1]


def test_the_chosen_checkpoint_and_the_end_of_patience():
    losses = [(10, 2.0), (20, 1.5), (30, 1.5), (40, 1.6)]
    assert chosen_checkpoint(losses) == (20, 1.5)
    assert chosen_checkpoint([]) is None
    assert patience_is_over(losses, 2)
    assert not patience_is_over(losses, 3)
    assert not patience_is_over([*losses, (50, 1.4)], 2)
    assert not patience_is_over(losses, None)


def test_kept_checkpoints_are_adapters_and_the_last_is_the_run_s(base, tmp_path):
    out = tmp_path / "run"
    assert run(base, out, "--epochs", 2, "--checkpoints", 3, *held_out(tmp_path)) == 0
    kept = sorted(path.name for path in (out / "checkpoints").iterdir())
    assert kept == ["step-000003", "step-000007", "step-000010"]
    last = out / "checkpoints" / kept[-1]
    assert (last / "adapter_model.safetensors").read_bytes() == weights(out)
    assert (last / "adapter_config.json").read_bytes() == (out / "adapter_config.json").read_bytes()
    first = load_file(out / "checkpoints" / kept[0] / "adapter_model.safetensors")
    assert any(
        not torch.equal(first[name], value)
        for name, value in load_file(last / "adapter_model.safetensors").items()
    )
    model = AutoModelForCausalLM.from_pretrained(base / "model")
    PeftModel.from_pretrained(model, out / "checkpoints" / kept[0])
    measured = {row["step"]: row["held_out_loss"] for row in rows(out) if "held_out_loss" in row}
    assert sorted(measured) == [3, 7, 10]
    told = facts(out)
    assert told["held_out_losses"] == [{"step": s, "loss": at} for s, at in measured.items()]
    assert told["chosen_checkpoint"] == min(measured, key=measured.get)
    assert told["adapter_step"] == told["steps"] == 10
    assert told["seed"] == 42 and len(told["data_sha256"]) == 64
    assert told["environment"]["packages"]["torch"] == torch.__version__


def test_a_training_that_gets_worse_stops_early_with_its_best_adapter(base, tmp_path, capsys):
    out = tmp_path / "run"
    flags = ("--epochs", 30, "--checkpoints", 15, "--learning_rate", 0.05, "--dropout", 0)
    assert run(base, out, *flags, "--early_stopping_patience", 2, *held_out(tmp_path)) == 0
    told = facts(out)
    assert told["stopped_early"] and told["steps"] < 150
    assert "stopped early after step" in capsys.readouterr().err
    planned = json.loads((out / "config.json").read_text())["planned"]
    assert planned["steps"] == told["steps"] == len(rows(out))
    assert planned["tokens"] == rows(out)[-1]["tokens"] and told["planned"]["steps"] == 150
    losses = {row["step"]: row["loss"] for row in told["held_out_losses"]}
    best = min(losses, key=losses.get)
    assert told["adapter_step"] == told["chosen_checkpoint"] == best
    assert [*losses].index(best) == len(losses) - 3
    folder = out / "checkpoints" / f"step-{best:06d}"
    assert weights(out) == (folder / "adapter_model.safetensors").read_bytes()
    assert (
        run(base, out, *flags, "--early_stopping_patience", 2, *held_out(tmp_path), "--resume") == 0
    )


def test_a_stopped_run_goes_on_to_the_same_checkpoints(base, tmp_path, monkeypatch):
    flags = ("--epochs", 2, "--checkpoints", 3, *held_out(tmp_path))
    assert run(base, tmp_path / "whole", *flags) == 0
    with monkeypatch.context() as patch:
        stop_after(patch, 5)
        assert run(base, tmp_path / "cut", *flags) == 143
    assert run(base, tmp_path / "cut", *flags, "--resume") == 0
    for name in ("step-000003", "step-000007", "step-000010"):
        left, right = (
            tmp_path / at / "checkpoints" / name / "adapter_model.safetensors"
            for at in ("cut", "whole")
        )
        assert left.read_bytes() == right.read_bytes()
    assert facts(tmp_path / "cut") == facts(tmp_path / "whole")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--early_stopping_patience", 2, "--checkpoints", 4), "needs held-out records"),
        (("--kl_weight", 0.1), "kl_weight is 0.1, and the data have no anchor records"),
        (("--kernels", "graphs"), "--kernels graphs cannot be used: CUDA graphs need an NVIDIA"),
        (("--report_to", "wandb"), "--report_to wandb needs the package wandb"),
    ],
)
def test_settings_that_lack_something_are_one_line(base, tmp_path, capsys, flags, message):
    if "graphs" in flags and torch.cuda.is_available():
        pytest.skip("there is an NVIDIA GPU here")
    assert run(base, tmp_path / "run", *flags) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "anchors"}, "kind must be one of sql, replay, anchor"),
        ({"part": "dev"}, "part must be one of train, held_out"),
        ({"kind": "anchor"}, "the data have 1 anchor records, and kl_weight is 0"),
    ],
)
def test_marks_of_records_are_checked(base, tmp_path, capsys, change, message):
    write_records(tmp_path / "odd.jsonl", [*RECORDS, {**RECORDS[0], **change}])
    assert run(base, tmp_path / "run", "--data", tmp_path / "odd.jsonl") == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_a_marker_in_a_text_is_refused(base, tmp_path, capsys):
    odd = record("what is <|im_start|> here?", "SELECT 1")
    write_records(tmp_path / "odd.jsonl", [*RECORDS, odd])
    assert run(base, tmp_path / "run", "--data", tmp_path / "odd.jsonl") == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert (
        "line 21 has the marker '<|im_start|>' 4 times, and the template writes it 3 times" in line
    )


def test_the_first_example_is_shown_with_its_mask(base, tmp_path, capsys):
    assert run(base, tmp_path / "run") == 0
    lines = capsys.readouterr().err.splitlines()
    assert "example: line 1, 74 tokens: 57 not learnt, 17 learnt" in lines
    assert "example: learnt 'SELECT a FROM t0<|im_end|>', the end token 0 included" in lines


def test_a_bar_moves_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(lora_watch.sys.stderr, "isatty", lambda: True, raising=False)
    progress = lora_watch.Progress([100, 200], 0)
    now = progress.started
    monkeypatch.setattr(lora_watch.time, "monotonic", lambda: now + 10)
    progress.show(1, 2.5)
    progress.show(2, 2.0)
    shown = capsys.readouterr().err
    assert "[============            ] step 1/2  loss 2.500  10 tokens/s  10 s left" in shown
    assert shown.endswith("0 s left\n") and "=" * 24 in shown
