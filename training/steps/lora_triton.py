"""LoRA's linear layer by the kernels of lora_triton_kernels.py: for 16-bit training on CUDA.

It needs no GPU to be tested: Triton's interpreter runs it on a CPU (test_lora_triton.py).
"""

from types import SimpleNamespace

import torch
import triton
from steps import lora_triton_kernels as kernels
from steps.lora_kernels import _LoraLinear

TYPES = (torch.bfloat16, torch.float16)
# Whether weights are widened; bench/lora_kernels_bench.py times the layers with it and without.
WIDE = True
# Rows of wide matrices begin at multiples of so many numbers.
GRAIN = 64


class FusedLoraLinear(torch.autograd.Function):
    """y = x W' + bias + scaling * dropout(x) A' B', as `_LoraLinear`, by Triton kernels.

    x [tokens, in] and W [out, in] in one type, A [rank, in], B [out, rank]. Dropout is drawn by
    `seed` (int64 [1], on the device) and the layer's `number`. With `wide` (`widened`) the product
    is [x, s inner] [W, B]', so that y is written once.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, a, b, scaling, dropout, seed, number, wide=None):
        x = x.contiguous()
        if wide is None:
            inner, mask = kernels.inner_values(x, a, seed, number, dropout)
            y = torch.nn.functional.linear(x, weight, bias)
            y.addmm_(inner, b.to(x.dtype).t(), alpha=scaling)
        else:
            width, (rank, _) = x.shape[1], a.shape
            both = torch.empty(len(x), wide.shape[1], dtype=x.dtype, device=x.device)
            inner, mask = kernels.inner_values(x, a, seed, number, dropout, both, scaling)
            wide[:, width : width + rank].copy_(b)
            used = width + kernels.padded(rank)
            y = torch.nn.functional.linear(both[:, :used], wide[:, :used], bias)
        ctx.save_for_backward(x, mask, inner, weight, a, b)
        ctx.scaling, ctx.dropout = scaling, dropout
        return y

    @staticmethod
    def backward(ctx, slope):
        x, mask, inner, weight, a, b = ctx.saved_tensors
        slope = slope.contiguous()
        # One launch makes all zeros. The tokens' come last, so that no other place depends on them.
        sizes = (a.numel(), b.numel(), inner.numel())
        sums = torch.zeros(sum(sizes), dtype=torch.float32, device=x.device).split(sizes)
        slope_a, slope_b, low = (s.view_as(t) for s, t in zip(sums, (a, b, inner)))
        kernels.add_low(slope, inner, b, low, slope_b, ctx.scaling)
        slope_x = slope @ weight if ctx.needs_input_grad[0] else None
        kernels.add_input(x, slope_x, a, low, slope_a, mask, ctx.dropout)
        grads = (slope_x, None, None, slope_a.to(a.dtype), slope_b.to(b.dtype))
        return *grads, None, None, None, None, None


def widened(base, rank):
    """A copy of a linear layer's weight [out, in] with room for B after its columns, or None.

    The layer's own weight becomes a view of it. A layer of few outputs has none: there x would be
    copied for less than its update's reading and writing of y costs.
    """
    out, width = base.weight.shape
    if out < width:
        return None
    room = triton.cdiv(width + kernels.padded(rank), GRAIN) * GRAIN
    wide = torch.zeros(out, room, dtype=base.weight.dtype, device=base.weight.device)
    wide[:, :width].copy_(base.weight.detach())
    base.weight.data = wide[:, :width]
    return wide


def operations(seed):
    """What `fuse` gives its layers: by a layer's number, the operation with `_LoraLinear`'s arguments.

    It takes the kernels where x is of the weights' 16-bit type, as in all of a packed model.
    """

    def of_layer(number, layer=None):
        wide = None
        if WIDE and layer is not None and layer.base_layer.weight.dtype in TYPES:
            rank = len(layer.lora_A[layer.active_adapters[0]].weight)
            wide = widened(layer.base_layer, rank)

        def operation(x, weight, *rest):
            if x.dtype not in TYPES or weight.dtype != x.dtype:
                return _LoraLinear.apply(x, weight, *rest)
            return FusedLoraLinear.apply(x, weight, *rest, seed, number, wide)

        return operation

    return of_layer


def fault(rank, dtype, device):
    """Why the kernels cannot be used on a device, in words; None if they compute what they should.

    They are tried once with small tensors, and held to `_LoraLinear`.
    """
    # One of its own: the training's draws stay what they are.
    generator = torch.Generator(device).manual_seed(0)

    def drawn(*shape, dtype=dtype):
        return torch.randn(*shape, generator=generator, device=device, dtype=dtype)

    x, weight, slope = drawn(200, 256), drawn(256, 256) / 16, drawn(200, 256)
    a, b = drawn(rank, 256, dtype=torch.float32) / 16, drawn(256, rank, dtype=torch.float32)
    seed = torch.zeros(1, dtype=torch.int64, device=device)

    def computed(operation, dropout, *more):
        inputs = [t.detach().requires_grad_() for t in (x, a, b)]
        y = operation(inputs[0], weight, None, *inputs[1:], 1.0, dropout, *more)
        return y.detach(), *torch.autograd.grad(y, inputs, slope)

    try:
        base = SimpleNamespace(weight=torch.nn.Parameter(weight, requires_grad=False))
        right = computed(_LoraLinear.apply, 0.0)
        for more in ((seed, 0), (seed, 0, widened(base, rank))):
            for name, ours, theirs in zip(
                "yxAB", computed(FusedLoraLinear.apply, 0.0, *more), right
            ):
                if not (ours - theirs).norm() <= 0.02 * theirs.norm():
                    return f"another {'y' if name == 'y' else 'gradient of ' + name}"
            dropped = computed(FusedLoraLinear.apply, 0.5, *more)
            if not all(t.isfinite().all() for t in dropped):
                return "a number is not finite with dropout"
    except Exception as error:  # of many kinds: of the compiler, of the driver
        return (str(error).splitlines() or [type(error).__name__])[0]
    return None
