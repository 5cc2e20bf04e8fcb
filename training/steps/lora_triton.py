"""LoRA's linear layer by the kernels of lora_triton_kernels.py: for 16-bit training on CUDA.

It needs no GPU to be tested: Triton's interpreter runs it on a CPU (test_lora_triton.py).
"""

import torch
from steps import lora_triton_kernels as kernels
from steps.lora_kernels import _LoraLinear

TYPES = (torch.bfloat16, torch.float16)


class FusedLoraLinear(torch.autograd.Function):
    """y = x W' + bias + scaling * dropout(x) A' B', as `_LoraLinear`, by Triton kernels.

    x [tokens, in] and W [out, in] in one type, A [rank, in], B [out, rank]. Dropout is drawn by
    `seed` (int64 [1], on the device) and the layer's `number`.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, a, b, scaling, dropout, seed, number):
        x = x.contiguous()
        inner, mask = kernels.inner_values(x, a, seed, number, dropout)
        y = torch.nn.functional.linear(x, weight, bias)
        y.addmm_(inner, b.to(x.dtype).t(), alpha=scaling)
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
        return *grads, None, None, None, None


def operations(seed):
    """What `fuse` gives its layers: by a layer's number, the operation with `_LoraLinear`'s arguments.

    It takes the kernels where x is of the weights' 16-bit type, as in all of a packed model.
    """

    def of_layer(number):
        def operation(x, weight, *rest):
            if x.dtype not in TYPES or weight.dtype != x.dtype:
                return _LoraLinear.apply(x, weight, *rest)
            return FusedLoraLinear.apply(x, weight, *rest, seed, number)

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

    x, weight, slope = drawn(200, 256), drawn(128, 256) / 16, drawn(200, 128)
    a, b = drawn(rank, 256, dtype=torch.float32) / 16, drawn(128, rank, dtype=torch.float32)
    seed = torch.zeros(1, dtype=torch.int64, device=device)
    try:
        results = []
        for operation in (_LoraLinear.apply, operations(seed)(0)):
            inputs = [t.detach().requires_grad_() for t in (x, a, b)]
            y = operation(inputs[0], weight, None, *inputs[1:], 1.0, 0.0)
            results.append((y.detach(), *torch.autograd.grad(y, inputs, slope)))
        y = operations(seed)(0)(inputs[0], weight, None, *inputs[1:], 1.0, 0.5)
        dropped = torch.autograd.grad(y, inputs, slope)
        for name, right, left in zip(("value", "x", "A", "B"), *results):
            if not (left - right).norm() <= 0.02 * right.norm():
                return f"another {name if name == 'value' else 'gradient of ' + name}"
        return None if all(t.isfinite().all() for t in dropped) else "a gradient is not finite"
    except Exception as error:  # of many kinds: of the compiler, of the driver
        return (str(error).splitlines() or [type(error).__name__])[0]
