"""What is seen of a training while it runs: checkpoints to keep, held-out loss, progress.

A checkpoint is an adapter in PEFT's format, `checkpoints/step-000123/`. (States to resume from lie
beside them, as `checkpoint-123`, and go when the run is done.) Held-out records come from databases
that are not trained on; their loss is measured at each checkpoint, and the checkpoint of the lowest
is the chosen one.
"""

import json
import math
import os
import shutil
import sys
import time

import lora_devices
from lora_data import say, write_json
from lora_manifest import write_manifest
from transformers import TrainerCallback

REPORT_SECONDS = 5
HELD_OUT = "held_out_loss"
BAR = 24


def checkpoint_steps(steps, count):
    """The steps after which a checkpoint is kept: `count` of them, equally spaced, the last too."""
    return sorted({max(1, round(steps * at / count)) for at in range(1, count + 1)})


def checkpoint_name(step):
    return f"step-{step:06d}"


def place_adapter(model, folder, check):
    """Write an adapter in PEFT's format into `folder`, whole or not at all.

    `check(path)` is called on its weights before the folder gets its name.
    """
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        write_adapter(model, partial)
        check(partial / "adapter_model.safetensors")
        write_manifest(partial, [*partial.iterdir()])
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_adapter(model, folder):
    """PEFT's two files of an adapter, and nothing else; the same adapter gives the same bytes."""
    model.save_pretrained(folder)
    config = folder / "adapter_config.json"
    value = json.loads(config.read_text(encoding="utf-8"))
    # PEFT writes this set in an order that changes from process to process.
    if isinstance(value["target_modules"], list):
        value["target_modules"].sort()
    write_json(config, value)
    for path in folder.iterdir():
        if path.name not in (config.name, "adapter_model.safetensors"):
            path.unlink()


def held_out_losses(rows):
    """(step, held-out loss) of the rows of a loss log that have one."""
    parsed = map(json.loads, rows)
    return [(row["step"], row[HELD_OUT]) for row in parsed if HELD_OUT in row]


def chosen_checkpoint(losses):
    """The (step, loss) of the lowest held-out loss, the earlier of two; None without any."""
    return min(losses, key=lambda pair: (pair[1], pair[0]), default=None)


def patience_is_over(losses, patience):
    """Whether the last `patience` checkpoints are all no better than the best before them."""
    if not patience or len(losses) <= patience:
        return False
    best = min(loss for _, loss in losses[:-patience])
    return all(loss >= best for _, loss in losses[-patience:])


class Progress:
    """A line a few seconds, or on a terminal one bar that moves."""

    def __init__(self, tokens, first_step):
        self.tokens, self.first_step = tokens, first_step
        self.started = self.reported = time.monotonic()
        self.bar = sys.stderr.isatty()

    def show(self, step, loss):
        now = time.monotonic()
        finished = step == len(self.tokens)
        if now - self.reported < (0.2 if self.bar else REPORT_SECONDS) and not finished:
            return
        self.reported = now
        before = self.tokens[self.first_step - 1] if self.first_step else 0
        rate = (self.tokens[step - 1] - before) / (now - self.started)
        left = math.ceil((self.tokens[-1] - self.tokens[step - 1]) / rate)
        line = (
            f"step {step}/{len(self.tokens)}  loss {loss:.3f}  {rate:.0f} tokens/s  {left} s left"
        )
        if not self.bar:
            say(line)
            return
        done = BAR * self.tokens[step - 1] // self.tokens[-1]
        end = "\n" if finished else ""
        sys.stderr.write(f"\r\033[K[{'=' * done}{' ' * (BAR - done)}] {line}{end}")
        sys.stderr.flush()


class SaveAndStop(TrainerCallback):
    """Ask for a checkpoint when enough time has passed since the last one, or to stop after it."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_step_end(self, args, state, control, **kwargs):
        due = time.monotonic() - self.trainer.saved >= self.trainer.checkpoint_seconds
        due, asked = lora_devices.anywhere(due, bool(self.trainer.stop.number))
        # The last step is followed by the adapter itself.
        control.should_save = (due or asked) and not self.trainer.finished
        control.should_training_stop = control.should_training_stop or asked
