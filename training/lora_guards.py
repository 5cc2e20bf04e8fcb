"""What is looked at before the first step: examples as they are, ends, markers, memory.

A training on broken examples runs without a complaint, and its adapter answers badly: an end token
without a label is never learnt, a marker written twice is a prompt that evaluation never asks.
"""

import re
import resource
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

from lora_chat import MARK
from lora_data import UsageError, counted, say

SHOWN_LETTERS = 400


def check_examples(chat, records, examples):
    """Refuse examples whose end is not learnt or whose markers the template did not write.

    `examples[i]` is the encoded `records[i]`.
    """
    for record, example in zip(records, examples):
        where = f"the record of line {record['line']}"
        ids, labels = example["input_ids"], example["labels"]
        if not ids or labels[-1] != ids[-1] or ids[-1] not in chat.end_ids:
            raise UsageError(f"{where} does not end with a labelled end token: nothing would stop")
        if labels[:-1].count(ids[-1]):
            raise UsageError(f"{where} has an end token before the end of its completion")
        found, wanted = markers(chat, ids), markers_of_template(chat, record)
        if found != wanted:
            more = next(iter((found - wanted) or (wanted - found)))
            raise UsageError(
                f"{where} has the marker {chat.tokenizer.decode([more])!r} "
                f"{counted(found[more], 'time')}, and the template writes it "
                f"{counted(wanted[more], 'time')}: is there a marker in its text, or does the "
                "tokenizer add one of its own?"
            )


def markers(chat, ids):
    return Counter(token for token in ids if token in chat.special_ids)


def markers_of_template(chat, record):
    """The markers that the template writes for a conversation of such roles, whatever is said."""
    roles = tuple(message["role"] for message in record["prompt"])
    known = chat.marker_counts
    if roles not in known:
        plain = {
            "prompt": [{"role": role, "content": MARK} for role in roles],
            "completion": [{"role": "assistant", "content": MARK}],
            "line": record["line"],
        }
        known[roles] = markers(chat, chat.encode(plain)["input_ids"])
    return known[roles]


def show_example(chat, record, example):
    """Print one example as the model gets it: ids, which are learnt, and their text."""
    ids, labels = example["input_ids"], example["labels"]
    learnt = [label for label in labels if label != -100]
    runs = [(on, len(list(run))) for on, run in groupby(label != -100 for label in labels)]
    mask = ", ".join(f"{count} {'learnt' if on else 'not learnt'}" for on, count in runs)
    text = chat.tokenizer.decode(ids[: len(ids) - len(learnt)])
    dots = "..." if len(text) > SHOWN_LETTERS else ""
    say(f"example: line {record['line']}, {len(ids)} tokens: {mask}")
    say(f"example: ids {' '.join(map(str, ids))}")
    say(f"example: prompt ends {dots}{text[-SHOWN_LETTERS:]!r}")
    say(f"example: learnt {chat.tokenizer.decode(learnt)!r}, the end token {learnt[-1]} included")


def check_left_out(count, total, max_length, allowed):
    """Say how many records are too long; refuse more than the allowed share."""
    if not count:
        return
    share = count / total
    told = f"left out {counted(count, 'record')} over {max_length} tokens"
    if share > allowed:
        raise UsageError(
            f"{told}: {share:.1%} of them, and at most {allowed:.1%} may be: raise max_length, or "
            "allow_left_out (allowLeftOut in a recipe) if this is meant"
        )
    say(told)


def same_prompts(records):
    """Say how many prompts were compared with the evaluation's; lora_chat.py refuses another."""
    compared = sum(record.get("prompt_sha256") is not None for record in records)
    if compared:
        all_of_them = counted(len(records), "record")
        say(f"the prompts of {compared} of {all_of_them} are the evaluation's, by their token ids")


def check_parts(args, records, held_out):
    """Refuse settings that need records which are not there, and records that need a setting."""
    anchors = sum(record["kind"] == "anchor" for record in records)
    if anchors and not args.kl_weight:
        raise UsageError(f"the data have {anchors} anchor records, and kl_weight is 0")
    if args.kl_weight and not anchors:
        raise UsageError(f"kl_weight is {args.kl_weight:g}, and the data have no anchor records")
    if anchors == len(records):
        raise UsageError("the data have anchor records alone: there is nothing to learn")
    if args.early_stopping_patience:
        if not held_out:
            raise UsageError(
                "early_stopping_patience needs held-out records, and the data have none"
            )
        if args.checkpoints < 2:
            raise UsageError("early_stopping_patience needs 2 checkpoints or more")


def gib(size):
    return f"{size / 2**30:.1f} GiB"


def process_peak():
    """Bytes of memory that this process held at most.

    Linux hands ru_maxrss on to the program that a process becomes, so that it may be the peak of
    whoever started this one; VmHWM is the program's own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts in bytes.
    return most if sys.platform == "darwin" else most * 1024


def plan_memory(model, *, packed, device, longest, wanted, free):
    """Tokens that may be on the device at once, and a line that says what memory is needed.

    `wanted` is the user's number, if any; `free` bytes of memory are left beside the base model.
    The estimate of a token's activations is a bound found by measuring: docs/training.md.
    """
    config = model.config
    width, inner = config.hidden_size, getattr(config, "intermediate_size", 4 * config.hidden_size)
    weight = model.get_input_embeddings().weight
    number = weight.element_size()
    token = config.num_hidden_layers * number * (6 * width + 4 * inner)
    if not packed:
        token = token * 5 // 2
    if getattr(model, "is_gradient_checkpointing", False):
        token = token // 6
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    # In float32: the weight, its gradient and Adam's two means.
    fixed = 16 * trained + 3 * 512 * 4 * config.vocab_size
    room = max(0, int(0.8 * free) - fixed) // token
    # Beyond these more tokens at once make nothing faster (measured: docs/training.md).
    best = 16384 if device.type == "cuda" else 512
    tokens = wanted or max(min(longest, best), min(best, room))
    base = sum(p.numel() * p.element_size() for p in model.parameters() if not p.requires_grad)
    estimate = base + fixed + token * max(tokens, longest)
    line = (
        f"memory: base model {gib(base)}, adapter with gradient and optimizer {gib(16 * trained)}, "
        f"{tokens} tokens at once {gib(token * tokens)}: {gib(estimate)} at most; {gib(free)} free "
        "beside the base model"
    )
    return tokens, line
