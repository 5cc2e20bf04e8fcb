"""Tests of train_lora.py on a tiny random model. Run: .venv/bin/python -m pytest training

`.venv/bin/python training/test_train_lora.py` rewrites testdata/loss_reference.json; a change of it
has to be explained in the commit that makes it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import lora_chat
import lora_data
import lora_run
import lora_settings
import pytest
import torch
from steps import lora_batches, lora_step
from steps.lora_packing import make_piece
from testing.tiny_model import (
    RECORDS,
    TOLD,
    arguments,
    padded,
    record,
    rows,
    run,
    trainer_and_step,
    weights,
    write_model,
    write_records,
)
from transformers import AutoModelForCausalLM, AutoTokenizer, GraniteConfig

HERE = Path(__file__).parent
REFERENCE = HERE / "testdata" / "loss_reference.json"


def test_encode_labels_the_completion_and_its_end_token_only(base):
    tokenizer = lora_run.load_tokenizer(base / "model")
    example = lora_chat.Chat(tokenizer).encode({**RECORDS[3], "line": 1})
    labelled = [label for label in example["labels"] if label != -100]
    assert tokenizer.decode(labelled) == "SELECT a FROM t3<|im_end|>"
    assert example["input_ids"][-len(labelled) :] == labelled
    prompt = tokenizer.decode(example["input_ids"][: -len(labelled)])
    assert prompt.endswith("question 3?<|im_end|>\n<|im_start|>assistant\n")


def test_the_end_label_counts_although_the_padding_id_equals_the_end_id(base, tmp_path):
    trainer, step = trainer_and_step(base, tmp_path / "run")
    assert trainer.processing_class.pad_token_id == trainer.processing_class.eos_token_id == 0
    for packed in (True, False):
        piece = make_piece(step, packed=packed, device=torch.device("cpu"))
        assert (piece.targets == 0).sum() == len(step)
        # Only completion tokens and their ends; padding is none of them.
        assert len(piece.targets) == sum(len(e["labels"]) - e["labels"].count(-100) for e in step)


def test_a_step_has_the_plain_loss_and_its_gradient(base, tmp_path):
    trainer, step = trainer_and_step(base, tmp_path / "run", "--dropout", 0)
    model = trainer.model
    for name, parameter in model.named_parameters():
        if "lora_B" in name:  # zero at the start, which would leave lora_A without a gradient
            torch.nn.init.normal_(parameter, std=0.05)
    loss = trainer.training_step(model, step).item()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    ours = [parameter.grad.clone() for parameter in trained]
    plain = plain_copy(base, tmp_path, model)
    expected = plain(**padded(step)).loss
    assert abs(loss - expected.item()) < 1e-5
    right_gradients = torch.autograd.grad(
        expected, [p for p in plain.parameters() if p.requires_grad]
    )
    for left, right in zip(ours, right_gradients, strict=True):
        assert right.abs().max() > 0
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-6)


def plain_copy(base, tmp_path, model):
    """The same adapter on a fresh model with PEFT's layers and the model's own attention."""
    from peft import PeftModel

    model.save_pretrained(tmp_path / "copy")
    fresh = AutoModelForCausalLM.from_pretrained(base / "model")
    return PeftModel.from_pretrained(fresh, tmp_path / "copy", is_trainable=True)


def test_plan_gives_each_example_once_an_epoch():
    lengths = [40 + 7 * (n * n % 23) for n in range(203)]
    options = {"step_examples": 4, "epochs": 2, "max_tokens": None, "seed": 1}
    steps, tokens = lora_batches.plan(lengths, **options)
    assert sorted(sum(steps, [])) == sorted([*range(203)] * 2)
    assert sorted(sum(steps, [])[:203]) == [*range(203)]
    assert {len(step) for step in steps[:-1]} == {4}
    assert tokens[-1] == 2 * sum(lengths)
    assert len(tokens) == len(steps) == -(-406 // 4)
    assert lora_batches.plan(lengths, **options) == (steps, tokens)
    assert lora_batches.plan(lengths, **{**options, "seed": 2})[0] != steps


def test_plan_ends_before_the_step_that_exceeds_max_tokens():
    lengths = [10] * 100
    options = {"epochs": 1, "seed": 1}
    for size, limit, tokens in [(4, 130, [40, 80, 120]), (8, 130, [80]), (4, 1, [40])]:
        planned = lora_batches.plan(lengths, step_examples=size, max_tokens=limit, **options)
        assert planned[1] == tokens and len(planned[0]) == len(tokens)


def test_a_run_writes_its_records_and_the_same_seed_gives_the_same_bytes(base, tmp_path, capsys):
    assert run(base, tmp_path / "a", "--epochs", 2) == 0
    assert run(base, tmp_path / "b", "--epochs", 2) == 0
    assert run(base, tmp_path / "c", "--epochs", 2, "--seed", 43) == 0
    assert weights(tmp_path / "a") == weights(tmp_path / "b") != weights(tmp_path / "c")
    configs = [(tmp_path / name / "adapter_config.json").read_bytes() for name in "ab"]
    assert configs[0] == configs[1]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "chat_template.jinja",
        "config.json",
        "environment.json",
        "loss.jsonl",
        "manifest.json",
        "run.json",
    ]
    log = rows(tmp_path / "a")
    assert [row["step"] for row in log] == list(range(1, 11))
    assert set(log[0]) == {
        "step",
        "loss",
        "gradient_norm",
        "learning_rate",
        "tokens",
        "tokens_per_second",
        "seconds",
    }
    config = json.loads((tmp_path / "a" / "config.json").read_text())
    assert config["planned"] == {"steps": 10, "tokens": log[-1]["tokens"], "left_out": 0}
    learnt = (tmp_path / "a" / "chat_template.jinja").read_text()
    assert learnt == AutoTokenizer.from_pretrained(base / "model").chat_template
    environment = json.loads((tmp_path / "a" / "environment.json").read_text())
    assert environment["packages"]["torch"] == version("torch")
    told = capsys.readouterr().err
    assert "step 10/10" in told
    # planned before the first step, and what it came to
    before, after = re.findall(r"^memory: .*$", told, re.MULTILINE)[-2:]
    assert before.startswith("memory: base model ")
    most = re.fullmatch(r"memory: ([0-9.]+) GiB were the most( on the GPU)?", after)
    assert 0.1 < float(most[1]) < 64


def test_the_peak_is_that_of_the_training_and_not_of_what_started_it():
    held = bytearray(700 * 2**20)
    held[::4096] = b"x" * len(held[::4096])
    ask = "import lora_guards; print(lora_guards.process_peak())"
    here = Path(__file__).parent
    told = subprocess.run([sys.executable, "-c", ask], cwd=here, capture_output=True, check=True)
    assert 2**24 < int(told.stdout) < 600 * 2**20 < len(held)


def test_a_step_is_the_same_whatever_is_on_the_device_at_once(base, tmp_path):
    flags = ("--dropout", 0, "--learning_rate", 1e-3, "--batch_size", 8)
    assert run(base, tmp_path / "whole", *flags) == 0
    accumulated = ("--batch_size", 2, "--gradient_accumulation", 4)
    assert run(base, tmp_path / "four", *flags, *accumulated) == 0
    assert weights(tmp_path / "whole") == weights(tmp_path / "four")
    assert run(base, tmp_path / "small", *flags, "--device_tokens", 100) == 0
    assert run(base, tmp_path / "plain", *flags, "--kernels", "plain") == 0
    whole = rows(tmp_path / "whole")
    for name in ("small", "plain"):
        other = rows(tmp_path / name)
        assert [row["tokens"] for row in other] == [row["tokens"] for row in whole]
        for left, right in zip(whole, other, strict=True):
            assert left["loss"] == pytest.approx(right["loss"], abs=1e-4)
            assert left["gradient_norm"] == pytest.approx(right["gradient_norm"], rel=1e-3)


def test_the_end_token_is_learnt(base, tmp_path):
    from peft import PeftModel

    write_records(tmp_path / "one.jsonl", [record("say ab", "ab")])
    flags = ("--data", tmp_path / "one.jsonl", "--epochs", 400, "--learning_rate", 3e-3)
    assert run(base, tmp_path / "run", *flags, "--dropout", 0) == 0
    tokenizer = AutoTokenizer.from_pretrained(base / "model")
    model = AutoModelForCausalLM.from_pretrained(base / "model")
    model = PeftModel.from_pretrained(model, tmp_path / "run").eval()
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": "say ab"}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    output = model.generate(**prompt, max_new_tokens=8, do_sample=False)
    assert tokenizer.decode(output[0, prompt["input_ids"].shape[1] :]) == "ab<|im_end|>"


def test_a_killed_run_leaves_no_adapter_and_resumes_to_the_same_bytes(base, tmp_path, capsys):
    flags = ("--epochs", 40, "--checkpoint_seconds", 0)
    command = [sys.executable, HERE / "train_lora.py", *arguments(base, tmp_path / "cut", *flags)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    log = tmp_path / "cut" / "loss.jsonl"
    deadline = time.monotonic() + 120
    while not (log.exists() and log.read_text().count("\n") >= 7):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "cut" / "adapter_model.safetensors").exists()
    assert run(base, tmp_path / "cut", *flags, "--resume") == 0
    assert "resumed at step" in capsys.readouterr().err
    assert run(base, tmp_path / "whole", "--epochs", 40) == 0
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")
    cut, whole = rows(tmp_path / "cut"), rows(tmp_path / "whole")
    assert [(row["step"], row["loss"]) for row in cut] == [
        (row["step"], row["loss"]) for row in whole
    ]
    assert not (tmp_path / "cut" / "checkpoints").exists()


def test_an_existing_run_folder_is_refused_unless_resumed(base, tmp_path, capsys):
    assert run(base, tmp_path / "run") == 0
    before = weights(tmp_path / "run")
    capsys.readouterr()
    assert run(base, tmp_path / "run") == 2
    assert "exists: give --resume" in capsys.readouterr().err
    assert run(base, tmp_path / "run", "--resume") == 0
    assert "the run is complete" in capsys.readouterr().err
    assert run(base, tmp_path / "run", "--resume", "--rank", 8) == 2
    assert "rank differs: it was 16, now it is 8" in capsys.readouterr().err
    assert weights(tmp_path / "run") == before


def test_records_over_max_length_are_left_out_and_counted(base, tmp_path, capsys):
    longer = record("x" * 200, "SELECT 1")
    write_records(tmp_path / "mixed.jsonl", [*RECORDS[:3], longer])
    flags = ("--data", tmp_path / "mixed.jsonl", "--max_length", 200)
    assert run(base, tmp_path / "refused", *flags) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "left out 1 record over 200 tokens: 25.0% of them, and at most 1.0% may be" in line
    assert run(base, tmp_path / "run", *flags, "--allow_left_out", 0.25) == 0
    assert "left out 1 record over 200 tokens" in capsys.readouterr().err
    assert json.loads((tmp_path / "run/config.json").read_text())["planned"]["left_out"] == 1


def broken_model(base, folder):
    shutil.copytree(base / "model", folder)
    with open(folder / "model.safetensors", "r+b") as file:
        file.truncate(5000)
    return folder


def scaled_model(base, folder):
    """A Granite of the base model's words, whose logits are divided by 8."""
    shutil.copytree(base / "model", folder)
    config = json.loads((folder / "config.json").read_text())
    shape = {key: config[key] for key in ("vocab_size", "hidden_size", "num_hidden_layers")}
    ends = {"bos_token_id": 1, "eos_token_id": 0, "initializer_range": 0.3}
    granite = GraniteConfig(intermediate_size=64, num_attention_heads=4, **shape, **ends)
    granite.logits_scaling = 8.0
    AutoModelForCausalLM.from_config(granite).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--model", "nowhere"], "no model in nowhere"),
        (["--model", "truncated"], "cannot load the model in truncated"),
        (["--model", "scaled"], "models of type granite change the logits that their output"),
        (["--data", "nowhere.jsonl"], "cannot read the training data nowhere.jsonl"),
        (["--data", "empty.jsonl"], "no training records in empty.jsonl"),
        (["--data", "broken.jsonl"], "broken.jsonl line 2 is not a record"),
        (["--data", "no_completion.jsonl"], "no_completion.jsonl line 1 is not a record"),
        (["--data", "two_turns.jsonl"], "two_turns.jsonl line 1 is not a record"),
        (["--data", "numbers.jsonl"], "numbers.jsonl line 1 is not a record"),
        (
            ["--data", "plain_text.jsonl"],
            'plain_text.jsonl line 1 is not a record: want {"prompt": [{"role": "user", "content": '
            'TEXT}, ...], "completion": [{"role": "assistant", "content": TEXT}]}',
        ),
        (["--data", "no_role.jsonl"], "no_role.jsonl line 1 is not a record: want {"),
        (["--rank", "0"], "--rank: must be a whole number at least 1"),
        (["--rank", "1.5"], "--rank: must be a whole number"),
        (["--dropout", "1"], "--dropout: must be a number at least 0 and below 1"),
        (["--dropout", "nan"], "--dropout: must be a number"),
        (["--learning_rate", "0"], "--learning_rate: must be a number above 0"),
        (["--max_tokens", "-5"], "--max_tokens: must be a whole number at least 1"),
        (["--max_length", "8"], "are longer than 8 tokens"),
        (["--target_modules", "q_proj,typo"], "the model has no module named 'typo'"),
        (["--date", "26 Jul 2024"], "--date: must be a date as YYYY-MM-DD"),
        (["--date", "2024-02-30"], "--date: must be a date as YYYY-MM-DD"),
        (["--dtype", "int3"], "--dtype: invalid choice"),
        (["--ranks", "4"], "unrecognized arguments: --ranks"),
        (["--quantization", "nf4"], "--quantization nf4 needs an NVIDIA GPU"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    base, tmp_path, capsys, monkeypatch, flags, message
):
    if "nf4" in flags and torch.cuda.is_available():
        pytest.skip("there is an NVIDIA GPU here")
    monkeypatch.chdir(tmp_path)
    broken_model(base, tmp_path / "truncated")
    scaled_model(base, tmp_path / "scaled")
    good = json.dumps(RECORDS[0])
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "broken.jsonl").write_text(f"{good}\n{good[:-5]}\n")
    (tmp_path / "no_completion.jsonl").write_text('{"prompt": []}\n')
    write_records(
        tmp_path / "two_turns.jsonl",
        [{**RECORDS[0], "completion": RECORDS[0]["completion"] * 2}],
    )
    (tmp_path / "numbers.jsonl").write_text("[1, 2]\n")
    write_records(tmp_path / "plain_text.jsonl", [{"prompt": "1?", "completion": "SELECT 1"}])
    write_records(tmp_path / "no_role.jsonl", [{**RECORDS[0], "prompt": [{"content": "1?"}]}])
    capsys.readouterr()
    assert run(base, tmp_path / "run", *flags) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [line for line in errors if not line.startswith(TOLD)] == errors[-1:]
    assert message in errors[-1] and errors[-1].startswith("train_lora.py: ")
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_line_and_exit_code_2(base, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "environment.json.partial").symlink_to("/dev/full")
    assert run(base, tmp_path / "run", "--resume") == 2
    assert "the disk is full" in capsys.readouterr().err.splitlines()[-1]


