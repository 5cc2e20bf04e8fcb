"""Tests of what keeps a training sound: no padding mask, and finite values at every step."""

import math
import shutil

import lora_trainer
import pytest
import torch
from safetensors.torch import load_file, save_file
from testing.tiny_model import RECORDS, rows, run, trainer_and_batch, weights
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
)

SHAPE = {
    "vocab_size": 50,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
ARCHITECTURES = {
    "llama": (LlamaConfig, {}),
    "qwen2": (Qwen2Config, {}),
    "qwen2_sliding": (
        Qwen2Config,
        {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 2},
    ),
    "qwen3": (Qwen3Config, {}),
    "mistral": (MistralConfig, {"sliding_window": None}),
    "mistral_wide_window": (MistralConfig, {"sliding_window": 32}),
    "mistral_window": (MistralConfig, {"sliding_window": 5}),
    "smollm3": (SmolLM3Config, {"no_rope_layers": [1, 1, 1, 0]}),
}


def padded_batch():
    """Rows of unequal length, padded on the right as the trainer's collator does it."""
    generator = torch.Generator().manual_seed(3)
    lengths = [17, 5, 11, 2]
    ids = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    labels = torch.full_like(ids, -100)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(3, 50, (length,), generator=generator)
        labels[row, length // 2 : length] = ids[row, length // 2 : length]
    return {"input_ids": ids, "labels": labels, "attention_mask": (ids > 0).long()}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_without_a_mask_loss_and_gradient_are_those_with_it(name, monkeypatch):
    kind, more = ARCHITECTURES[name]
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(kind(**{**SHAPE, **more}))
    assert model.config._attn_implementation == "sdpa"
    batch = padded_batch()
    # The rows with a mask, by the model's own loss.
    plain = model(**batch).loss
    expected = torch.autograd.grad(plain, list(model.parameters()))

    calls = []
    attention = torch.nn.functional.scaled_dot_product_attention

    def spy(*args, **options):
        calls.append((options.get("attn_mask") is None, options.get("is_causal")))
        return attention(*args, **options)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", spy)
    ours = lora_trainer.completion_loss(model, batch)
    assert abs(ours.item() - plain.item()) < 1e-5
    gradients = torch.autograd.grad(ours, list(model.parameters()))
    for left, right in zip(gradients, expected, strict=True):
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-6)
    # Only a window narrower than the batch needs a mask, which then holds no padding.
    windowed = {"mistral_window": 4, "qwen2_sliding": 2}.get(name, 0)
    assert calls.count((False, False)) == windowed
    assert calls.count((True, True)) == SHAPE["num_hidden_layers"] - windowed


def test_batches_are_padded_on_the_right(base, tmp_path):
    _, batch = trainer_and_batch(base, tmp_path / "run")
    mask = batch["attention_mask"]
    assert 0 < mask.sum() < mask.numel()
    assert (mask.diff(dim=1) <= 0).all()


def test_padding_has_no_influence_on_the_loss(base, tmp_path):
    trainer, batch = trainer_and_batch(base, tmp_path / "run", "--dropout", 0)
    loss = lora_trainer.completion_loss(trainer.model, batch)
    other = {**batch, "input_ids": batch["input_ids"].clone()}
    other["input_ids"][batch["attention_mask"] == 0] = 7
    assert lora_trainer.completion_loss(trainer.model, other).item() == loss.item()


def spoil_loss(monkeypatch, step, value):
    """The loss of one step (from 1 on) becomes `value`, gradient included if it is not finite."""
    calls = []
    plain = lora_trainer.completion_loss

    def spoilt(*args):
        calls.append(1)
        loss = plain(*args)
        return loss * value if len(calls) == step else loss

    monkeypatch.setattr(lora_trainer, "completion_loss", spoilt)


def last_line(capsys):
    lines = capsys.readouterr().err.splitlines()
    assert sum(line.startswith("train_lora.py: ") for line in lines) == 1
    assert lines[-1].startswith("train_lora.py: ")
    return lines[-1]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "the loss of step 4 is nan, so the step was not taken"),
        (math.inf, "the loss of step 4 is inf, so the step was not taken"),
        (0.0, "the loss of step 4 is exactly 0, so the step was not taken"),
    ],
)
def test_a_loss_that_is_not_sound_ends_the_run_at_its_step(
    base, tmp_path, capsys, monkeypatch, value, message
):
    spoil_loss(monkeypatch, 4, value)
    out = tmp_path / "run"
    assert run(base, out, "--epochs", 2, "--checkpoint_seconds", 0) == 2
    line = last_line(capsys)
    assert message in line and "train anew with a lower learning rate" in line
    kept = out / "checkpoints" / "checkpoint-3"
    assert f"the last good checkpoint is kept in {kept}" in line and kept.is_dir()
    assert lora_trainer.names_not_finite(kept / "adapter_model.safetensors") == []
    assert [row["step"] for row in rows(out)] == [1, 2, 3]
    assert not (out / "adapter_model.safetensors").exists()


def test_without_a_checkpoint_the_line_says_so(base, tmp_path, capsys, monkeypatch):
    spoil_loss(monkeypatch, 1, math.nan)
    assert run(base, tmp_path / "run") == 2
    assert "; there is no checkpoint; " in last_line(capsys)
    assert (tmp_path / "run" / "loss.jsonl").read_text() == ""


