"""Random checkpoints of families, of shapes that vLLM serves, with a tokenizer's files.

    python served_checkpoints.py TOKENIZER_DIR DIR

A folder a family in DIR. vLLM's attention takes heads of 32 numbers or more, and the ids are those
of words, so the models are a little larger than those of tiny_checkpoints.py.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from tiny_checkpoints import COMMON, LLAMA3, THETA
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

FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")


def shape_of(tokenizer_dir):
    words = json.loads((tokenizer_dir / "config.json").read_text())["vocab_size"]
    larger = dict(hidden_size=256, intermediate_size=512, initializer_range=0.08)
    return {**COMMON, **larger, "vocab_size": words}


def checkpoints(shape):
    return {
        "llama3": (LlamaForCausalLM, LlamaConfig(**shape, rope_parameters=LLAMA3)),
        "mistral_window": (MistralForCausalLM, MistralConfig(**shape, sliding_window=64)),
        "qwen2": (Qwen2ForCausalLM, Qwen2Config(**shape, tie_word_embeddings=True)),
        "qwen3": (Qwen3ForCausalLM, Qwen3Config(**shape, head_dim=64, rope_parameters=THETA)),
        "smollm3": (SmolLM3ForCausalLM, SmolLM3Config(**shape)),
        "gemma3": (
            Gemma3ForCausalLM,
            Gemma3TextConfig(**shape, head_dim=64, query_pre_attn_scalar=64, sliding_window=64),
        ),
    }


def main(tokenizer_dir, folder):
    for name, (kind, config) in checkpoints(shape_of(tokenizer_dir)).items():
        torch.manual_seed(11)
        model = kind(config)
        for key, parameter in model.named_parameters():
            # biases and norms that are not what a forgotten one would be
            if key.endswith("bias") or "norm" in key:
                torch.nn.init.normal_(parameter, mean=parameter.mean().item(), std=0.1)
        model.save_pretrained(folder / name)
        for file in FILES:
            if (tokenizer_dir / file).exists():
                shutil.copyfile(tokenizer_dir / file, folder / name / file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
