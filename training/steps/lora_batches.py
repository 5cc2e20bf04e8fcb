"""The order of training and how its steps are cut: numbers only, no torch."""

import random
from itertools import accumulate

# Counts up when a seed gives another order: a run is resumed in the order that it began in.
ORDER = 2


def plan(lengths, *, step_examples, epochs, max_tokens, seed):
    """The examples of each step, and the tokens seen after each.

    Every epoch is a new shuffle by the seed, and each step takes the next `step_examples`: it is
    a random sample, whatever fits on the device at once. The plan ends before the step that would
    exceed `max_tokens` (one step at least).
    """
    rng = random.Random(seed)
    stream = []
    for _ in range(epochs):
        epoch = list(range(len(lengths)))
        rng.shuffle(epoch)
        stream += epoch
    steps = [stream[at : at + step_examples] for at in range(0, len(stream), step_examples)]
    tokens = list(accumulate(sum(lengths[example] for example in step) for step in steps))
    limit = max_tokens or tokens[-1]
    count = max(1, sum(total <= limit for total in tokens))
    return steps[:count], tokens[:count]


def size(example):
    return len(example["input_ids"])


def total_size(examples):
    return sum(map(size, examples))


def cut(examples, device_tokens, *, packed):
    """Examples as pieces of at most `device_tokens` tokens (one example, if it is longer).

    Packed, as few pieces as first-fit decreasing finds; padded, neighbours in length share a piece,
    and padding counts as tokens. The same examples are always cut the same way.
    """
    pieces = []
    if packed:
        room = []
        for example in sorted(examples, key=size, reverse=True):
            at = next((at for at, free in enumerate(room) if free >= size(example)), None)
            if at is None:
                pieces.append([example])
                room.append(device_tokens - size(example))
            else:
                pieces[at].append(example)
                room[at] -= size(example)
        return pieces
    for example in sorted(examples, key=size, reverse=True):
        if pieces and (len(pieces[-1]) + 1) * size(pieces[-1][0]) <= device_tokens:
            pieces[-1].append(example)
        else:
            pieces.append([example])
    return pieces


def share(examples, devices):
    """A step's examples for each device, about equally many tokens each.

    The longest first, each to the device that has least: no device has none where there are as
    many examples as devices.
    """
    parts = [[] for _ in range(devices)]
    loads = [0] * devices
    for example in sorted(examples, key=size, reverse=True):
        least = loads.index(min(loads))
        parts[least].append(example)
        loads[least] += size(example)
    return parts


def learnt_first(steps):
    """The steps, with the first of them that learns from completions moved to the front.

    Before the first update the adapter changes nothing: a step of anchors alone has neither a loss
    nor a gradient then. With anchors alone in all steps they stay as they are.
    """
    first = next((at for at, step in enumerate(steps) if labelled(step, anchors=False)), 0)
    return [steps[first], *steps[:first], *steps[first + 1 :]]


def labelled(examples, *, anchors):
    """Completion tokens of the examples that are anchors, or of those that are not."""
    return sum(
        len(example["labels"]) - example["labels"].count(-100)
        for example in examples
        if (example["kind"] == "anchor") == anchors
    )
