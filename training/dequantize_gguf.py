"""A recorded study's model: a Qwen2.5 GGUF, dequantized to bfloat16, as a Hugging Face folder.

    .venv/bin/python training/dequantize_gguf.py FILE.gguf --out models/qwen2.5-coder-1.5b \
        --recorded results/recorded/qwen_coder_1_5b/summary.json

With --recorded every file's SHA-256 is held to the recorded one: only then can `lab repeat` give the
recorded answers. A GGUF of such a model has the tied matrix of words twice, rounded differently at
its two ends; the output's serves both here. What a GGUF leaves out is as Qwen2.5's published
config.json has it. Exit codes: 0 done, 2 wrong input or another model than the recorded one.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A layer's tensors: their names in a GGUF, and in transformers below the layer.
LAYER = {
    **{f"attn_{kind}": f"self_attn.{kind}_proj" for kind in "qkv"},
    "attn_output": "self_attn.o_proj",
    **{f"ffn_{kind}": f"mlp.{kind}_proj" for kind in ("gate", "up", "down")},
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
WORDS, OUTPUT = "token_embd.weight", "output.weight"
# Of all sizes of Qwen2.5-Coder-Instruct: https://huggingface.co/Qwen
BEGIN, END = 151643, 151645
LONGEST = 32768


class Refused(Exception):
    """Wrong input, in one line."""


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path, help="the file")
    parser.add_argument("--out", type=Path, required=True, help="the new folder")
    parser.add_argument("--recorded", type=Path, help="summary.json of the study it is to be of")
    args = parser.parse_args(argv)
    try:
        convert(args.gguf, args.out, recorded_sums(args.recorded) if args.recorded else None)
    except Refused as error:
        print(f"dequantize_gguf.py: {error}", file=sys.stderr)
        return 2
    return 0


def recorded_sums(path):
    """SHA-256 by file name, of a recorded study's model."""
    try:
        sums = json.loads(path.read_text(encoding="utf-8"))["provenance"]["modelFiles"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"cannot read the recorded model's files in {path}: {error!r}") from error
    return sums


def convert(path, out, recorded):
    if out.exists():
        raise Refused(f"{out} exists: name a new folder")
    reader = open_gguf(path)
    part = out.with_name(f"{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        write_tokenizer(path, part)
        write_json(part / "config.json", model_config(reader), indent=1)
        write_json(part / "generation_config.json", GENERATION)
        write_weights(reader, part / "model.safetensors")
        sums = {file.name: sha256(file) for file in sorted(part.iterdir())}
        others = [name for name in recorded or () if sums.get(name) != recorded[name]]
        if others:
            raise Refused(f"another model than the recorded one: {', '.join(sorted(others))}")
        part.rename(out)
    except OSError as error:
        raise Refused(f"cannot write {out}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    for name, digest in sums.items():
        print(f"{digest}  {name}")
    print(f"{out}: the recorded model" if recorded else f"{out}: written")


def open_gguf(path):
    from gguf import GGUFReader

    if not path.is_file():
        raise Refused(f"there is no file {path}")
    try:
        reader = GGUFReader(path)
        kind = reader.fields["general.architecture"].contents()
    except (ValueError, KeyError, IndexError) as error:
        raise Refused(f"{path} cannot be read as GGUF: {error}") from error
    if kind != "qwen2":
        raise Refused(f"{path} holds a model of kind {kind}: only qwen2 is converted")
    return reader


GENERATION = {
    "bos_token_id": BEGIN,
    "eos_token_id": [END, BEGIN],
    "pad_token_id": BEGIN,
    "do_sample": False,
}


def model_config(reader):
    def setting(key):
        return reader.fields[f"qwen2.{key}"].contents()

    words = next(t for t in reader.tensors if t.name in (OUTPUT, WORDS))
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_act": "silu",
        "hidden_size": setting("embedding_length"),
        "intermediate_size": setting("feed_forward_length"),
        "num_hidden_layers": setting("block_count"),
        "num_attention_heads": setting("attention.head_count"),
        "num_key_value_heads": setting("attention.head_count_kv"),
        "max_position_embeddings": LONGEST,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": True,
        # a GGUF names the sizes of a tensor from the innermost one
        "vocab_size": int(words.shape[1]),
        "bos_token_id": BEGIN,
        "eos_token_id": END,
        "torch_dtype": "bfloat16",
        "use_sliding_window": False,
        "sliding_window": None,
    }


def write_tokenizer(path, folder):
    from tokenizers import normalizers
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name)
    tokenizer.backend_tokenizer.normalizer = normalizers.NFC()  # a GGUF has none
    tokenizer.save_pretrained(folder)


def write_weights(reader, file):
    from safetensors.torch import save_file

    twice = any(tensor.name == OUTPUT for tensor in reader.tensors)
    used = [tensor for tensor in reader.tensors if not (twice and tensor.name == WORDS)]
    with ThreadPoolExecutor() as pool:
        weights = dict(zip(map(own_name, used), pool.map(dequantized, used)))
    save_file(dict(sorted(weights.items())), str(file), metadata={"format": "pt"})


def own_name(tensor):
    """A tensor's name in transformers."""
    if tensor.name in (OUTPUT, WORDS):
        return "model.embed_tokens.weight"
    if tensor.name == "output_norm.weight":
        return "model.norm.weight"
    found = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(weight|bias)", tensor.name)
    if not found or found[2] not in LAYER:
        raise Refused(f"the file has a tensor that qwen2 does not: {tensor.name}")
    return f"model.layers.{found[1]}.{LAYER[found[2]]}.{found[3]}"


def dequantized(tensor):
    """A tensor's values in bfloat16, with the sizes that transformers gives them."""
    import numpy as np
    import torch
    from gguf import dequantize

    values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
    sizes = [int(size) for size in reversed(tensor.shape)]
    return torch.from_numpy(values).reshape(sizes).to(torch.bfloat16).contiguous()


def write_json(file, value, indent=None):
    # the bytes of the recorded files: no line break at the end
    file.write_text(json.dumps(value, indent=indent), encoding="utf-8")


def sha256(file):
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
