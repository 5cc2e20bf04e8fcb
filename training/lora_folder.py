"""Whether the run in a folder is finished, may go on, or is not to be touched."""

import shutil

from lora_checkpoint import LOG, WEIGHTS, good_checkpoint, good_rows
from lora_data import UsageError, say
from lora_manifest import MANIFEST, file_fault, put_aside, read_manifest, read_object, sha256
from lora_settings import NOT_COMPARED, SETTINGS
from safetensors import SafetensorError, safe_open

ADAPTER_CONFIG = "adapter_config.json"
RECORD = "config.json"
# The chat template that a run trains in: the lab compares it with the model's.
TEMPLATE = "chat_template.jinja"
# What a finished run has beside its record.
RESULT = (ADAPTER_CONFIG, WEIGHTS, "environment.json", LOG)
# The weights' hash as the TypeScript side notes it.
SEAL = "adapter.sha256"
# Settings that older runs have no record of: they had what is the default now.
LATER = (
    *("thinking", "date", "limit", "use_rslora", "use_dora", "allow_left_out", "kl_weight"),
    *("checkpoints", "early_stopping_patience", "deterministic"),
)
# Environment, commit, data's hash, seed, what became of the checkpoints. (A run that is older than
# this file has none.)
RUN = "run.json"


def run_is_finished(args, config):
    """Whether the run in --out is finished already.

    Refused is a folder whose run is another or unknown, and an adapter that is not the one that
    the run ended with. An adapter of this run that is damaged is put aside where a good checkpoint
    is left to train it from again.
    """
    out = args.out
    if not out.exists():
        return False
    if not args.resume:
        raise UsageError(f"the run folder {out} exists: give --resume or another --out")
    if not out.is_dir():
        raise UsageError(f"the run folder {out} is a file")
    before = read_record(out)
    if before is None:
        return False
    for key in sorted(config.keys() - {*NOT_COMPARED, "order"}):
        was = before.get(key, SETTINGS[key].default if key in LATER else None)
        if was != config[key]:
            raise UsageError(
                f"cannot resume {out} as {key} differs: it was {was}, now it is {config[key]}: move "
                "the folder away to train anew, or give the recipe these settings again"
            )
    if not (out / WEIGHTS).exists():
        if before.get("order", 1) != config["order"]:
            raise UsageError(
                f"cannot resume {out}: an older version began it, whose order of examples was "
                "another: move the folder away to train anew"
            )
        if has_other_config(out, before):
            raise UsageError(
                f"{out / ADAPTER_CONFIG} has settings of another training: move it away, as this "
                "training ends with a file of that name"
            )
        return False
    manifest = manifest_of(out)
    fault, is_ours = result_fault(out, before, manifest)
    if not fault:
        if manifest:
            clear(out)
        return True
    if not is_ours:
        raise foreign(out, fault)
    if not good_checkpoint(out):
        raise UsageError(
            f"the finished run in {out} is damaged: {fault}, and there is no checkpoint: put back "
            f"a copy of the file, or move {WEIGHTS} away and run again to train anew"
        )
    damaged = out / fault.split(" ")[0]
    aside = f"; {put_aside(damaged).name} is what it was" if damaged.exists() else ""
    say(f"the finished run in {out} is damaged: {fault}: going on from its last checkpoint{aside}")
    return False


def clear(out):
    """Delete what a finished run needs no more: all but the checkpoints that are kept."""
    for name in ("checkpoints.partial", "adapter.partial"):
        shutil.rmtree(out / name, ignore_errors=True)
    for path in (out / "checkpoints").glob("checkpoint-*"):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    try:
        (out / "checkpoints").rmdir()
    except OSError:
        pass  # there is none, or it has adapters


def foreign(out, why):
    return UsageError(
        f"the adapter in {out} is not the one that was trained there ({why}), so it is left as it "
        f"is: put back a copy of the file, or move {WEIGHTS} away and run again to train anew"
    )


def read_record(out):
    """The settings of the run in a folder; None if no run has begun there."""
    record = out / RECORD
    try:
        return read_object(record)
    except FileNotFoundError:
        of_a_run = (ADAPTER_CONFIG, WEIGHTS, "adapter_model.bin", LOG, "checkpoints")
        found = next((name for name in of_a_run if (out / name).exists()), None)
        if found is None:
            return None
        why = f"it has {found} but no {RECORD}, which says what was trained"
    except (OSError, ValueError) as error:
        why = str(error)
    raise UsageError(
        f"cannot resume {out}: {why}: put back a copy of it, or move the folder away to train anew"
    )


def manifest_of(out):
    """The manifest of a finished run; None for one from before there were any, or a damaged one."""
    try:
        return read_manifest(out)
    except (OSError, ValueError) as error:
        say(f"{out / MANIFEST} is of no use ({error}): the run's files are checked without it")
        return None


def result_fault(out, before, manifest):
    """What is wrong with a finished run (it begins with a file's name), and whether it is ours.

    Weights that can be read, yet are not those that the run ended with, may be somebody else's.
    """
    if not opens(out / WEIGHTS):
        return f"{WEIGHTS} is cut or damaged", True
    entries = manifest["files"] if manifest else {}
    fault = file_fault(out / WEIGHTS, entries[WEIGHTS]) if WEIGHTS in entries else None
    seal = out / SEAL
    if WEIGHTS not in entries and seal.exists():
        if seal.read_bytes().strip() != sha256(out / WEIGHTS).encode():
            fault = f"{WEIGHTS} has other bytes than {SEAL} says"
    if fault:
        return fault, False
    for name in RESULT:
        if not (out / name).is_file():
            return f"{name} is missing", True
    try:
        if other_settings(out, before):
            return f"{ADAPTER_CONFIG} has settings of another training", False
    except ValueError as error:
        return str(error), True
    for name in RESULT:
        fault = file_fault(out / name, entries[name]) if name in entries else None
        if fault:
            return fault, True
    planned = before.get("planned")
    steps = planned.get("steps") if isinstance(planned, dict) else None
    if not manifest and type(steps) is int:
        found = len(good_rows(out / LOG, steps))
        if found < steps:
            return f"{LOG} is cut or damaged: it has {found} of {steps} rows", True
    return None, True


def opens(path):
    """Whether a file is whole by its own header, as safetensors reads it."""
    try:
        with safe_open(path, framework="np") as file:
            return len(file.keys()) > 0
    except SafetensorError:
        return False


def has_other_config(out, before):
    """Whether there is an adapter's config, without weights, that is not one of this run."""
    try:
        return other_settings(out, before)
    except (FileNotFoundError, ValueError):
        return False


def other_settings(out, before):
    """Whether the adapter's settings differ from those that the run trains."""
    adapter = read_object(out / ADAPTER_CONFIG)
    names = {"r": "rank", "lora_alpha": "alpha", "lora_dropout": "dropout"}
    return any(adapter.get(name) != before[ours] for name, ours in names.items())