def test_a_base_model_that_is_not_finite_is_named_with_its_tensor(base, tmp_path, capsys):
    spoilt = tmp_path / "base"
    shutil.copytree(base, spoilt)
    tensors = load_file(spoilt / "model" / "model.safetensors")
    name = "model.layers.1.self_attn.q_proj.weight"
    tensors[name].view(-1)[5] = math.nan
    save_file(tensors, spoilt / "model" / "model.safetensors", metadata={"format": "pt"})
    assert run(spoilt, tmp_path / "run") == 2
    line = last_line(capsys)
    assert "the loss of step 1 is nan, as the base model has values that are not finite" in line
    assert f"(1 tensors, the first is {name}): get the model's files anew" in line
    assert "learning rate" not in line


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_never_reaches_the_weights(
    base, tmp_path, capsys, monkeypatch, value
):
    trained = []

    class Spoilt(lora_trainer.CompletionTrainer):
        def training_step(self, model, *args, **kwargs):
            loss = super().training_step(model, *args, **kwargs)
            trained[:] = [p for p in model.parameters() if p.requires_grad]
            if self.state.global_step == 2:
                trained[5].grad.view(-1)[3] = value
            return loss

    monkeypatch.setattr("lora_run.CompletionTrainer", Spoilt)
    out = tmp_path / "run"
    assert run(base, out, "--checkpoint_seconds", 0) == 2
    line = last_line(capsys)
    assert "the gradient norm of step 3 is " in line and "checkpoint-2;" in line
    saved = load_file(out / "checkpoints" / "checkpoint-2" / "adapter_model.safetensors")
    assert sum(tensor.double().sum().item() for tensor in saved.values()) == pytest.approx(
        sum(tensor.double().sum().item() for tensor in trained), abs=1e-9
    )


def test_one_spoilt_batch_of_an_accumulated_step_is_enough(base, tmp_path, capsys, monkeypatch):
    spoil_loss(monkeypatch, 5, math.nan)
    assert run(base, tmp_path / "run", "--batch_size", 2, "--gradient_accumulation", 2) == 2
    assert "the loss of step 3 is nan" in last_line(capsys)


def test_the_gradient_norm_that_is_logged_is_that_before_clipping(base, tmp_path):
    # One batch of all records, so that their order does not matter.
    flags = ("--dropout", 0, "--batch_size", len(RECORDS))
    assert run(base, tmp_path / "run", *flags) == 0
    (row,) = rows(tmp_path / "run")
    trainer, batch = trainer_and_batch(base, tmp_path / "other", *flags)
    lora_trainer.completion_loss(trainer.model, batch).backward()
    gradients = [p.grad for p in trainer.model.parameters() if p.requires_grad]
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm().item()
    assert row["gradient_norm"] == pytest.approx(norm, rel=1e-4)
    assert norm > 1.05, "clipping must have something to do for this test to mean anything"


def poison(monkeypatch, kind, value=math.nan):
    """Every adapter file that PEFT writes from now on has one value that is not finite."""
    plain = kind.save_pretrained

    def spoilt(self, folder, **kwargs):
        plain(self, folder, **kwargs)
        path = f"{folder}/adapter_model.safetensors"
        tensors = load_file(path)
        name = sorted(tensors)[2]
        tensors[name].view(-1)[-1] = value
        save_file(tensors, path, metadata={"format": "pt"})

    monkeypatch.setattr(kind, "save_pretrained", spoilt)


@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_an_adapter_with_a_value_that_is_not_finite_is_not_put_in_place(
    base, tmp_path, capsys, monkeypatch, value
):
    from peft import PeftModel

    out = tmp_path / "run"
    save = lora_trainer.CompletionTrainer.save_adapter

    def save_spoilt(self):
        poison(monkeypatch, PeftModel, value)
        save(self)

    monkeypatch.setattr(lora_trainer.CompletionTrainer, "save_adapter", save_spoilt)
    assert run(base, out, "--checkpoint_seconds", 0) == 2
    line = last_line(capsys)
    assert "the adapter has values that are not finite" in line and "lora_" in line
    assert f"kept in {out}/checkpoints/checkpoint-4;" in line
    left = sorted(path.name for path in out.iterdir())
    assert left == ["checkpoints", "config.json", "environment.json", "loss.jsonl"]


def test_a_checkpoint_with_values_that_are_not_finite_replaces_none(
    base, tmp_path, capsys, monkeypatch
):
    from peft import PeftModel

    out = tmp_path / "run"
    save = lora_trainer.CompletionTrainer._save_checkpoint

    def save_spoilt(self, *args):
        if self.state.global_step == 3:
            poison(monkeypatch, PeftModel)
        save(self, *args)

    monkeypatch.setattr(lora_trainer.CompletionTrainer, "_save_checkpoint", save_spoilt)
    assert run(base, out, "--checkpoint_seconds", 0) == 2
    line = last_line(capsys)
    assert "checkpoint-3 has values that are not finite" in line
    kept = out / "checkpoints" / "checkpoint-2"
    assert f"kept in {kept};" in line
    names = sorted(path.name for path in (out / "checkpoints").iterdir())
    assert names == ["checkpoint-1", "checkpoint-2"]
    assert not (out / "checkpoints.partial").exists()
    monkeypatch.undo()
    # What was kept is good: the run goes on from it to the same end.
    assert run(base, out, "--resume") == 0
    assert run(base, tmp_path / "whole") == 0
    assert weights(out) == weights(tmp_path / "whole")
