"""A recorded study's model: a GGUF, dequantized to bfloat16, as a Hugging Face folder.

    .venv/bin/python training/dequantize_gguf.py FILE.gguf --out models/qwen2.5-coder-1.5b \
        --recorded results/recorded/qwen_coder_1_5b/summary.json

Models of Qwen2.5 and Gemma 3 (text) are converted. With --recorded every file's SHA-256 is held to
the recorded one: only then can `lab repeat` give the recorded answers. A GGUF of such a model may
have the tied matrix of words twice, rounded differently at its two ends; the output's serves both
here. So the larger models of these families, whose matrices are two or which read images, are
refused. What a GGUF leaves out is as the published config.json has it, and what it has otherwise is
refused. A model that was only pretrained has no chat template: give one with --chat-template. Exit
codes: 0 done, 2 wrong input or another model than the recorded one.
"""

import argparse
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gguf_kinds import KINDS, LAYERS, OUTPUT, WIDTH, WORDS
from lora_data import UsageError, complain
from lora_manifest import sha256
from new_folder import new_folder


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path, help="the file")
    parser.add_argument("--out", type=Path, required=True, help="the new folder")
    parser.add_argument("--recorded", type=Path, help="summary.json of the study it is to be of")
    parser.add_argument("--chat-template", type=Path, help="for a file that has none")
    args = parser.parse_args(argv)
    try:
        convert(
            args.gguf,
            args.out,
            recorded=recorded_sums(args.recorded) if args.recorded else None,
            template=read_template(args.chat_template) if args.chat_template else None,
        )
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


def read_template(path):
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the chat template in {path}: {error}") from error
    if not text.strip():
        raise UsageError(f"{path} has no chat template")
    return text


def convert(path, out, recorded, template):
    with new_folder(out, f"convert {path} to {out}") as part:
        reader, kind = open_gguf(path)
        config = checked_config(reader, kind, path=path, template=template)
        write_tokenizer(path, kind, folder=part, template=template)
        write_json(part / "config.json", config, indent=1)
        check_sizes(reader, kind, folder=part, path=path)
        write_json(part / "generation_config.json", kind.generation)
        write_weights(reader, kind, part / "model.safetensors")
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
        name = reader.fields["general.architecture"].contents()
    except (ValueError, KeyError, IndexError) as error:
        raise UsageError(f"{path} cannot be read as GGUF: {error}") from error
    if name not in KINDS:
        known = " and ".join(KINDS)
        raise UsageError(f"{path} holds a model of kind {name}: only {known} are converted")
    return reader, KINDS[name]


def checked_config(reader, kind, path, template):
    """config.json of a file that holds a whole model of the kind, and nothing else."""
    fields = {key: field.contents() for key, field in reader.fields.items()}
    check_fields(fields, kind, path)
    own = fields.get("tokenizer.chat_template")
    if bool(own and own.strip()) == (template is not None):
        raise UsageError(
            f"{path} has a chat template of its own: leave --chat-template out"
            if template
            else f"{path} lacks tokenizer.chat_template: give --chat-template FILE"
        )
    width, layers = (fields[f"{kind.name}.{key}"] for key in (WIDTH, LAYERS))
    if width not in kind.tied:
        widths = " or ".join(map(str, kind.tied))
        raise UsageError(f"{path} has a width of {width}: only models of {widths} are converted")
    check_tensors({tensor.name for tensor in reader.tensors}, kind, layers, path)
    matrix = next(t for t in reader.tensors if t.name in (OUTPUT, WORDS))
    # a GGUF names the sizes of a tensor from the innermost one
    vocabulary = int(matrix.shape[1])
    check_fixed(fields, {f"{kind.name}.vocab_size": vocabulary}, "its matrix of words", path)
    words = len(fields["tokenizer.ggml.tokens"])
    if words > vocabulary:
        raise UsageError(f"{path} has {words} words and {vocabulary} rows for them")
    return kind.filled_config(fields, vocabulary=vocabulary)


