"""The settings of a training: one table for the flags, the plan file and the run's record.

A plan file is one JSON object: "version": 1, and settings by their names in camelCase
("learningRate" is --learning_rate). A flag that is given wins over the plan.
"""

import argparse
import datetime
import difflib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from lora_data import DEFAULT_DATE, UsageError

PLAN_VERSION = 1


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(message)


def number(kind, low, high, *, low_open=False, high_open=False):
    """A reader of text: a finite `kind` between `low` and `high`."""

    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (low < value if low_open else low <= value) or not (
            value < high if high_open else value <= high
        ):
            bounds = f"{'above' if low_open else 'at least'} {low:g} and "
            bounds += f"{'below' if high_open else 'at most'} {high:g}"
            noun = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"must be {noun} {bounds}: current value is {text}")
        return value

    parse.is_number = True
    return parse


def day(text):
    """A reader of text: a date as YYYY-MM-DD, as text."""
    try:
        if not re.fullmatch(r"[1-9]\d{3}-\d{2}-\d{2}", text):
            raise ValueError
        datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a date as YYYY-MM-DD: current value is {text}"
        ) from None
    return text


@dataclass(frozen=True)
class Setting:
    """One setting. `learnt`: it decides what is learnt, so a run is resumed only with the same."""

    read: Callable[[str], Any] | None  # None for a switch, which is off unless given
    default: Any
    help: str
    learnt: bool = True
    choices: tuple = ()
    aliases: tuple = ()


SETTINGS = {
    "model": Setting(Path, None, "folder of the base model"),
    "data": Setting(Path, None, "JSON Lines to learn from", learnt=False),  # its hash counts
    "out": Setting(
        Path, None, "run folder, must not exist", learnt=False, aliases=("--adapter_path",)
    ),
    "limit": Setting(number(int, 1, 10**9), None, "learn from so many records, drawn by the seed"),
    "rank": Setting(number(int, 1, 1024), 16, "LoRA's rank"),
    "alpha": Setting(number(float, 0, 65536, low_open=True), 32, "scales the update by alpha/rank"),
    "dropout": Setting(number(float, 0, 1, high_open=True), 0.05, "LoRA's dropout"),
    "target_modules": Setting(str, "q_proj,v_proj", "names, or all-linear"),
    "use_rslora": Setting(None, False, "scale the update by alpha/sqrt(rank)"),
    "use_dora": Setting(None, False, "learn a magnitude of each row besides (DoRA)"),
    "learning_rate": Setting(number(float, 0, 1, low_open=True), 2e-4, "the peak rate"),
    "epochs": Setting(number(int, 1, 1000), 1, "passes over the records"),
    "max_tokens": Setting(number(int, 1, 10**12), None, "end before the step that exceeds this"),
    "batch_size": Setting(
        number(int, 1, 4096), 4, "examples a step, times --gradient_accumulation"
    ),
    "gradient_accumulation": Setting(number(int, 1, 4096), 1, "factor of --batch_size"),
    "max_length": Setting(number(int, 8, 131072), 512, "in tokens; longer records are left out"),
    "allow_left_out": Setting(number(float, 0, 1), 0.01, "largest share of records left out"),
    "kl_weight": Setting(
        number(float, 0, 100), 0.0, "weight of the divergence from the base model on anchors"
    ),
    "checkpoints": Setting(number(int, 0, 1000), 0, "adapters kept, equally spaced in steps"),
    "early_stopping_patience": Setting(
        number(int, 1, 1000), None, "stop after so many checkpoints without a lower held-out loss"
    ),
    "thinking": Setting(None, False, "the template's thinking mode"),
    "date": Setting(day, DEFAULT_DATE, "the day that the template writes as today"),
    "seed": Setting(number(int, 0, 2**32 - 1), 42, "of order, first weights and dropout"),
    "quantization": Setting(str, "none", "of the base weights", choices=("none", "nf4")),
    "dtype": Setting(str, "auto", "of the base weights", choices=("auto", "float32", "bfloat16")),
    "kernels": Setting(
        str,
        "auto",
        "plain: PEFT's own layers on padded batches; packed: no padding, LoRA as one operation; "
        "graphs: that in CUDA graphs; fused: LoRA in Triton kernels besides, which add in any order; "
        "auto: the last of these that model and device can do",
        learnt=False,
        choices=("auto", "plain", "packed", "graphs", "fused"),
    ),
    "deterministic": Setting(None, False, "GPU kernels that add in a fixed order"),
    "device_tokens": Setting(
        number(int, 8, 10**7), None, "tokens on the device at once (by its memory)", learnt=False
    ),
    "threads": Setting(number(int, 1, 1024), None, "CPU threads", learnt=False),
    "checkpoint_seconds": Setting(
        number(float, 0, 1e6), 60, "between states to resume from", learnt=False
    ),
    "report_to": Setting(
        str, "none", "also log there", learnt=False, choices=("none", "tensorboard", "wandb")
    ),
    "resume": Setting(None, False, "continue the run in --out", learnt=False),
}
NEEDED = ("model", "data", "out")
# What may differ between a run and its resumption without changing what is learnt.
NOT_COMPARED = ("plan", *(name for name, setting in SETTINGS.items() if not setting.learnt))


