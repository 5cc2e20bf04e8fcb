"""LoRA's linear layer as one operation with a gradient of its own.

PEFT's layer keeps the input, the dropped input, the base output and the update for the backward
pass and reads each several times. This one keeps the input, one byte a number for the dropout mask
and the `rank` inner values, and adds the update within the matrix product. Values and gradients are
PEFT's up to rounding.
"""

import torch
from peft.tuners.lora import Linear

# In one pass: x * mask * scale.
scaled = torch.ops.aten.native_dropout_backward


def drop(x, share):
    """`x` with a random `share` of its numbers zero and the rest scaled up, and the mask of these.

    torch's generator for a CPU draws one number after the other, 53 bits each: a sixth of a step of
    a small model. Here 16 bits are drawn a number, so that the share is met within 1/131072.
    """
    if x.device.type != "cpu":
        return torch.native_dropout(x, share, True)
    count = x.numel()
    bits = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(2**63), None)
    mask = bits.view(torch.int16)[:count].view(x.shape) >= round(share * 2**16) - 2**15
    return scaled(x, mask, 1 / (1 - share)), mask


class _LoraLinear(torch.autograd.Function):
    """y = x W' + bias + scaling * dropout(x) A' B', with W and bias frozen.

    x [tokens, in], W [out, in], A [rank, in], B [out, rank]. A and B may be held in a wider type
    than x: they take part rounded to x's, and their gradients come in their own.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, a, b, scaling, dropout):
        dropped, mask = x, None
        if dropout:
            dropped, mask = drop(x, dropout)
        inner = dropped @ a.to(x.dtype).t()
        y = torch.nn.functional.linear(x, weight, bias)
        y.addmm_(inner, b.to(x.dtype).t(), alpha=scaling)
        ctx.save_for_backward(x, mask, inner, weight, a, b)
        ctx.scaling, ctx.keep = scaling, 1 / (1 - dropout)
        return y

    @staticmethod
    def backward(ctx, slope):
        x, mask, inner, weight, a, b = ctx.saved_tensors
        low = (slope @ b.to(slope.dtype)).mul_(ctx.scaling)  # of the inner values, [tokens, rank]
        # What was dropped, once more: a mask takes half the place or less.
        dropped = x if mask is None else scaled(x, mask, ctx.keep)
        slope_a = (low.t() @ dropped).to(a.dtype)
        slope_b = (slope.t() @ inner).mul_(ctx.scaling).to(b.dtype)
        slope_x = None
        if ctx.needs_input_grad[0]:
            slope_x = slope @ weight
            if mask is None:
                slope_x.addmm_(low, a.to(low.dtype))
            else:
                slope_x.add_(scaled(low @ a.to(low.dtype), mask, ctx.keep))
        return slope_x, None, None, slope_a, slope_b, None, None


def _forward(layer, x, *args, **kwargs):
    if layer.disable_adapters:
        return layer.base_layer(x)
    name = layer.active_adapters[0]
    base, dropout = layer.base_layer, layer.lora_dropout[name]
    y = layer.lab_operation(
        x.reshape(-1, x.shape[-1]),
        base.weight,
        base.bias,
        layer.lora_A[name].weight,
        layer.lora_B[name].weight,
        layer.scaling[name],
        dropout.p if layer.training and isinstance(dropout, torch.nn.Dropout) else 0.0,
    )
    return y.view(*x.shape[:-1], -1)


def fuse(model, operations=None):
    """Let PEFT's plain LoRA layers over frozen float weights compute by the operation above.

    `operations(number, layer)` gives each another one instead (lora_triton.py). Layers with a
    variant (DoRA), several adapters, or quantized weights stay as PEFT has them. Returns the
    numbers of layers that were changed and that were left.
    """
    fused, left = 0, 0
    for module in model.modules():
        if not hasattr(module, "lora_A") or not len(module.lora_A):
            continue
        plain = (
            type(module) is Linear
            and type(module.base_layer) is torch.nn.Linear
            and len(module.active_adapters) == 1
            and not module.lora_variant
            and not module.merged
            and not module.fan_in_fan_out
            and module.lora_A[module.active_adapters[0]].bias is None
            and module.lora_B[module.active_adapters[0]].bias is None
        )
        if plain:
            module.lab_operation = operations(fused, module) if operations else _LoraLinear.apply
            module.forward = _forward.__get__(module)
            fused += 1
        else:
            left += 1
    return fused, left
