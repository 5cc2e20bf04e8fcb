"""Tests of what keeps a training sound: no padding mask, and finite values at every step."""

import json
import math
import shutil

import lora_checks
import lora_trainer
import pytest
import torch
from lora_data import UsageError
from safetensors.torch import load_file, save_file
from steps import lora_choice, lora_step
from steps.lora_choice import check_attention, use_liger
from steps.lora_loss import cross_entropy_sum
from steps.lora_packing import PACKED, body_states, make_piece
from testing.tiny_model import RECORDS, padded, rows, run, trainer_and_step, weights
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
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
LAYERS = [*["sliding_attention"] * 3, "full_attention"]
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
    "gemma3": (Gemma3TextConfig, {"layer_types": LAYERS, "sliding_window": 32}),
    "gemma3_window": (Gemma3TextConfig, {"layer_types": LAYERS, "sliding_window": 5}),
    "smollm3": (SmolLM3Config, {"no_rope_layers": [1, 1, 1, 0]}),
}


def uneven_examples():
    """Examples of unequal length, as the trainer has them."""
    generator = torch.Generator().manual_seed(3)
    examples = []
    for length in [17, 5, 11, 2]:
        ids = torch.randint(3, 50, (length,), generator=generator).tolist()
        labels = [-100] * (length // 2) + ids[length // 2 :]
        examples.append({"input_ids": ids, "labels": labels, "kind": "sql"})
    return examples


def loss_of(model, examples, *, packed):
    piece = make_piece(examples, packed=packed, device=torch.device("cpu"))
    states = body_states(model.get_decoder(), piece)[piece.places]
    logits = model.get_output_embeddings()(states)
    ours = torch.nn.functional.cross_entropy(logits, piece.targets)
    head = model.get_output_embeddings()
    assert cross_entropy_sum(states, head, piece.targets, chunk=3).item() == pytest.approx(
        ours.item() * len(piece.targets), rel=1e-5
    )
    return ours


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("packed", [False, True])
def test_without_a_mask_loss_and_gradient_are_those_with_it(name, packed, monkeypatch):
    kind, more = ARCHITECTURES[name]
    windowed = {"mistral_window": 4, "qwen2_sliding": 2, "gemma3_window": 3}.get(name, 0)
    if packed and windowed:
        pytest.skip("a narrow window is packed on a GPU only")
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(kind(**{**SHAPE, **more}))
    assert model.config._attn_implementation == "sdpa"
    examples = uneven_examples()
    # The rows with a mask, by the model's own loss.
    plain = model(**padded(examples)).loss
    expected = torch.autograd.grad(plain, list(model.parameters()))

    calls = []
    attention = torch.nn.functional.scaled_dot_product_attention

    def spy(*args, **options):
        calls.append((options.get("attn_mask") is None, options.get("is_causal")))
        return attention(*args, **options)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", spy)
    if packed:
        model.set_attn_implementation(PACKED)
    ours = loss_of(model, examples, packed=packed)
    assert abs(ours.item() - plain.item()) < 1e-5
    gradients = torch.autograd.grad(ours, list(model.parameters()))
    for left, right in zip(gradients, expected, strict=True):
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-5)
    # Only a window narrower than the batch needs a mask, which then holds no padding.
    assert calls.count((False, False)) == windowed
    layers = SHAPE["num_hidden_layers"]
    assert calls.count((True, True)) == (layers * len(examples) if packed else layers - windowed)


def test_a_narrow_window_is_not_packed_on_a_cpu():
    kind, more = ARCHITECTURES["mistral_window"]
    model = AutoModelForCausalLM.from_config(kind(**{**SHAPE, **more}))
    model.set_attn_implementation(PACKED)
    with pytest.raises(UsageError, match="exceed this model's window of 5"):
        loss_of(model, uneven_examples(), packed=True)


