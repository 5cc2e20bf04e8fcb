"""A recorded study's model: a Qwen2.5 GGUF, dequantized to bfloat16, as a Hugging Face folder.

    .venv/bin/python training/dequantize_gguf.py FILE.gguf --out models/qwen2.5-coder-1.5b \
        --recorded results/recorded/qwen_coder_1_5b/summary.json

With --recorded every file's SHA-256 is held to the recorded one: only then can `lab repeat` give the
recorded answers. A GGUF of such a model has the tied matrix of words twice, rounded differently at
its two ends; the output's serves both here. So the larger models of the family, whose matrices are
two, are refused. What a GGUF leaves out is as Qwen2.5's published config.json has it, and what it
has otherwise is refused. Exit codes: 0 done, 2 wrong input or another model than the recorded one.
"""

import argparse
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lora_data import UsageError, complain
from lora_manifest import sha256
from new_folder import new_folder

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
EPSILON, THETA = 1e-6, 1000000.0
# The widths of the models whose two matrices of words are one: 0.5B, 1.5B and 3B.
TIED = (896, 1536, 2048)
BIASED = ("attn_q", "attn_k", "attn_v")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path, help="the file")
    parser.add_argument("--out", type=Path, required=True, help="the new folder")
    parser.add_argument("--recorded", type=Path, help="summary.json of the study it is to be of")
    args = parser.parse_args(argv)
    try:
        convert(args.gguf, args.out, recorded_sums(args.recorded) if args.recorded else None)
    except UsageError as error:
        complain(f"dequantize_gguf.py: {error}")
        return 2
    return 0


def recorded_sums(path):
    """SHA-256 by file name, of a recorded study's model."""
    try:
        sums = json.loads(path.read_text(encoding="utf-8"))["provenance"]["modelFiles"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"cannot read the recorded model's files in {path}: {error!r}") from error
    if not isinstance(sums, dict) or "model.safetensors" not in sums:
        raise UsageError(f"{path} names no files of a model in provenance.modelFiles")
    return sums


def convert(path, out, recorded):
    with new_folder(out, f"convert {path} to {out}") as part:
        reader = open_gguf(path)
        config = checked_config(reader, path)
        write_tokenizer(path, part)
        write_json(part / "config.json", config, indent=1)
        write_json(part / "generation_config.json", GENERATION)
        write_weights(reader, part / "model.safetensors")
        sums = {file.name: sha256(file) for file in sorted(part.iterdir())}
        others = [name for name in recorded or () if sums.get(name) != recorded[name]]
        if others:
            raise UsageError(f"another model than the recorded one: {', '.join(sorted(others))}")
    for name, digest in sums.items():
        print(f"{digest}  {name}")
    print(f"{out}: the recorded model" if recorded else f"{out}: written")


def open_gguf(path):
    from gguf import GGUFReader

    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    try:
        reader = GGUFReader(path)
        kind = reader.fields["general.architecture"].contents()
    except (ValueError, KeyError, IndexError) as error:
        raise UsageError(f"{path} cannot be read as GGUF: {error}") from error
    if kind != "qwen2":
        raise UsageError(f"{path} holds a model of kind {kind}: only qwen2 is converted")
    return reader


GENERATION = {
    "bos_token_id": BEGIN,
    "eos_token_id": [END, BEGIN],
    "pad_token_id": BEGIN,
    "do_sample": False,
}


def checked_config(reader, path):
    """config.json of a file that holds a whole model of the kind, and nothing else."""
    fields = {key: field.contents() for key, field in reader.fields.items()}
    sizes = ("embedding_length", "feed_forward_length", "block_count")
    needed = [f"qwen2.{key}" for key in (*sizes, "attention.head_count", "attention.head_count_kv")]
    needed += [f"tokenizer.ggml.{key}" for key in ("model", "tokens", "merges", "token_type")]
    missing = [key for key in (*needed, "tokenizer.chat_template") if key not in fields]
    if missing:
        raise UsageError(f"{path} lacks {', '.join(missing)}")
    width, inner, layers, heads, pairs = (fields[key] for key in needed[:5])
    if width not in TIED:
        raise UsageError(
            f"{path} has a width of {width}: only models of {TIED} have one matrix of words"
        )
    fixed = {"attention.layer_norm_rms_epsilon": EPSILON, "rope.freq_base": THETA}
    for key, value in fixed.items():
        found = fields.get(f"qwen2.{key}", value)
        if abs(found - value) > 1e-6 * value:
            raise UsageError(f"{path} has qwen2.{key} {found}: Qwen2.5 has {value}")
    check_tensors({tensor.name for tensor in reader.tensors}, layers, path)
    words = next(t for t in reader.tensors if t.name in (OUTPUT, WORDS))
    return model_config(width, inner, layers, heads, pairs, words)


def check_tensors(names, layers, path):
    """Refuse a file that lacks a tensor, or has one that is none of the model's."""
    expected = {"output_norm.weight", WORDS}
    for layer in range(layers):
        expected |= {f"blk.{layer}.{part}.weight" for part in LAYER}
        expected |= {f"blk.{layer}.{part}.bias" for part in BIASED}
    other = sorted(names - expected - {OUTPUT})
    if other:
        raise UsageError(f"{path} has a tensor that qwen2 does not: {', '.join(other[:3])}")
    missing = sorted(expected - names)
    if missing:
        raise UsageError(f"{path} lacks {len(missing)} of its tensors: {', '.join(missing[:3])}")


def model_config(width, inner, layers, heads, pairs, words):
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_act": "silu",
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": pairs,
        "max_position_embeddings": LONGEST,
        "rms_norm_eps": EPSILON,
        "rope_theta": THETA,
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


if __name__ == "__main__":
    sys.exit(main())