def check_fields(fields, kind, path):
    """Refuse a file that lacks a field, has one that is not the kind's, or one of another value."""
    needed = kind.fields_needed()
    lists = [f"tokenizer.ggml.{key}" for key in ("tokens", kind.word_order, "token_type")]
    missing = [key for key in [*needed, "tokenizer.ggml.model", *lists] if key not in fields]
    if missing:
        raise UsageError(f"{path} lacks {', '.join(missing)}")
    for key in needed:
        if type(fields[key]) is not int or fields[key] < 1:
            raise UsageError(f"{path} has {key} {fields[key]}: it is a whole number from 1 on")
    fixed = {
        key if key.startswith("tokenizer.") else f"{kind.name}.{key}": value
        for key, value in kind.fixed.items()
    }
    check_fixed(fields, fixed, kind.title, path)
    known = {*needed, *fixed, f"{kind.name}.vocab_size"}
    other = [key for key in fields if key.startswith(f"{kind.name}.") and key not in known]
    if other:
        raise UsageError(f"{path} has {', '.join(sorted(other)[:3])}: {kind.title} does not")


def check_fixed(fields, fixed, title, path):
    """Refuse a file with a field that differs from what it has to be where there is one."""
    for key, value in fixed.items():
        found = fields.get(key, value)
        same = (
            type(found) in (int, float) and abs(found - value) <= 1e-6 * value
            if type(value) in (int, float)
            else found == value
        )
        if not same:
            raise UsageError(f"{path} has {key} {found}: {title} has {value}")


def check_tensors(names, kind, layers, path):
    """Refuse a file that lacks a tensor, or has one that is none of the model's."""
    expected = {"output_norm.weight", WORDS}
    for layer in range(layers):
        expected |= {f"blk.{layer}.{part}.weight" for part in kind.layer}
        expected |= {f"blk.{layer}.{part}.bias" for part in kind.biased}
    other = sorted(names - expected - {OUTPUT})
    if other:
        raise UsageError(f"{path} has a tensor that {kind.name} does not: {', '.join(other[:3])}")
    missing = sorted(expected - names)
    if missing:
        raise UsageError(f"{path} lacks {len(missing)} of its tensors: {', '.join(missing[:3])}")


def check_sizes(reader, kind, folder, path):
    """Refuse a file with a tensor of other sizes than its fields say."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    expected = {name: list(weight.shape) for name, weight in model.named_parameters()}
    for tensor in reader.tensors:
        found, wanted = sizes_of(tensor), expected[own_name(kind, tensor)]
        if found != wanted:
            raise UsageError(f"{path} has {tensor.name} of sizes {found}: its fields say {wanted}")


def sizes_of(tensor):
    return [int(size) for size in reversed(tensor.shape)]


def write_tokenizer(path, kind, folder, template):
    from lora_chat import Chat
    from tokenizers import normalizers
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name)
    if kind.is_nfc:
        tokenizer.backend_tokenizer.normalizer = normalizers.NFC()
    if template:
        tokenizer.chat_template = template
        Chat(tokenizer)  # refuses one that cannot be rendered
    tokenizer.save_pretrained(folder)


def write_weights(reader, kind, file):
    from safetensors.torch import save_file

    twice = any(tensor.name == OUTPUT for tensor in reader.tensors)
    used = [tensor for tensor in reader.tensors if not (twice and tensor.name == WORDS)]
    with ThreadPoolExecutor() as pool:
        names = [own_name(kind, tensor) for tensor in used]
        weights = dict(zip(names, pool.map(lambda tensor: dequantized(kind, tensor), used)))
    save_file(dict(sorted(weights.items())), str(file), metadata={"format": "pt"})


def own_name(kind, tensor):
    """A tensor's name in transformers."""
    if tensor.name in (OUTPUT, WORDS):
        return "model.embed_tokens.weight"
    if tensor.name == "output_norm.weight":
        return "model.norm.weight"
    found = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(weight|bias)", tensor.name)
    return f"model.layers.{found[1]}.{kind.layer[found[2]]}.{found[3]}"


def dequantized(kind, tensor):
    """A tensor's values in bfloat16, with the sizes that transformers gives them."""
    import numpy as np
    import torch
    from gguf import dequantize

    values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
    if tensor.name.endswith("norm.weight"):
        values -= kind.norm_offset
    return torch.from_numpy(values).reshape(sizes_of(tensor)).to(torch.bfloat16).contiguous()


def write_json(file, value, indent=None):
    # the bytes of the recorded files: no line break at the end
    file.write_text(json.dumps(value, indent=indent), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