REFERENCE_FLAGS = ("--epochs", 2, "--dropout", 0, "--learning_rate", 5e-3)


def test_ten_steps_give_the_losses_of_the_reference(base, tmp_path):
    reference = json.loads(REFERENCE.read_text())
    assert run(base, tmp_path / "run", *REFERENCE_FLAGS) == 0
    log = rows(tmp_path / "run")
    assert len(log) == len(reference["steps"]) == 10
    for row, expected in zip(log, reference["steps"], strict=True):
        assert row["tokens"] == expected["tokens"]
        assert row["learning_rate"] == pytest.approx(expected["learning_rate"], rel=1e-9)
        assert row["loss"] == pytest.approx(expected["loss"], abs=reference["tolerance"])


def write_reference(folder):
    write_model(folder / "model")
    write_records(folder / "train.jsonl", RECORDS)
    assert run(folder, folder / "run", *REFERENCE_FLAGS) == 0
    steps = [{key: row[key] for key in row if "second" not in key} for row in rows(folder / "run")]
    lora_data.write_json(
        REFERENCE,
        {
            "description": "Losses (nats a labelled token) of 10 steps of the tests' model",
            "tolerance": 1e-4,
            "environment": json.loads((folder / "run" / "environment.json").read_text()),
            "flags": list(map(str, REFERENCE_FLAGS)),
            "steps": steps,
        },
    )


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        write_reference(Path(temporary))


