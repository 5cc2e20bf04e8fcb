"""Which checkpoint a run goes on from, and the rows of its loss log up to there.

A checkpoint is a folder `checkpoints/checkpoint-STEP`. Its manifest is written last, before the
folder gets this name, and lists all its files, a copy of the loss log among them. The last two are
kept, so that a damaged one costs the steps since the one before. One that is damaged is renamed to
`checkpoint-STEP.damaged` and named in a line. A checkpoint from before there were manifests is
taken if it loads.
"""

import json
import math
import os
import re
import shutil

from lora_data import counted, say
from lora_manifest import (
    MANIFEST,
    file_fault,
    put_aside,
    read_manifest,
    read_object,
    write_manifest,
)

KEPT = 2
WEIGHTS = "adapter_model.safetensors"
LOG = "loss.jsonl"
STATES = ("optimizer.pt", "scheduler.pt", "rng_state.pth")
# What transformers would go on without in silence, or not at all.
NEEDED = (WEIGHTS, "adapter_config.json", *STATES, "trainer_state.json")
NUMBERS = ("loss", "learning_rate", "tokens", "seconds")


def step_of(folder):
    """The step of a checkpoint by its folder's name; None if it has another kind of name."""
    name = re.fullmatch(r"checkpoint-([0-9]{1,18})", folder.name)
    return int(name[1]) if name else None


def checkpoints(run_dir):
    """The folders of a run's checkpoints, the newest first, good or not."""
    folders = (run_dir / "checkpoints").glob("checkpoint-*")
    return sorted((f for f in folders if step_of(f) is not None), key=step_of, reverse=True)


def last_checkpoint(run_dir):
    """The newest checkpoint of a run, unchecked, if it has one."""
    return next(iter(checkpoints(run_dir)), None)


def good_checkpoint(run_dir, steps=math.inf):
    """The newest good checkpoint of a run of `steps` steps; what is bad is named and put aside."""
    parent = run_dir / "checkpoints"
    if parent.exists() and not parent.is_dir():
        say(f"{parent} is no folder: put aside as {put_aside(parent).name}")
    for folder in checkpoints(run_dir):
        fault = checkpoint_fault(folder, steps)
        if not fault:
            return folder
        aside = put_aside(folder)
        say(f"{folder} is damaged ({fault}): put aside as {aside.name}")
    return None


def checkpoint_fault(folder, steps=math.inf):
    """What is wrong with a checkpoint, in words; None for nothing."""
    try:
        if not folder.is_dir():
            return "it is no folder"
        if not any(folder.iterdir()):
            return "it is empty"
        if not 0 < step_of(folder) < steps:
            return f"the run has {counted(steps, 'step')}"
        manifest = read_manifest(folder)
        if manifest is None:
            return loading_fault(folder)
        if manifest.get("step") != step_of(folder):
            return f"{MANIFEST} is of another step"
        files = manifest["files"]
        lacking = [f"{MANIFEST} lacks {name}" for name in (*NEEDED, LOG) if name not in files]
        faults = (file_fault(folder / name, entry) for name, entry in files.items())
        return next((fault for fault in (*lacking, *faults) if fault), None)
    except PermissionError:
        raise  # It may be good.
    except (OSError, ValueError) as error:
        return str(error)


def loading_fault(folder):
    """What keeps a checkpoint without a manifest from being loaded; None for nothing."""
    import torch
    from safetensors import SafetensorError, safe_open
    from transformers.trainer_pt_utils import safe_globals

    for name in NEEDED:
        if not (folder / name).is_file():
            return f"{name} is missing"
    read_object(folder / "adapter_config.json")
    if read_object(folder / "trainer_state.json").get("global_step") != step_of(folder):
        return "trainer_state.json is of another step"
    try:
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            finite = all(file.get_tensor(name).isfinite().all() for name in file.keys())
    except SafetensorError as error:
        return f"{WEIGHTS} cannot be loaded: {error}"
    if not finite:
        return f"{WEIGHTS} has values that are not finite"
    for name in STATES:
        try:
            with safe_globals():
                torch.load(folder / name, map_location="cpu", weights_only=True)
        except Exception as error:  # of many kinds: of zip, of pickle, of torch
            return f"{name} cannot be loaded: {(str(error).splitlines() or [type(error)])[0]}"
    return None


def place_checkpoint(run_dir, partial, rows):
    """Add the log's rows and the manifest to a written checkpoint, and give it its name.

    `partial` lies in a folder of its own. Checkpoints too old to be kept are moved there before
    they are deleted, so that there is never half of one under its name.
    """
    (partial / LOG).write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    write_manifest(partial, [*partial.iterdir()], step=step_of(partial))
    parent = run_dir / "checkpoints"
    parent.mkdir(exist_ok=True)
    os.replace(partial, parent / partial.name)
    for folder in checkpoints(run_dir)[KEPT:]:
        os.replace(folder, partial.parent / folder.name)
    shutil.rmtree(partial.parent)


def good_rows(path, steps):
    """The lines of a loss log that are rows of the steps 1 to `steps`, by step."""
    rows = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return rows
    for line in lines:
        try:
            text = line.decode("utf-8")
            row = json.loads(text)
            step = row["step"]
            if (
                type(step) is int
                and 0 < step <= steps
                and all(type(row[n]) in (int, float) and math.isfinite(row[n]) for n in NUMBERS)
            ):
                rows[step] = text
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            continue
    return rows


def kept_rows(run_dir, folder):
    """The rows of the loss log up to a checkpoint: its copy, or what the run's log still has."""
    step = step_of(folder)
    log = run_dir / LOG
    rows, copied = good_rows(log, step), good_rows(folder / LOG, step)
    if len(copied) == step:
        if [*rows.items()] != [*copied.items()]:
            say(f"{log} is cut or damaged: its first {step} rows are taken from {folder.name}")
        return [copied[at] for at in sorted(copied)]
    # A checkpoint from before there were copies.
    rows = {**copied, **rows}
    if len(rows) < step:
        lost = f"{step - len(rows)} of its first {step} rows are lost"
        say(f"{log} is cut or damaged: {lost}, and {folder.name} has no copy of them")
    return [rows[at] for at in sorted(rows)]