SLIDING = {"layer_types": ["sliding_attention", "full_attention"]}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"use_bidirectional_attention": True}, "tokens look ahead of themselves"),
        ({**SLIDING, "sliding_window": None}, "config.json has sliding_window None for its windows"),
        ({**SLIDING, "sliding_window": 0}, "config.json has sliding_window 0 for its windows"),
    ],
)
def test_a_model_whose_attention_no_kernel_here_computes_is_refused(
    base, tmp_path, capsys, more, message
):
    shutil.copytree(base, tmp_path / "base")
    file = tmp_path / "base" / "model" / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **more}))
    assert run(tmp_path / "base", tmp_path / "run") == 2
    assert message in last_line(capsys)


def test_what_changes_nothing_is_not_refused():
    wide = {"layer_types": LAYERS, "use_bidirectional_attention": False}
    check_attention(Gemma3TextConfig(**{**SHAPE, **wide}))
    check_attention(Gemma3TextConfig(**{**SHAPE, "attn_logit_softcapping": 50.0}))
    check_attention(Qwen2Config(**{**SHAPE, "sliding_window": None}))
    check_attention(MistralConfig(**{**SHAPE, "sliding_window": None}))


@pytest.mark.parametrize(
    ("kind", "more"),
    [(Gemma3TextConfig, {"hidden_activation": "gelu"}), (LlamaConfig, {"hidden_act": "relu"})],
)
def test_liger_does_not_replace_a_gate_that_it_does_not_compute(kind, more, monkeypatch):
    model = AutoModelForCausalLM.from_config(kind(**{**SHAPE, **more}))
    monkeypatch.setattr(lora_choice.importlib.util, "find_spec", lambda name: name)
    assert use_liger(model) is False


@pytest.mark.parametrize("packed", [False, True])
def test_neither_padding_nor_a_neighbour_has_influence_on_an_example(packed):
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(LlamaConfig(**SHAPE))
    if packed:
        model.set_attn_implementation(PACKED)
    examples = uneven_examples()

    def states(others):
        piece = make_piece([examples[1], *others], packed=packed, device=torch.device("cpu"))
        return body_states(model.get_decoder(), piece)[: len(examples[1]["input_ids"])]

    alone, beside = states([]), states([examples[0], examples[2]])
    torch.testing.assert_close(alone, beside, rtol=1e-5, atol=1e-6)


def spoil_loss(monkeypatch, step, value):
    """The loss of one piece (from 1 on) becomes `value`, gradient included if it is not finite."""
    calls = []
    plain = lora_step.cross_entropy_sum

    def spoilt(*args):
        calls.append(1)
        loss = plain(*args)
        return loss * value if len(calls) == step else loss

    monkeypatch.setattr(lora_step, "cross_entropy_sum", spoilt)


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
    assert lora_checks.names_not_finite(kept / "adapter_model.safetensors") == []
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


def test_one_spoilt_piece_of_a_step_is_enough(base, tmp_path, capsys, monkeypatch):
    spoil_loss(monkeypatch, 11, math.nan)
    # One example at once: four pieces a step.
    assert run(base, tmp_path / "run", "--device_tokens", 8) == 2
    assert "the loss of step 3 is nan" in last_line(capsys)


def test_the_gradient_norm_that_is_logged_is_that_before_clipping(base, tmp_path):
    # One batch of all records, so that their order does not matter.
    flags = ("--dropout", 0, "--batch_size", len(RECORDS))
    assert run(base, tmp_path / "run", *flags) == 0
    (row,) = rows(tmp_path / "run")
    trainer, step = trainer_and_step(base, tmp_path / "other", *flags)
    trainer.training_step(trainer.model, step)
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

    def save_spoilt(self, facts):
        poison(monkeypatch, PeftModel, value)
        save(self, facts)

    monkeypatch.setattr(lora_trainer.CompletionTrainer, "save_adapter", save_spoilt)
    assert run(base, out, "--checkpoint_seconds", 0) == 2
    line = last_line(capsys)
    assert "the adapter has values that are not finite" in line and "lora_" in line
    assert f"kept in {out}/checkpoints/checkpoint-4;" in line
    left = sorted(path.name for path in out.iterdir())
    records = ["config.json", "environment.json", "loss.jsonl"]
    assert left == ["chat_template.jinja", "checkpoints", *records]


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