def test_alpha_may_be_as_large_as_the_studys_config_allows(base, tmp_path, capsys):
    # lib/runs/config/training_config.ts has the same bound
    args = lora_settings.parse_args(arguments(base, tmp_path, "--alpha", 65536))
    assert args.alpha == 65536
    assert run(base, tmp_path / "run", "--alpha", 65537) == 2
    assert "must be a number above 0 and at most 65536" in capsys.readouterr().err


def test_kernels_of_a_fixed_order_are_asked_for_by_a_switch(base, tmp_path):
    assert run(base, tmp_path / "as_it_comes") == 0
    assert not torch.are_deterministic_algorithms_enabled()
    try:
        assert run(base, tmp_path / "in_order", "--deterministic") == 0
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.is_deterministic_algorithms_warn_only_enabled()
    finally:
        torch.use_deterministic_algorithms(False)


def test_an_operation_without_a_fixed_order_is_named_in_one_line(
    base, tmp_path, capsys, monkeypatch
):
    def step(*_args, **_more):
        raise RuntimeError(
            "median CUDA with indices output does not have a deterministic implementation, but you "
            "set 'torch.use_deterministic_algorithms(True)'."
        )

    monkeypatch.setattr(lora_run.CompletionTrainer, "training_step", step)
    try:
        assert run(base, tmp_path / "run", "--deterministic") == 2
    finally:
        torch.use_deterministic_algorithms(False)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "train_lora.py: there is no kernel of a fixed order for median CUDA with indices output: "
        "train without deterministic"
    )


