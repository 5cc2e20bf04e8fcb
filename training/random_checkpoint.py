"""A checkpoint of a real model's shape with random weights, to rehearse a study before its weights.

    python training/random_checkpoint.py --shape mistral-7b --tokenizer DIR --out DIR

Every phase then does what it does with the model itself, at its cost in time and memory:

    deno task lab study --config config/rehearse_mistral_7b.json

Only the answers mean nothing. DIR of --tokenizer is any folder with a tokenizer and a chat template
whose words fit the shape's vocabulary, best the model's own. Shapes as the models' published
config.json have them. The norms are 1 and all else is drawn as transformers draws it, in bfloat16.
"""

import argparse
import shutil
import sys
from pathlib import Path

from lora_data import one_line

MISTRAL = dict(
    model_type="mistral",
    vocab_size=32768,
    hidden_size=4096,
    intermediate_size=14336,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    max_position_embeddings=32768,
    rms_norm_eps=1e-5,
    rope_parameters={"rope_type": "default", "rope_theta": 1e6},
    sliding_window=None,
)
SHAPES = {
    "mistral-7b": MISTRAL,
    "llama-3-8b": dict(
        model_type="llama",
        vocab_size=128256,
        hidden_size=4096,
        intermediate_size=14336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        max_position_embeddings=8192,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5e5},
    ),
    # a try of the commands themselves
    "tiny": {
        **MISTRAL,
        **dict(vocab_size=65536, hidden_size=64, intermediate_size=128, num_hidden_layers=2),
        **dict(num_attention_heads=2, num_key_value_heads=1, head_dim=32),
    },
}
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
)


def refuse(message):
    print(f"random_checkpoint.py: {message}", file=sys.stderr)
    return 2


def make(shape, tokenizer_dir, out):
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(tokenizer_dir)
    except (OSError, ValueError, KeyError) as error:
        return refuse(f"cannot load the tokenizer in {tokenizer_dir}: {one_line(error)}")
    settings = SHAPES[shape]
    words = max(tokenizer.get_vocab().values()) + 1
    if words > settings["vocab_size"]:
        return refuse(
            f"the tokenizer in {tokenizer_dir} has {words} words, {shape} {settings['vocab_size']}"
        )
    if not tokenizer.chat_template or tokenizer.eos_token_id is None:
        return refuse(f"the tokenizer in {tokenizer_dir} lacks a chat template or an end token")
    config = AutoConfig.for_model(
        **settings, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id
    )
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    count = sum(p.numel() for p in model.parameters())
    part = out.with_name(f"{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
        if free < 2 * count:
            need, have = (f"{size / 1e9:.1f} GB" for size in (2 * count, free))
            return refuse(f"the weights take {need}, and {out.parent} has {have} left")
        shutil.rmtree(part, ignore_errors=True)
        model.save_pretrained(part)
        for name in TOKENIZER_FILES:
            if (tokenizer_dir / name).exists():
                shutil.copyfile(tokenizer_dir / name, part / name)
        part.rename(out)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(part, ignore_errors=True)
        return refuse(f"cannot write {out}: {one_line(error)}")
    print(f"{out}: {count / 1e9:.2f} billion random weights in the shape of {shape}")
    return 0


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", required=True, choices=[*SHAPES])
    parser.add_argument("--tokenizer", required=True, type=Path, help="folder with a tokenizer")
    parser.add_argument("--out", required=True, type=Path, help="folder to make")
    args = parser.parse_args(argv)
    if not (args.tokenizer / "tokenizer.json").exists():
        return refuse(f"there is no tokenizer.json in {args.tokenizer}")
    if args.out.exists() or args.out.is_symlink():
        return refuse(f"{args.out} exists")
    return make(args.shape, args.tokenizer, args.out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