def parse_args(argv, description=""):
    """The settings of a command line, in a namespace; UsageError for what is not one."""
    parser = Parser(prog="train_lora.py", description=description)
    parser.add_argument("--plan", type=Path, help="JSON file with settings, which flags overrule")
    for name, setting in SETTINGS.items():
        flags = (f"--{name}", *setting.aliases)
        if setting.read is None:
            parser.add_argument(*flags, action="store_true", default=None, help=setting.help)
        else:
            choices = {"choices": setting.choices} if setting.choices else {}
            parser.add_argument(*flags, dest=name, type=setting.read, help=setting.help, **choices)
    args = parser.parse_args(argv)
    given = read_plan(args.plan) if args.plan else {}
    for name, setting in SETTINGS.items():
        if getattr(args, name) is None:
            setattr(args, name, given.get(name, setting.default))
    missing = [f"--{name}" for name in NEEDED if getattr(args, name) is None]
    if missing:
        raise UsageError(f"the following arguments are required: {', '.join(missing)}")
    return args


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def read_plan(path):
    """The settings in a plan file; UsageError names what it cannot take."""
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot read the plan {path}: {error}") from error
    if not isinstance(plan, dict) or plan.get("version") != PLAN_VERSION:
        found = plan.get("version") if isinstance(plan, dict) else "no object"
        raise UsageError(f"{path}: version must be {PLAN_VERSION}: current value is {found}")
    names = {camel(name): name for name in SETTINGS}
    settings = {}
    for key, value in plan.items():
        if key == "version":
            continue
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            raise UsageError(f"{path}: there is no setting {key!r}{hint}")
        settings[names[key]] = read_value(path, key, value, SETTINGS[names[key]])
    return settings


def read_value(path, key, value, setting):
    """A plan's JSON value as the setting's; the checks are those of the flag."""

    def refuse(wanted):
        raise UsageError(f"{path}: {key} must be {wanted}: current value is {json.dumps(value)}")

    if setting.read is None:
        return value if isinstance(value, bool) else refuse("true or false")
    if value is None:
        return setting.default
    if getattr(setting.read, "is_number", False):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            refuse("a number")
        # 3.0 is a whole number to JavaScript, and 16 a float to a setting that takes floats.
        value = int(value) if isinstance(value, float) and value.is_integer() else value
    elif not isinstance(value, str):
        refuse("a text")
    if setting.choices and value not in setting.choices:
        refuse("one of " + ", ".join(setting.choices))
    try:
        return setting.read(str(value))
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{path}: {key} {error}") from error