def test_cublas_that_is_set_to_add_in_any_order_is_refused(base, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":0:0")
    with pytest.raises(lora_data.UsageError, match="CUBLAS_WORKSPACE_CONFIG is ':0:0'"):
        lora_run.with_fixed_order()


def test_a_run_is_not_resumed_in_another_order(base, tmp_path, capsys):
    assert run(base, tmp_path / "run") == 0
    capsys.readouterr()
    assert run(base, tmp_path / "run", "--deterministic", "--resume") == 2
    assert "as deterministic differs: it was False, now it is True" in capsys.readouterr().err


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_run_whose_first_steps_are_anchors_alone_trains_to_its_end(base, tmp_path, seed):
    mixed = [{**row, "kind": ("anchor", "sql")[n % 2]} for n, row in enumerate(RECORDS[:8])]
    data = tmp_path / "mixed.jsonl"
    write_records(data, mixed)
    more = ["--data", data, "--kl_weight", 0.1, "--batch_size", 1, "--epochs", 1, "--seed", seed]
    assert run(base, tmp_path / "run", *more, "--gradient_accumulation", 1) == 0
    losses = [row["loss"] for row in rows(tmp_path / "run")]
    assert len(losses) == 8 and min(losses) > 0


def test_a_penalty_that_is_0_or_below_it_by_rounding_is_taken(base, tmp_path, monkeypatch):
    plain = lora_step.divergence_sum
    monkeypatch.setattr(lora_step, "divergence_sum", lambda *args: plain(*args) * -1e-9)
    mixed = [{**row, "kind": ("anchor", "sql")[n % 2]} for n, row in enumerate(RECORDS[:8])]
    data = tmp_path / "mixed.jsonl"
    write_records(data, mixed)
    more = ["--data", data, "--kl_weight", 10, "--batch_size", 1, "--epochs", 1]
    assert run(base, tmp_path / "run", *more, "--gradient_accumulation", 1) == 0
    own = [row for row in rows(tmp_path / "run") if "divergence" in row]
    assert [(row["loss"], row["divergence"]) for row in own] == [(0, 0)] * 4


def test_the_divergence_of_a_step_is_logged_apart_from_its_cross_entropy(base, tmp_path):
    mixed = [{**row, "kind": ("anchor", "sql")[n % 2]} for n, row in enumerate(RECORDS[:8])]
    data = tmp_path / "mixed.jsonl"
    write_records(data, mixed)
    more = ["--data", data, "--kl_weight", 10, "--epochs", 4, "--gradient_accumulation", 1]
    assert run(base, tmp_path / "single", *more, "--batch_size", 1) == 0
    single = rows(tmp_path / "single")
    # an example a step: half of them are anchors, and their loss is the penalty alone
    own = [row for row in single if "divergence" in row]
    assert len(single) == 32 and len(own) == 16
    assert max(row["divergence"] for row in own) > 0
    for row in own:
        assert row["loss"] == pytest.approx(10 * row["divergence"], rel=1e-4, abs=1e-7)
    assert run(base, tmp_path / "whole", *more, "--batch_size", 8) == 0
    assert all(row["loss"] > 10 * row["divergence"] for row in rows(tmp_path / "whole"))
    assert run(base, tmp_path / "none", "--max_tokens", 400) == 0
    assert all("divergence" not in row for row in rows(tmp_path / "none"))
