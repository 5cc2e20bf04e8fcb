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
    Gemma3ForCausalLM,
    Gemma3TextConfig,
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
    # a window within the prompts, queries scaled by another number than a head's size, two bases
    "gemma3": (
        Gemma3ForCausalLM,
        Gemma3TextConfig(
            **COMMON,
            head_dim=32,
            sliding_window=16,
            layer_types=["sliding_attention", "full_attention"] * 2,
            query_pre_attn_scalar=48,
            # a random model with one matrix for both ends repeats its last token
            tie_word_embeddings=False,
            rope_parameters={
                "full_attention": dict(rope_type="linear", rope_theta=10_000.0, factor=4.0),
                "sliding_attention": dict(rope_type="default", rope_theta=100.0),
            },
        ),
    ),
}
QV = ["q_proj", "v_proj"]
ADAPTERS = {
    "qv": ("llama", dict(target_modules=QV)),
    "all_linear": ("llama", dict(target_modules="all-linear")),
    "rank_pattern": (
        "llama",
        dict(target_modules=QV, rank_pattern={r"layers\.0\.self_attn\.q_proj": 2, "v_proj": 6}),
    ),
    "rank_first": (
        "llama",
        dict(target_modules=QV, rank_pattern={r".*\.[12]\..*": 3, r"^model.layers.1.*q_proj": 5}),
    ),
    "rank_all": (
        "qwen2_tied",
        dict(target_modules="all-linear", rank_pattern={r"(?P<kind>k|up)_proj": 1, r"mlp\.\w+": 2}),
    ),
    "alpha_pattern": ("llama", dict(target_modules=QV, alpha_pattern={"q_proj": 3, "v_proj": 16})),
    "alpha_first": (
        "llama",
        dict(target_modules=QV, alpha_pattern={r"layers\.(1|3)\..*": 1.5, r"\Amodel.*q_proj\Z": 20}),
    ),
    "alpha_all": (
        "qwen2_tied",
        dict(target_modules="all-linear", alpha_pattern={r"self_attn\.\w+": 2, "down_proj": 24}),
    ),
    "rslora": ("llama", dict(target_modules="all-linear", use_rslora=True)),
    "rslora_patterns": (
        "llama",
        dict(
            target_modules=r".*self_attn\.(q|v)_proj",
            use_rslora=True,
            rank_pattern={"q_proj": 9},
            alpha_pattern={r"layers\.[0-1]\..*": 5},
        ),
    ),
    "rslora_layers": (
        "qwen2_tied",
        dict(
            target_modules=[*QV, "down_proj"],
            exclude_modules=["v_proj"],
            layers_to_transform=[1, 3],
            layers_pattern="layers",
            use_rslora=True,
            rank_pattern={"mlp.down_proj": 7},
        ),
    ),
    "dora": ("llama", dict(target_modules="all-linear", use_dora=True)),
    "dora_biased": ("qwen2_tied", dict(target_modules="all-linear", use_dora=True)),
    "dora_patterns": (
        "llama_tied_biased",
        dict(
            target_modules=["q_proj", "o_proj", "up_proj"],
            use_dora=True,
            use_rslora=True,
            rank_pattern={"o_proj": 8},
            alpha_pattern={r"layers\.2\..*": 3},
        ),
    ),
    "dora_half": ("mistral", dict(target_modules="all-linear", use_dora=True)),
    "gemma3": ("gemma3", dict(target_modules="all-linear")),
    "gemma3_dora": ("gemma3", dict(target_modules=["q_proj", "gate_proj", "down_proj"], use_dora=True)),
    "lora_bias": ("llama", dict(target_modules="all-linear", lora_bias=True)),
    "lora_bias_biased": ("qwen2_tied", dict(target_modules=QV, lora_bias=True)),
    "lora_bias_patterns": (
        "llama",
        dict(
            target_modules=[*QV, "down_proj"],
            lora_bias=True,
            use_rslora=True,
            rank_pattern={"v_proj": 2},
            alpha_pattern={"q_proj": 1},
        ),
    ),
}


def randomize(parameters, generator, embedding=1.0):
    for name, parameter in parameters:
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            # near what the configuration class begins with: 1, in Gemma 0
            parameter.data = parameter.data + 0.2 * noise
        elif "embed" in name:
            parameter.data = embedding * noise
        elif "lm_head" in name:
            parameter.data = noise
        else:
            parameter.data = 0.15 * noise


def main(folder):
    for i, (name, (model_class, config)) in enumerate(CHECKPOINTS.items()):
        generator = torch.Generator().manual_seed(42 + i)
        model = model_class(config)
        # scaled up by the model, embeddings of size 1 would drown what the layers add
        randomize(model.named_parameters(), generator, 0.25 if name == "gemma3" else 1.0)
        model.generation_config.eos_token_id = END_IDS
        sharded = {"max_shard_size": "200KB"} if name == "llama" else {}
        dtype = torch.bfloat16 if name == "mistral" else torch.float32
        model.to(dtype).save_pretrained(folder / name, **sharded)
    for name, (base, settings) in ADAPTERS.items():
        generator = torch.Generator().manual_seed(7)
        lora = LoraConfig(r=4, lora_alpha=8, task_type="CAUSAL_LM", **settings)
        # a magnitude must be near the lengths of the rows that it is for
        model = CHECKPOINTS[base][0].from_pretrained(folder / base, dtype=torch.float32)
        model = get_peft_model(model, lora)
        factors = [p for p in model.named_parameters() if "lora_" in p[0]]
        randomize([p for p in factors if "magnitude" not in p[0]], generator)
        for key, magnitude in factors:
            if "magnitude" in key:
                noise = torch.randn(magnitude.shape, generator=generator)
                magnitude.data = magnitude.data * (1 + 0.3 * noise)
        if name == "dora_half":
            model = model.to(torch.bfloat16)
        model.save_pretrained(folder / f"adapter_{name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
