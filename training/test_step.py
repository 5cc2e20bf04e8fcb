"""Tests of a step's gradient: packed, padded or one by one, and of the two parts of its loss."""

import lora_run
import pytest
import torch
from lora_data import UsageError
from peft import LoraConfig, get_peft_model
from steps import lora_batches, lora_step
from steps.lora_kernels import _LoraLinear, drop, fuse
from steps.lora_loss import check_logits, cross_entropy_sum, divergence_sum
from steps.lora_packing import PACKED
from steps.lora_step import StepRunner
from testing.tiny_model import trainer_and_step
from transformers import (
    AutoModelForCausalLM,
    CohereConfig,
    Gemma2Config,
    Gemma3TextConfig,
    GraniteConfig,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
)

WORDS = 97
SHAPE = {
    "vocab_size": WORDS,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 256,
    "initializer_range": 0.1,
    "tie_word_embeddings": True,
    "pad_token_id": 0,
}
FAMILIES = {
    "llama": (LlamaConfig, {}),
    "qwen2": (Qwen2Config, {}),
    "qwen3": (Qwen3Config, {}),
    "mistral": (MistralConfig, {}),
    "gemma3": (Gemma3TextConfig, {"layer_types": ["sliding_attention", "full_attention"]}),
    "smollm3": (SmolLM3Config, {"no_rope_layers": [1, 0]}),
}
VARIANTS = {"lora": {}, "rslora": {"use_rslora": True}, "dora": {"use_dora": True}}


def examples_of(lengths, kinds=("sql",), seed=1):
    generator = torch.Generator().manual_seed(seed)
    examples = []
    for at, length in enumerate(lengths):
        ids = torch.randint(1, WORDS, (length,), generator=generator).tolist()
        labels = [-100] * (length // 2) + ids[length // 2 :]
        examples.append({"input_ids": ids, "labels": labels, "kind": kinds[at % len(kinds)]})
    return examples


def tuned_model(family="llama", dropout=0.0, **variant):
    """A tiny model with an adapter whose two halves are both away from zero."""
    kind, more = FAMILIES[family]
    torch.manual_seed(3)
    base = AutoModelForCausalLM.from_config(kind(**{**SHAPE, **more}))
    config = LoraConfig(
        r=4,
        lora_alpha=8,
        lora_dropout=dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
        **variant,
    )
    model = get_peft_model(base, config)
    for name, parameter in model.named_parameters():
        if "lora_A" in name or "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.2)
    return model


def packed_runner(model, device_tokens=10**6, **options):
    model.get_base_model().set_attn_implementation(PACKED)
    fuse(model)
    return StepRunner(model, packed=True, device_tokens=device_tokens, **options)


def completion_tokens(examples):
    return lora_batches.labelled(examples, anchors=False)


def gradients(model):
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}


def one_by_one(model, examples):
    """Loss and gradient of a step by the model's own loss, an example at a time."""
    model.zero_grad()
    count, total = completion_tokens(examples), 0.0
    for example in examples:
        ids, labels = (torch.tensor([example[key]]) for key in ("input_ids", "labels"))
        logits = model(input_ids=ids).logits[0, :-1]
        loss = torch.nn.functional.cross_entropy(logits, labels[0, 1:], reduction="sum") / count
        loss.backward()
        total += loss.item()
    return total, gradients(model)


