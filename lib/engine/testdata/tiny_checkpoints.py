"""Random tiny checkpoints of every supported family, and LoRA adapters, for the engine's tests.

    python tiny_checkpoints.py DIR

Weights are drawn wide (logits far apart, so that the largest is no matter of rounding), norms and
biases are random too (a forgotten one must show).
"""

import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    SmolLM3Config,
    SmolLM3ForCausalLM,
)

COMMON = dict(
    vocab_size=300,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=2048,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)
LLAMA3 = dict(
    rope_type="llama3",
    rope_theta=10_000.0,
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=128,
)
# many ids end a completion, so that sequences of a batch end at different steps
END_IDS = list(range(2, 300, 14))
THETA = dict(rope_type="default", rope_theta=1_000_000.0)

CHECKPOINTS = {
    "llama": (LlamaForCausalLM, LlamaConfig(**COMMON)),
    "llama_tied_biased": (
        LlamaForCausalLM,
        LlamaConfig(**COMMON, tie_word_embeddings=True, attention_bias=True, mlp_bias=True),
    ),
    "llama3": (LlamaForCausalLM, LlamaConfig(**COMMON, rope_parameters=LLAMA3)),
    "mistral_window": (MistralForCausalLM, MistralConfig(**COMMON, sliding_window=16)),
    "mistral": (
        MistralForCausalLM,
        MistralConfig(**COMMON, sliding_window=None, head_dim=32, rope_parameters=THETA),
    ),
    "qwen2_tied": (Qwen2ForCausalLM, Qwen2Config(**COMMON, tie_word_embeddings=True)),
    "qwen2_window": (
        Qwen2ForCausalLM,
        Qwen2Config(**COMMON, use_sliding_window=True, sliding_window=24, max_window_layers=2),
    ),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**COMMON, head_dim=32, rope_parameters=THETA)),
    "smollm3": (SmolLM3ForCausalLM, SmolLM3Config(**COMMON)),
    "smollm3_window": (
        SmolLM3ForCausalLM,
        SmolLM3Config(**COMMON, use_sliding_window=True, sliding_window=16, no_rope_layer_interval=2),
    ),
}
ADAPTERS = {
    "qv": ["q_proj", "v_proj"],
    "all_linear": "all-linear",
}


def randomize(parameters, generator):
    for name, parameter in parameters:
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            parameter.data = 1 + 0.2 * noise
        elif "embed" in name or "lm_head" in name:
            parameter.data = noise
        else:
            parameter.data = 0.15 * noise


def main(folder):
    for i, (name, (model_class, config)) in enumerate(CHECKPOINTS.items()):
        generator = torch.Generator().manual_seed(42 + i)
        model = model_class(config)
        randomize(model.named_parameters(), generator)
        model.generation_config.eos_token_id = END_IDS
        sharded = {"max_shard_size": "200KB"} if name == "llama" else {}
        dtype = torch.bfloat16 if name == "mistral" else torch.float32
        model.to(dtype).save_pretrained(folder / name, **sharded)
    for name, modules in ADAPTERS.items():
        generator = torch.Generator().manual_seed(7)
        lora = LoraConfig(r=4, lora_alpha=8, target_modules=modules, task_type="CAUSAL_LM")
        model = get_peft_model(LlamaForCausalLM(CHECKPOINTS["llama"][1]), lora)
        randomize([p for p in model.named_parameters() if "lora_" in p[0]], generator)
        model.save_pretrained(folder / f"adapter_{name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
