"""The parts of train_lora.py that need no torch: records, the order of training, small files."""

import json
import os
import random
import sys
from itertools import accumulate

WINDOW_BATCHES = 16
# The date that templates write into prompts: the one that Llama 3.2's takes where it has no clock.
DEFAULT_DATE = "2024-07-26"


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
        records.append({**record, "line": line_number})
    if not records:
        raise UsageError(f"no training records in {path}")
    return records


def plan(lengths, *, batch_size, accumulation, epochs, max_tokens, seed):
    """The order of examples, and the tokens seen after each step.

    Each epoch is shuffled by the seed. Within a window of batches, neighbours in length share a
    batch, so that little is padded; then the window's batches are shuffled again. The plan ends
    before the step that would exceed --max_tokens (one step at least).
    """
    rng = random.Random(seed)
    stream = []
    for _ in range(epochs):
        epoch = list(range(len(lengths)))
        rng.shuffle(epoch)
        stream += epoch
    batches = []
    for start in range(0, len(stream), WINDOW_BATCHES * batch_size):
        window = stream[start : start + WINDOW_BATCHES * batch_size]
        window.sort(key=lambda example: lengths[example])
        # A short last batch stays last: the loader cuts the order into batches of equal size.
        short = len(window) % batch_size
        tail = [window[:short]] if short else []
        window = [window[at : at + batch_size] for at in range(short, len(window), batch_size)]
        rng.shuffle(window)
        batches += window + tail
    steps = [
        sum(batches[at : at + accumulation], []) for at in range(0, len(batches), accumulation)
    ]
    tokens = list(accumulate(sum(lengths[example] for example in step) for step in steps))
    limit = max_tokens or tokens[-1]
    count = max(1, sum(total <= limit for total in tokens))
    return [example for step in steps[:count] for example in step], tokens[:count]


def write_json(path, value):
    """Write to a temporary name, then rename: the file is whole or absent."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(partial, path)


def say(line):
    """One line on stderr, without control characters (a damaged file may be quoted in it)."""
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    try:
        print(line, file=sys.stderr, flush=True)
    except BrokenPipeError:
        pass  # Who read it is gone; the step and its checkpoint are worth finishing.
