"""Tests of LoRA's Triton kernels: on an NVIDIA GPU in bfloat16, elsewhere in Triton's interpreter.

    .venv/bin/python -m pytest -q training/test_lora_triton.py

The interpreter computes with numpy, which has no bfloat16: there float32 and float16 are tried.
"""

import argparse

import pytest
import torch
from lora_data import UsageError

NO_TRITON = "triton is not installed: LoRA's Triton kernels are not tested"
pytest.importorskip("triton", reason=NO_TRITON)

from steps import lora_choice, lora_triton, lora_triton_kernels  # noqa: E402
from steps.lora_choice import LARGEST_RANK  # noqa: E402
from steps.lora_kernels import _LoraLinear, fuse  # noqa: E402
from steps.lora_step import StepRunner  # noqa: E402
from steps.lora_triton import FusedLoraLinear, fault, operations, widened  # noqa: E402
from steps.lora_triton_kernels import inner_values  # noqa: E402
from test_step import (  # noqa: E402
    assert_same,
    completion_tokens,
    examples_of,
    gradients,
    tuned_model,
)

CUDA = torch.cuda.is_available()
DEVICE = torch.device("cuda" if CUDA else "cpu")
TYPES = [torch.bfloat16] if CUDA else [torch.float32, torch.float16]
# (tokens, in, out): around the blocks' sizes, and off every multiple of 8.
SHAPES = [(71, 136, 200), (33, 51, 77), (64, 256, 256), (1, 8, 8)]
RANKS = [4, 8, 16, 24, 64]
SCALING = 1.7


def inputs_of(shape, rank, dtype, seed=0):
    """x, W, bias, A, B and a slope of y, of such sizes that y is about 1."""
    tokens, width, out = shape
    generator = torch.Generator().manual_seed(seed)

    def drawn(*sizes, scale=1.0, dtype=dtype):
        return (torch.randn(*sizes, generator=generator) * scale).to(DEVICE, dtype)

    x, weight = drawn(tokens, width), drawn(out, width, scale=width**-0.5)
    a = drawn(rank, width, scale=width**-0.5, dtype=torch.float32)
    b = drawn(out, rank, scale=rank**-0.5, dtype=torch.float32)
    return x, weight, drawn(out), a, b, drawn(tokens, out)


def key(value=123456789012345):
    return torch.tensor([value], device=DEVICE)


def kept_by(seed, number, dropout, tokens, width):
    """The mask [tokens, width], read out by inner values: x = 1 and A = the identity's rows."""
    ones, identity = torch.ones(tokens, width, device=DEVICE), torch.eye(width, device=DEVICE)
    parts = [
        inner_values(ones.to(TYPES[0]), rows.contiguous(), seed, number, dropout)[0]
        for rows in identity.split(LARGEST_RANK)
    ]
    return torch.cat(parts, dim=1) != 0


def computed(operation, inputs, *more):
    """y and the gradients of x, A and B."""
    x, weight, bias, a, b, slope = inputs
    learnt = [t.detach().clone().requires_grad_() for t in (x, a, b)]
    y = operation(learnt[0], weight, bias, *learnt[1:], SCALING, *more)
    return [y.detach(), *torch.autograd.grad(y, learnt, slope)]


def explicit(inputs, kept, dropout):
    """The same in float64 with a mask that is given."""
    x, weight, bias, a, b, slope = (t.double() for t in inputs)
    # A and B take part rounded to x's type.
    a, b = (t.to(inputs[0].dtype).double() for t in (a, b))
    factor = kept / (1 - dropout)
    low = SCALING * slope @ b
    y = x @ weight.t() + bias + SCALING * (x * factor) @ a.t() @ b.t()
    slope_b = SCALING * slope.t() @ (x * factor @ a.t())
    return y, slope @ weight + factor * (low @ a), low.t() @ (x * factor), slope_b


