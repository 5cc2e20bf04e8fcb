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

# What a record looks like, for messages.
RECORD = (
    '{"prompt": [{"role": "user", "content": TEXT}, ...], '
    '"completion": [{"role": "assistant", "content": TEXT}]}'
)


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
        except ValueError as error:
            raise UsageError(f"{path} line {line_number} is not a record: {error}") from error
        if not well_formed(record):
            raise UsageError(f"{path} line {line_number} is not a record: want {RECORD}")
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


def well_formed(record):
    """Whether a line's value has turns to learn from: a prompt, and one answer of the assistant."""
    if not isinstance(record, dict):
        return False
    parts = [record.get("prompt"), record.get("completion")]
    return (
        all(isinstance(turns, list) and turns and all(map(is_turn, turns)) for turns in parts)
        and [turn["role"] for turn in record["completion"]] == ["assistant"]
    )


def is_turn(turn):
    """Whether it is one turn of a chat."""
    return (
        isinstance(turn, dict)
        and turn.get("role") in ("system", "user", "assistant")
        and isinstance(turn.get("content"), str)
    )


def write_json(path, value):
    """A JSON file, as `write_text` writes it."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def write_text(path, text):
    """Write to a temporary name, then rename: the file is whole or absent."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def one_line(error):
    """The text of an error without line breaks."""
    return " ".join(str(error).split())


def counted(count, noun):
    """A count with its noun, one as one: "1 step", "2 steps"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


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
