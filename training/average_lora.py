"""The mean of several LoRA adapters of one model, as one adapter.

    .venv/bin/python training/average_lora.py results/NAME/training/RECIPE* --out adapters/mean

What an adapter adds to a layer is `scaling * B A`. The mean of k such sums is one adapter again, whose
rank is the sum of their ranks: the As below each other, the Bs side by side, each times its scaling / k
(PEFT's `add_weighted_adapter` calls that "cat"). It is exact, not a low-rank approximation. Averaging
what trainings with several seeds have learnt is a model soup: https://arxiv.org/abs/2203.05482.

The adapters must change the same layers of one base model. Refused by name is what has no such mean:
DoRA, `lora_bias`, other ranks in some layers, modules that were trained whole. Exit codes: 0 done, 2
wrong input.

`average.json` beside the weights says of what they are the mean: the adapters in order, by the names of
their folders and the SHA-256 of their weights, and the SHA-256 of the mean's own. Of one that was
trained here on general records it has how many they were, as long as its data are there still.
"""

import argparse
import json
import math
import os
import sys
from pathlib import Path

from lora_checkpoint import WEIGHTS
from lora_data import UsageError, complain, read_records, write_json
from lora_folder import ADAPTER_CONFIG, RECORD
from lora_manifest import read_object, sha256
from lora_settings import NOT_COMPARED, SETTINGS
from new_folder import new_folder

AVERAGE = "average.json"
# Paths of a run's record are relative to it.
ROOT = Path(__file__).resolve().parent.parent
GENERAL = ("replay", "anchor")
A, B = ".lora_A.weight", ".lora_B.weight"
# Settings that an adapter with such a mean does not have.
WITHOUT = (
    *("use_dora", "lora_bias", "rank_pattern", "alpha_pattern", "modules_to_save"),
    *("layer_replication", "trainable_token_indices", "target_parameters", "fan_in_fan_out"),
    *("alora_invocation_tokens", "arrow_config", "use_bdlora", "use_qalora"),
)
# Settings that must be those of all adapters; lists in any order.
SAME = (
    *("base_model_name_or_path", "target_modules", "exclude_modules", "layers_to_transform"),
    *("layers_pattern", "task_type", "bias"),
)
# Initialisations after which the base weights are as they were.
PLAIN = (True, False, None, "gaussian", "eva", "orthogonal", "mica")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("adapters", type=Path, nargs="+", help="folders as PEFT saves them")
    parser.add_argument("--out", type=Path, required=True, help="the new folder")
    args = parser.parse_args(argv)
    try:
        average(args.adapters, args.out)
    except UsageError as error:
        complain(f"average_lora.py: {error}")
        return 2
    return 0


def average(folders, out):
    """Write the mean of the adapters in `folders` to the new folder `out`."""
    if len(folders) < 2:
        raise UsageError("a mean takes two adapters or more")
    with new_folder(out, f"average {', '.join(map(str, folders))}") as part:
        configs = [read_config(folder) for folder in folders]
        check_alike(folders, configs)
        hashes = hashes_of(folders)
        scalings = [scaling_of(folder, config) for folder, config in zip(folders, configs)]
        layers = [read_layers(folder, config) for folder, config in zip(folders, configs)]
        mean = mean_of(folders, layers, scalings)
        rank = sum(config["r"] for config in configs)
        own = {"r": rank, "lora_alpha": rank, "use_rslora": False, "lora_dropout": 0.0}
        write_json(part / ADAPTER_CONFIG, {**configs[0], **own})
        write_weights(mean, part / WEIGHTS)
        names = [Path(os.path.abspath(folder)).name for folder in folders]
        parents = [
            {"name": name, "sha256": digest, **trained_with(folder)}
            for folder, name, digest in zip(folders, names, hashes)
        ]
        write_json(part / AVERAGE, {"parents": parents, "sha256": sha256(part / WEIGHTS)})
    print(f"{out}: the mean of {len(folders)} adapters, rank {rank}")
    for folder, config, scaling in zip(folders, configs, scalings):
        print(f"  {folder}: rank {config['r']}, scaling {scaling:g}")
    for line in other_trainings(folders):
        complain(line)


def read_config(folder):
    """The settings of an adapter that may have a mean with others."""
    path = folder / ADAPTER_CONFIG
    try:
        config = read_object(path)
    except (OSError, ValueError) as error:
        why = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
        raise UsageError(f"{folder}: {ADAPTER_CONFIG} {why}") from error
    kind = config.get("peft_type")
    if kind != "LORA":
        raise UsageError(f"{folder}: its peft_type is {kind!r}, not LORA")
    found = next((key for key in WITHOUT if config.get(key)), None)
    if found:
        raise UsageError(f"{folder}: it has {found}, of which there is no such mean")
    if config.get("bias", "none") != "none":
        raise UsageError(f"{folder}: it trained biases of the base model (bias)")
    start = config.get("init_lora_weights", True)
    if start not in PLAIN:
        raise UsageError(f"{folder}: init_lora_weights {start!r} changed the base weights")
    return config


def scaling_of(folder, config):
    """What PEFT multiplies B A with: alpha / rank, or alpha / sqrt(rank) with rsLoRA."""
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if type(rank) is not int or rank < 1:
        raise UsageError(f"{folder}: its r is {rank!r}, not a positive whole number")
    if type(alpha) not in (int, float) or not math.isfinite(alpha):
        raise UsageError(f"{folder}: its lora_alpha is {alpha!r}, not a number")
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)