def assert_near(ours, right, dtype):
    share = {torch.float32: 1e-5, torch.float16: 3e-3, torch.bfloat16: 2e-2}[dtype]
    for left, expected in zip(ours, right, strict=True):
        assert left.isfinite().all()
        assert (left.double() - expected.double()).norm() <= share * expected.double().norm()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_kernels_have_the_values_and_gradients_of_the_layer_without_dropout(shape, rank, dtype):
    inputs = inputs_of(shape, rank, dtype)
    ours = computed(FusedLoraLinear.apply, inputs, 0.0, key(), 3)
    assert_near(ours, computed(_LoraLinear.apply, inputs, 0.0), dtype)
    assert [t.dtype for t in ours] == [dtype, dtype, torch.float32, torch.float32]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("shape", SHAPES[:3])
def test_forward_and_backward_pass_drop_the_same_numbers(shape, rank, dtype):
    inputs = inputs_of(shape, rank, dtype)
    kept = kept_by(key(), 3, 0.3, *shape[:2])
    assert 0 < kept.double().mean() < 1
    ours = computed(FusedLoraLinear.apply, inputs, 0.3, key(), 3)
    assert_near(ours, explicit(inputs, kept, 0.3), dtype)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("rank", [4, 16, 24])
@pytest.mark.parametrize("shape", [(71, 136, 200), (33, 51, 77)])
def test_a_widened_weight_gives_the_same_and_stays_what_it_was(shape, rank, dtype):
    x, weight, *others = inputs_of(shape, rank, dtype)
    base = torch.nn.Linear(*shape[1:], device=DEVICE, dtype=dtype)
    base.weight.data = weight.clone()
    wide = widened(base, rank)
    assert torch.equal(base.weight, weight)
    kept = kept_by(key(), 3, 0.3, *shape[:2])
    for again in (1, 2):
        inputs = (x, base.weight.detach(), *inputs_of(shape, rank, dtype, seed=again)[2:])
        ours = computed(FusedLoraLinear.apply, inputs, 0.3, key(), 3, wide)
        assert_near(ours, explicit(inputs, kept, 0.3), dtype)
    assert torch.equal(base.weight, weight)
    assert widened(torch.nn.Linear(9, 8), rank) is None


def test_many_programs_add_to_the_same_gradient(monkeypatch):
    monkeypatch.setattr(lora_triton_kernels, "PROGRAMS", 6)
    inputs = inputs_of((300, 300, 300), 16, TYPES[0])
    kept = kept_by(key(), 0, 0.5, 300, 300)
    ours = computed(FusedLoraLinear.apply, inputs, 0.5, key(), 0)
    assert_near(ours, explicit(inputs, kept, 0.5), TYPES[0])


def test_the_input_may_want_no_gradient_and_slopes_may_lie_across():
    x, weight, bias, a, b, slope = inputs_of((40, 64, 48), 8, TYPES[0])
    a, b = a.requires_grad_(), b.requires_grad_()
    y = FusedLoraLinear.apply(x, weight, bias, a, b, SCALING, 0.0, key(), 0)
    ours = torch.autograd.grad(y, (a, b), slope.t().contiguous().t())
    y = _LoraLinear.apply(x, weight, bias, a, b, SCALING, 0.0)
    assert_near(ours, torch.autograd.grad(y, (a, b), slope), TYPES[0])


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_dropout_drops_its_share_evenly(share):
    kept = kept_by(key(), 1, share, 160, 256)
    dropped = (~kept).double()
    error = (share * (1 - share)) ** 0.5
    assert abs(dropped.mean() - share) < 5 * error / dropped.numel() ** 0.5
    assert (dropped.mean(0) - share).abs().max() < 5 * error / len(dropped) ** 0.5
    # The eight places that one call fills, and neighbouring rows: alike, and independent.
    flat = dropped.view(-1, 8)
    assert (flat.mean(0) - share).abs().max() < 5 * error / len(flat) ** 0.5
    assert torch.corrcoef(flat.t()).fill_diagonal_(0).abs().max() < 5 / len(flat) ** 0.5
    rows = torch.stack([dropped[:-1].flatten(), dropped[1:].flatten()])
    assert torch.corrcoef(rows)[0, 1].abs() < 5 / rows.shape[1] ** 0.5


