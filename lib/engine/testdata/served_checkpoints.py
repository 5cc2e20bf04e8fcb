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
from tiny_checkpoints import LLAMA3, THETA
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


def common(tokenizer_dir):
    words = json.loads((tokenizer_dir / "config.json").read_text())["vocab_size"]
    return dict(
        vocab_size=words,
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        initializer_range=0.08,
    )


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
    for name, (kind, config) in checkpoints(common(tokenizer_dir)).items():
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
        if name == "qwen2":
            part_as_qwen2(folder / name / "tokenizer.json")


def part_as_qwen2(file):
    """Part texts as Qwen2 does: by the model's type transformers takes Qwen2's own tokenizer."""
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
        r"\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    spell = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False}
    steps = [split, {**spell, "use_regex": False}]
    parts = json.loads(file.read_text(encoding="utf-8"))
    parts["normalizer"] = {"type": "NFC"}
    parts["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
    file.write_text(json.dumps(parts), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
