"""Which kernels a training takes: what model and device can do, and what measured as fastest."""

import importlib.util
import logging

import psutil
import torch
from lora_data import UsageError, counted, say
from lora_guards import plan_memory
from steps.lora_kernels import fuse
from steps.lora_packing import PACKED
from steps.lora_step import StepRunner

# Families whose attention is what `packed_attention` computes; tests hold them to it.
PACKABLE = ("gemma3_text", "llama", "mistral", "qwen2", "qwen3", "smollm3")
LARGEST_HEAD = 256
# The activation of a gate that Liger's kernels compute, whatever config.json says.
LIGER_GATES = {"gemma3_text": "gelu_pytorch_tanh"}
# Of the Triton kernels: what is summed up in registers grows with it.
LARGEST_RANK = 128


def window_of(config):
    """The narrowest attention window of a model, or None."""
    window = getattr(config, "sliding_window", None)
    types = getattr(config, "layer_types", None)
    sliding = types is None or "sliding_attention" in types
    return window if window and sliding else None


def check_attention(config):
    """Refuse a model whose attention is not causal, or whose windows have no width."""
    # (Gemma 4 says "vision" where no token of text looks ahead.)
    ahead = getattr(config, "use_bidirectional_attention", None)
    if ahead and ahead != "vision":
        raise UsageError("the model's tokens look ahead of themselves: it cannot be trained")
    types, window = getattr(config, "layer_types", None), getattr(config, "sliding_window", None)
    slides = "sliding_attention" in types if types else window is not None
    if slides and (window is None or window < 1):
        raise UsageError(f"the model's config.json has sliding_window {window} for its windows")


def why_not_packed(model, longest, quantized):
    """Why a model's attention cannot be packed here, in words; None if it can."""
    config = model.config
    if config.model_type not in PACKABLE:
        return f"models of type {config.model_type} are trained on padded batches"
    if quantized:
        return "a 4-bit base is trained on padded batches"
    if getattr(config, "attention_dropout", 0):
        return "the model's attention has dropout"
    if not torch.cuda.is_available():
        window = window_of(config)
        return (
            "the attention window is narrower than an example"
            if (window and window < longest)
            else None
        )
    if model.dtype not in (torch.bfloat16, torch.float16):
        return "the flash kernel takes 16-bit numbers only"
    if torch.cuda.get_device_capability() < (8, 0):
        return "the flash kernel needs an Ampere GPU or later"
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if head % 8:
        return "the flash kernel takes heads whose width is a multiple of 8"
    return "the heads are too wide for the flash kernel" if head > LARGEST_HEAD else None


def why_not_fused(args):
    """Why LoRA cannot be computed by the Triton kernels, in words, where graphs can be recorded."""
    if torch.are_deterministic_algorithms_enabled():
        return "the Triton kernels add in any order, and deterministic is on"
    if args.rank > LARGEST_RANK:
        return f"the Triton kernels take ranks up to {LARGEST_RANK}"
    if importlib.util.find_spec("triton") is None:
        return "triton is not installed"
    return None


def choose_kernels(args, model, longest, spread):
    """plain, packed, graphs or fused, as asked for; the model's attention is set accordingly."""
    reason = why_not_packed(model, longest, args.quantization != "none")
    best = "plain" if reason else "packed"
    no_graphs = (
        reason
        or (None if torch.cuda.is_available() else "CUDA graphs need an NVIDIA GPU")
        or ("the base model is spread over several GPUs" if spread else None)
    )
    no_graphs = no_graphs or ("DoRA is left to PEFT" if args.use_dora else None)
    no_fused = no_graphs or why_not_fused(args)
    if not no_graphs:
        best = "graphs" if no_fused else "fused"
    chosen = best if args.kernels == "auto" else args.kernels
    obstacle = {"plain": None, "packed": reason, "graphs": no_graphs, "fused": no_fused}[chosen]
    if obstacle:
        raise UsageError(f"--kernels {chosen} cannot be used: {obstacle}")
    if chosen != "plain":
        model.set_attn_implementation(PACKED)
    return chosen


def use_liger(model):
    """Let Liger's Triton kernels compute norms, rotary positions and gates, if it can be done."""
    config = model.config
    gate = getattr(config, "hidden_activation", None) or getattr(config, "hidden_act", None)
    if gate != LIGER_GATES.get(config.model_type, "silu"):
        return False
    if importlib.util.find_spec("liger_kernel") is None:
        return False
    # It tells of every backend that this machine has not.
    logging.getLogger("liger_kernel").setLevel(logging.ERROR)
    from liger_kernel.transformers.monkey_patch import _apply_liger_kernel_to_instance

    _apply_liger_kernel_to_instance(
        model=model.get_base_model(), cross_entropy=False, fused_linear_cross_entropy=False
    )
    return True


def triton_lora(args, dtype, device):
    """(seed, operations) of LoRA's Triton kernels (lora_triton.py); (None, None) if they fail here."""
    try:
        from steps.lora_triton import fault, operations

        why = fault(args.rank, dtype, device)
    except ImportError as error:
        why = str(error)
    if why is None:
        seed = torch.zeros(1, dtype=torch.int64, device=device)
        return seed, operations(seed)
    if args.kernels == "fused":
        raise UsageError(f"--kernels fused cannot be used: LoRA's Triton kernels failed ({why})")
    say(f"LoRA is computed without its Triton kernels, which failed: {why}")
    return None, None


def free_memory(device):
    """Bytes that can be had on a device now."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        return torch.cuda.mem_get_info(device)[0]
    return psutil.virtual_memory().available


def make_runner(args, model, kernels, dtype, *, longest, largest):
    """What computes the gradients of `model`, on whose device it already is.

    `longest` is the most tokens of an example, `largest` that of a step on one device.
    """
    device = model.get_input_embeddings().weight.device
    left = liger = 0
    packed = kernels != "plain"
    seed, operations = None, None
    if kernels == "fused":
        kernels = "graphs"
        seed, operations = triton_lora(args, dtype, device)
    if packed:
        _, left = fuse(model, operations)
        liger = use_liger(model) if device.type == "cuda" else 0
    tokens, line = plan_memory(
        model,
        packed=packed,
        device=device,
        longest=longest,
        wanted=args.device_tokens,
        free=free_memory(device),
    )
    say(line)
    mixed = dtype != torch.float32 and (left or not packed)
    step = args.batch_size * args.gradient_accumulation
    runner = StepRunner(
        model,
        packed=packed,
        device_tokens=tokens,
        kl_weight=args.kl_weight,
        autocast=dtype if mixed else None,
        graphs={"blocks": step, "longest": longest, "largest": min(tokens, largest)}
        if kernels == "graphs"
        else None,
        seed=seed,
    )
    added = [name for name, used in (("liger", liger), ("fused lora", seed is not None)) if used]
    runner.kernels = kernels + (" with " + " and ".join(added) if added else "")
    say(f"kernels: {runner.kernels}; {counted(step, 'example')} a step")
    return runner