def test_another_seed_or_layer_gives_another_mask_and_the_same_gives_the_same():
    first = kept_by(key(), 1, 0.5, 64, 64)
    assert torch.equal(first, kept_by(key(), 1, 0.5, 64, 64))
    assert torch.equal(first[:40, :], kept_by(key(), 1, 0.5, 40, 64)), "by row and column"
    for other in (kept_by(key(), 2, 0.5, 64, 64), kept_by(key(2**62 + 1), 1, 0.5, 64, 64)):
        agreeing = (first == other).double().mean()
        assert abs(agreeing - 0.5) < 5 * 0.5 / first.numel() ** 0.5


def test_a_fault_of_the_kernels_is_told_in_words(monkeypatch):
    assert fault(16, TYPES[-1], DEVICE) is None
    monkeypatch.setattr(lora_triton_kernels, "_drawing", lambda dropout: (0, 3.0))
    assert fault(16, TYPES[-1], DEVICE) == "another y"

    def broken(*_):
        raise RuntimeError("no compiler\nfor this device")

    monkeypatch.setattr(lora_triton_kernels, "inner_values", broken)
    assert fault(16, TYPES[-1], DEVICE) == "no compiler"


def test_what_cannot_take_the_kernels_goes_without_them_and_is_told_why(monkeypatch, capsys):
    asked = argparse.Namespace(rank=16, kernels="auto")
    assert lora_choice.why_not_fused(asked) is None
    assert "up to 128" in lora_choice.why_not_fused(argparse.Namespace(rank=129))
    monkeypatch.setattr(torch, "are_deterministic_algorithms_enabled", lambda: True)
    assert "deterministic is on" in lora_choice.why_not_fused(asked)
    seed, made = lora_choice.triton_lora(asked, TYPES[-1], DEVICE)
    assert seed.dtype == torch.int64 and callable(made(0))
    monkeypatch.setattr(lora_triton, "fault", lambda *_: "no compiler")
    assert lora_choice.triton_lora(asked, TYPES[-1], DEVICE) == (None, None)
    assert capsys.readouterr().err.endswith(
        "without its Triton kernels, which failed: no compiler\n"
    )
    asked.kernels = "fused"
    with pytest.raises(UsageError, match="fused cannot be used.*no compiler"):
        lora_choice.triton_lora(asked, TYPES[-1], DEVICE)


@pytest.mark.skipif(CUDA, reason="a small model in float32 is for the interpreter")
def test_a_step_draws_other_masks_a_piece_and_has_pefts_gradient_without_dropout(monkeypatch):
    monkeypatch.setattr(lora_triton, "TYPES", (torch.float32,))
    examples = examples_of([9, 31, 4])
    count = completion_tokens(examples)

    def step(runner):
        runner.gradient(examples, tokens=count, anchor_tokens=0)
        return gradients(runner.model)

    found = {}
    for dropout in (0.0, 0.4):
        model, seed = tuned_model(dropout=dropout), torch.zeros(1, dtype=torch.int64)
        peft = step(StepRunner(model, packed=False, device_tokens=10**6))
        assert fuse(model, operations(seed)) == (14, 0)
        runner = StepRunner(model, packed=False, device_tokens=10**6, seed=seed)
        torch.manual_seed(5)
        found[dropout] = [step(runner), step(runner)]
        torch.manual_seed(5)
        found[dropout].append(step(runner))
        if not dropout:
            assert_same(found[dropout][0], peft)
    for name in peft:
        assert found[0.0][0][name].allclose(found[0.0][1][name], rtol=1e-3)
        first, second, again = (gradient[name] for gradient in found[0.4])
        assert not first.allclose(second, rtol=1e-2)
        assert first.allclose(again, rtol=1e-3), "the seed is the training's own generator's"