def check_alike(folders, configs):
    for key in SAME:
        first, *others = (config.get(key) for config in configs)
        for folder, other in zip(folders[1:], others):
            if comparable(other) != comparable(first) and not same_folder(key, first, other):
                raise UsageError(
                    f"{folder} has another {key} than {folders[0]}: {other!r}, not {first!r}"
                )


def same_folder(key, first, other):
    """Whether two base models are one folder, by a relative and an absolute path or a link."""
    both = (first, other)
    if key != "base_model_name_or_path" or not all(isinstance(path, str) for path in both):
        return False
    return all(map(os.path.exists, both)) and os.path.samefile(*both)


def other_trainings(folders):
    """What of the trainings differs but the seed, a line a setting; of those whose settings are there."""
    records = {}
    for folder in folders:
        try:
            records[folder] = read_object(folder / RECORD)
        except (OSError, ValueError):
            pass  # an adapter from elsewhere
    for key in sorted(SETTINGS.keys() - {*NOT_COMPARED, "seed"}):
        values = {folder: record.get(key) for folder, record in records.items()}
        if len({str(value) for value in values.values()}) > 1:
            each = ", ".join(f"{value} in {folder}" for folder, value in values.items())
            yield f"note: trained with another {key}: {each}"


def trained_with(folder):
    """The penalty's weight and the general records of an epoch, as far as the run's record tells."""
    try:
        record = read_object(folder / RECORD)
        data = ROOT / record["data"]
        if sha256(data) != record["data_sha256"]:
            return {}
        records = [one for one in read_records(data) if one["part"] != "held_out"]
        weight = float(record.get("kl_weight") or 0)
    except (KeyError, OSError, TypeError, UsageError, ValueError):
        return {}  # an adapter from elsewhere, or its data are gone
    general = {kind: [one for one in records if one["kind"] == kind] for kind in GENERAL}
    counts = {kind: len(own) for kind, own in general.items()}
    if not any(counts.values()):
        return {}
    drawn = {kind: len({spoken(one) for one in own}) for kind, own in general.items()}
    # an answer comes again only where no other could be used; then those that are trained on like
    # others have the fewer answers
    answers = sum(counts.values()) if drawn == counts else drawn["replay"] or drawn["anchor"]
    told = {"general": {**counts, "of": len(records), "answers": answers}}
    return {**({"klWeight": weight} if 0 < weight < math.inf else {}), **told}


def spoken(record):
    """What is asked and answered in a record, as one value."""
    return json.dumps([record["prompt"], record["completion"]])


def comparable(value):
    return sorted(value, key=str) if isinstance(value, list) else value


def hashes_of(folders):
    """SHA-256 of their weights; an adapter that is given twice is refused: it would count double."""
    seen = {}
    for folder in folders:
        try:
            digest = sha256(folder / WEIGHTS)
        except FileNotFoundError as error:
            raise UsageError(f"{folder}: {WEIGHTS} is missing") from error
        if digest in seen:
            raise UsageError(f"{folder} has the weights of {seen[digest]}: give it once")
        seen[digest] = folder
    return list(seen)


def read_layers(folder, config):
    """(A, B) in float32 by layer; A [rank, in], B [out, rank]."""
    from safetensors.torch import load_file

    tensors = load_file(folder / WEIGHTS)
    if not tensors:
        raise UsageError(f"{folder}: it holds no weights")
    layers = {}
    for name in tensors:
        layer = name.removesuffix(A).removesuffix(B)
        if layer == name:
            raise UsageError(f"{folder}: {name} is no factor of LoRA")
        a, b = tensors.get(layer + A), tensors.get(layer + B)
        if a is None or b is None:
            raise UsageError(f"{folder}: {layer} has only one of its two factors")
        a, b = a.float(), b.float()
        if a.dim() != 2 or b.dim() != 2 or not len(a) == config["r"] == b.shape[1]:
            shapes = f"{list(a.shape)} and {list(b.shape)}"
            raise UsageError(f"{folder}: {layer} has factors {shapes}, not of rank {config['r']}")
        if not (a.isfinite().all() and b.isfinite().all()):
            raise UsageError(f"{folder}: {layer} has values that are not finite")
        layers[layer] = (a, b)
    return layers


def mean_of(folders, adapters, scalings):
    """The factors of the mean by their names in a file."""
    import torch

    first = adapters[0]
    for folder, layers in zip(folders[1:], adapters[1:]):
        for layer in sorted(first.keys() | layers.keys()):
            if layer not in layers or layer not in first:
                there = folder if layer in layers else folders[0]
                raise UsageError(f"only {there} changes {layer}")
            if any(
                x.shape[d] != y.shape[d] for x, y, d in zip(first[layer], layers[layer], (1, 0))
            ):
                raise UsageError(f"{folder} is of another model than {folders[0]}: {layer}")
    mean = {}
    for layer in first:
        pairs = [layers[layer] for layers in adapters]
        mean[layer + A] = torch.cat([a for a, _ in pairs])
        parts = [b * (scaling / len(pairs)) for (_, b), scaling in zip(pairs, scalings)]
        mean[layer + B] = torch.cat(parts, dim=1).contiguous()
    return mean


def write_weights(tensors, path):
    from safetensors.torch import save_file

    save_file(tensors, path, metadata={"format": "pt"})


if __name__ == "__main__":
    sys.exit(main())
