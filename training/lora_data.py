"""The parts of train_lora.py that need no torch: records, small files, lines for people."""

import json
import os
import sys

# The date that templates write into prompts: the one that Llama 3.2's takes where it has no clock.
DEFAULT_DATE = "2024-07-26"

# What a record may be marked as; the first is what it is without a mark. "held_out" records are of
# databases that are not trained on. "replay" records are learnt as others are; of "anchor" records
# only the divergence from the base model is penalised.
MARKS = {"part": ("train", "held_out"), "kind": ("sql", "replay", "anchor")}


class UsageError(Exception):
    """Wrong input: reported as one line, exit code 2."""


def read_records(path):
    """The conversations of `path`, in file order, checked one by one."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the training data {path}: {error}") from error
    records = []
    for line_number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            messages = [*record["prompt"], *record["completion"]]
            well_formed = (
                record["prompt"]
                and [message["role"] for message in record["completion"]] == ["assistant"]
                and all(isinstance(message["content"], str) for message in messages)
                and all(message["role"] in ("system", "user", "assistant") for message in messages)
            )
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path} line {line_number} is not a record: {error!r}") from error
        if not well_formed:
            raise UsageError(
                f"{path} line {line_number} is not a record: want prompt messages and one "
                "assistant completion"
            )
        marks = {}
        for key, known in MARKS.items():
            marks[key] = record.get(key, known[0])
            if marks[key] not in known:
                raise UsageError(
                    f"{path} line {line_number}: {key} must be one of {', '.join(known)}: current "
                    f"value is {json.dumps(marks[key])}"
                )
        records.append({**record, **marks, "line": line_number})
    if not records:
        raise UsageError(f"no training records in {path}")
    return records


def write_json(path, value):
    """Write to a temporary name, then rename: the file is whole or absent."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(partial, path)


def one_line(error):
    """The text of an error without line breaks."""
    return " ".join(str(error).split())


def say(line):
    """One line on stderr, of the first of several processes."""
    if os.environ.get("RANK", "0") == "0":
        complain(line)


def complain(line):
    """One line on stderr, without control characters (a damaged file may be quoted in it)."""
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    try:
        print(line, file=sys.stderr, flush=True)
    except BrokenPipeError:
        pass  # Who read it is gone; the step and its checkpoint are worth finishing.