def assert_same(left, right):
    for name, expected in right.items():
        assert expected.abs().max() > 0, name
        torch.testing.assert_close(left[name], expected, rtol=1e-3, atol=1e-6, msg=name)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_packed_step_has_the_gradient_of_its_examples_one_by_one(family, variant):
    examples = examples_of([9, 31, 4, 17, 26, 2])
    model = tuned_model(family, **VARIANTS[variant])
    loss, expected = one_by_one(model, examples)
    count = completion_tokens(examples)
    plain = StepRunner(model, packed=False, device_tokens=40)
    assert plain.passes(examples) > 1
    ours = plain.gradient(examples, tokens=count, anchor_tokens=0)[0]
    assert ours.item() == pytest.approx(loss, rel=1e-5)
    assert_same(gradients(model), expected)
    for tokens in (10**6, 40, 1):
        runner = packed_runner(model, tokens)
        assert runner.passes(examples) == {10**6: 1, 40: 3, 1: len(examples)}[tokens]
        ours = runner.gradient(examples, tokens=count, anchor_tokens=0)[0]
        assert ours.item() == pytest.approx(loss, rel=1e-5)
        assert_same(gradients(model), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_model_that_caps_or_scales_its_logits_is_refused(dtype):
    def of(kind, more):
        torch.manual_seed(3)
        config = kind(**{**SHAPE, "initializer_range": 1.0, "eos_token_id": 1, **more})
        return AutoModelForCausalLM.from_config(config).to(dtype).eval()

    for kind, more in FAMILIES.values():
        check_logits(of(kind, more))
    changed = [
        (Gemma2Config, {"final_logit_softcapping": 30.0}),
        (Gemma3TextConfig, {"final_logit_softcapping": 30.0}),
        (GraniteConfig, {"logits_scaling": 8.0}),
        (CohereConfig, {"logit_scale": 0.0625}),
    ]
    for kind, more in changed:
        with pytest.raises(UsageError, match="change the logits .* cannot be trained here"):
            check_logits(of(kind, more))
    check_logits(of(Gemma2Config, {"final_logit_softcapping": None}))


def test_plain_lora_is_fused_and_dora_is_left_to_peft():
    layers = 2 * 7
    assert fuse(tuned_model()) == (layers, 0)
    assert fuse(tuned_model(use_rslora=True)) == (layers, 0)
    assert fuse(tuned_model(use_dora=True)) == (0, layers)


def test_dropout_differs_from_call_to_call_and_its_mean_is_the_layer_without():
    layer = fused_layer(dropout=0.4)
    x = torch.randn(3, 32)
    layer.train()
    calls = torch.stack([layer(x).detach() for _ in range(4000)])
    assert len({call.sum().item() for call in calls}) > 3900
    layer.eval()
    # What LoRA adds has a standard error of about its own spread / sqrt(4000).
    error = calls.std(dim=0) / 4000**0.5
    assert ((calls.mean(dim=0) - layer(x)).abs() < 5 * error).all()


def fused_layer(dropout):
    model = tuned_model(dropout=dropout)
    fuse(model)
    return model.get_base_model().model.layers[0].mlp.up_proj


def test_a_layer_with_dropout_has_the_gradient_of_what_it_computed():
    layer = fused_layer(dropout=0.3).train()
    x = torch.randn(5, 32, dtype=torch.double, requires_grad=True)
    layer.double()

    def forward(x, a, b):
        torch.manual_seed(11)  # the same mask at every call
        layer.lora_A.default.weight.data, layer.lora_B.default.weight.data = a.data, b.data
        base = layer.base_layer
        return _LoraLinear.apply(x, base.weight, base.bias, a, b, layer.scaling["default"], 0.3)

    a = layer.lora_A.default.weight.detach().clone().requires_grad_()
    b = layer.lora_B.default.weight.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(forward, (x, a, b))
    torch.manual_seed(11)
    torch.testing.assert_close(layer(x), forward(x, a, b))


def test_a_piece_that_finds_no_memory_is_halved_and_the_gradient_is_the_same(monkeypatch):
    examples = examples_of([9, 31, 4, 17, 26, 2])
    count = completion_tokens(examples)
    model = tuned_model()
    runner = packed_runner(model)
    loss = runner.gradient(examples, tokens=count, anchor_tokens=0)[0]
    expected, plain, sizes = gradients(model), lora_step.body_states, []

    def limited(body, piece):
        sizes.append(piece.input_ids.numel())
        if sizes[-1] > 50:
            raise torch.OutOfMemoryError("no memory")
        return plain(body, piece)

    monkeypatch.setattr(lora_step, "body_states", limited)
    ours = runner.gradient(examples, tokens=count, anchor_tokens=0)[0]
    assert max(sizes) == 89 and sum(size for size in sizes if size <= 50) == 89
    assert ours.item() == pytest.approx(loss.item(), rel=1e-5)
    assert_same(gradients(model), expected)
    sizes.clear()
    runner.gradient(examples, tokens=count, anchor_tokens=0)
    assert max(sizes) <= 50, "the next step is cut smaller from the start"
    monkeypatch.setattr(lora_step, "body_states", lambda *_: limited(None, _[1]))
    with pytest.raises(UsageError, match="no memory for one example of 60 tokens"):
        runner.gradient(examples_of([60]), tokens=1, anchor_tokens=0)


def test_a_piece_that_finds_no_memory_in_its_backward_pass_is_not_counted_twice(monkeypatch):
    examples = examples_of([9, 31, 4, 17, 26, 2])
    count = completion_tokens(examples)
    model = tuned_model()
    runner = packed_runner(model)
    loss = runner.gradient(examples, tokens=count, anchor_tokens=0)[0]
    expected, plain, calls = gradients(model), _LoraLinear.backward, []

    def limited(ctx, grad):
        calls.append(len(grad))
        if len(calls) == 5:  # the layers above have added their share
            raise torch.OutOfMemoryError("no memory")
        return plain(ctx, grad)

    monkeypatch.setattr(_LoraLinear, "backward", staticmethod(limited))
    ours = runner.gradient(examples, tokens=count, anchor_tokens=0)[0]
    assert len(calls) > 5 and max(calls) == 89 and calls[-1] < 89
    assert ours.item() == pytest.approx(loss.item(), rel=1e-5)
    assert_same(gradients(model), expected)


def test_the_loss_of_chunks_is_that_of_the_whole():
    torch.manual_seed(0)
    head = torch.nn.Linear(16, WORDS)
    hidden = torch.randn(23, 16, requires_grad=True)
    targets = torch.randint(0, WORDS, (23,))
    logits = head(hidden)
    expected = torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
    (right,) = torch.autograd.grad(expected, hidden)
    for chunk in (1, 7, 100):
        ours = cross_entropy_sum(hidden, head, targets, chunk=chunk)
        torch.testing.assert_close(ours, expected)
        torch.testing.assert_close(torch.autograd.grad(3 * ours, hidden)[0], 3 * right)


def test_the_divergence_is_kl_of_base_and_tuned_with_its_gradient():
    torch.manual_seed(0)
    head = torch.nn.Linear(16, WORDS, bias=False)
    hidden = torch.randn(9, 16, requires_grad=True)
    base = torch.randn(9, 16)
    was, now = (head(states).log_softmax(-1) for states in (base, hidden))
    expected = torch.nn.functional.kl_div(now, was, reduction="sum", log_target=True)
    (right,) = torch.autograd.grad(expected, hidden)
    for chunk in (4, 100):
        ours = divergence_sum(hidden, base, head, chunk=chunk)
        torch.testing.assert_close(ours, expected)
        torch.testing.assert_close(torch.autograd.grad(ours, hidden)[0], right)
    same = divergence_sum(base.requires_grad_(), base.detach(), head)
    assert same.abs() < 1e-5
    assert torch.autograd.grad(same, base)[0].abs().max() < 1e-5


@pytest.mark.parametrize("packed", [True, False])
def test_anchors_add_the_divergence_and_nothing_else(packed):
    examples = examples_of([9, 31, 4, 17, 26, 12], kinds=("sql", "anchor", "replay"))
    anchors = [example for example in examples if example["kind"] == "anchor"]
    learnt = [example for example in examples if example["kind"] != "anchor"]
    weight = 0.7
    model = tuned_model()
    loss, expected = one_by_one(model, learnt)
    count = lora_batches.labelled(examples, anchors=True)
    model.zero_grad()
    total = 0.0
    for example in anchors:
        ids = torch.tensor([example["input_ids"]])
        first = example["labels"].count(-100) - 1
        with torch.no_grad(), model.disable_adapter():
            was = model(input_ids=ids).logits[0, first:-1].log_softmax(-1)
        now = model(input_ids=ids).logits[0, first:-1].log_softmax(-1)
        kl = torch.nn.functional.kl_div(now, was, reduction="sum", log_target=True) / count
        (weight * kl).backward()
        total += kl.item()
    expected = {name: g + gradients(model)[name] for name, g in expected.items()}
    if packed:
        runner = packed_runner(model, 50, kl_weight=weight)
    else:
        runner = StepRunner(model, packed=False, device_tokens=50, kl_weight=weight)
    assert runner.passes(examples) > 1
    tokens = completion_tokens(examples)
    entropy, divergence = runner.gradient(examples, tokens=tokens, anchor_tokens=count)
    assert entropy.item() == pytest.approx(loss, rel=1e-5)
    assert divergence.item() == pytest.approx(total, rel=1e-4) and total > 0.01
    assert_same(gradients(model), expected)


def test_held_out_loss_is_the_mean_a_token_without_dropout():
    examples = examples_of([9, 31, 4, 17])
    model = tuned_model(dropout=0.4)
    model.eval()
    expected, _ = one_by_one(model, examples)
    model.train()
    runner = packed_runner(model, 40)
    total, count = runner.loss_sum(examples)
    assert count == completion_tokens(examples)
    assert (total / count).item() == pytest.approx(expected, rel=1e-5)
    assert model.training


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_dropout_drops_its_share_evenly_and_scales_the_rest(share):
    torch.manual_seed(0)
    x = torch.randn(401, 503)
    dropped, mask = drop(x, share)
    torch.testing.assert_close(dropped, x * mask / (1 - share))
    error = (share * (1 - share)) ** 0.5
    assert abs((~mask).double().mean() - share) < 5 * error / mask.numel() ** 0.5
    # Each column, and each of the four places that one draw fills, alike.
    assert ((~mask).double().mean(0) - share).abs().max() < 5 * error / len(mask) ** 0.5
    flat = (~mask).flatten()[: mask.numel() // 4 * 4].view(-1, 4).double()
    assert (flat.mean(0) - share).abs().max() < 5 * error / len(flat) ** 0.5
    assert torch.corrcoef(flat.t()).fill_diagonal_(0).abs().max() < 5 / len(flat) ** 0.5
    assert not torch.equal(mask, drop(x, share)[1])


def test_on_a_4_bit_base_an_adapter_is_learnt_in_float32_and_planned_with_checkpoints(
    base, tmp_path, monkeypatch
):
    """TRL turns an adapter into bfloat16 where the model says that it is quantized."""
    load, make = lora_run.load_model, lora_run.make_runner
    planned = []

    def as_if_quantized(args, cuda, dtype, spread=False):
        args.quantization = "none"
        model = load(args, cuda, dtype, spread)
        args.quantization = "nf4"
        model.is_loaded_in_4bit = True
        return model

    def watched(args, model, *rest, **named):
        planned.append(model.is_gradient_checkpointing)
        return make(args, model, *rest, **named)

    monkeypatch.setattr(lora_run, "load_model", as_if_quantized)
    monkeypatch.setattr(lora_run, "make_runner", watched)
    trainer, step = trainer_and_step(base, tmp_path / "run", "--dtype", "bfloat16")
    assert planned == [True]
    learnt = [p for p in trainer.model.parameters() if p.requires_grad]
    assert {p.dtype for p in learnt} == {torch.float32}
    kept = [p for p in trainer.model.parameters() if not p.requires_grad]
    assert {p.dtype for p in kept} == {torch.bfloat16}
    layers, computed = trainer.model.get_base_model().model.layers, []
    layers[0].self_attn.register_forward_pre_hook(lambda *_: computed.append(1))
    trainer.training_step(trainer.model, step)
    assert len(computed) == 2 * trainer.runner.passes(step), "the backward pass computes it again"
    assert all(p.grad.isfinite().all() for p in learnt) and trainer.runner.buffer.norm() > 0
