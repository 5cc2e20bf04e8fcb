"""Pieces: examples that pass through the model together, packed end to end or padded.

Packed, a piece is one row of tokens in which every example is a block of its own: positions start
at 0 in each, and attention reaches back to the block's first token and no further. Nothing is
padded. The model's own attention is replaced by `packed_attention` for that, under the name
`lab_packed`: on a GPU torch's variable-length flash kernel, on a CPU one example after the other
through the kernel that torch takes for causal attention. Neither is given a mask; lora_run.py says
what a mask can do.
"""

from dataclasses import dataclass
from itertools import accumulate

import torch
from lora_data import UsageError
from transformers import AttentionInterface

PACKED = "lab_packed"
NO_LABEL = -100


@dataclass
class Piece:
    """Examples as tensors.

    `input_ids` and `position_ids` are [1, tokens] if packed, else [examples, longest] with padding
    on the right. `bounds` (packed only, int32, on the device) are the places where examples begin,
    and the end. `places` [completion tokens] are the places in the flattened rows whose next token
    is labelled, and `targets` these tokens; the last `anchors` of them belong to anchor examples.
    """

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    bounds: torch.Tensor | None
    lengths: list
    longest: int
    places: torch.Tensor
    targets: torch.Tensor
    anchors: int

    @property
    def packed(self):
        return self.bounds is not None


def make_piece(examples, *, packed, device, host=None):
    """A piece of examples {"input_ids", "labels", "kind"}, in their order but anchors last.

    `host` is what `lay_out` made of the same examples, if that was done before.
    """
    flat, parts, rows, lengths, anchors = host or lay_out(examples, packed=packed)
    # One copy to the device for all: a copy waits for the device, a launch does not.
    if device.type == "cuda":
        flat = flat.pin_memory().to(device, non_blocking=True)
    ids, positions, places, targets, bounds = flat.split(parts)
    return Piece(
        input_ids=ids.view(rows, -1),
        position_ids=positions.view(rows, -1),
        bounds=bounds.int() if packed else None,
        lengths=lengths,
        longest=max(lengths),
        places=places,
        targets=targets,
        anchors=anchors,
    )


def lay_out(examples, *, packed):
    """A piece's numbers in one tensor on the host, and how it falls into parts."""
    examples = sorted(examples, key=lambda example: example["kind"] == "anchor")
    lengths = [len(example["input_ids"]) for example in examples]
    longest = max(lengths)
    starts = (
        [*accumulate(lengths, initial=0)]
        if packed
        else [*range(0, len(examples) * longest, longest)]
    )
    ids, positions, places, targets, anchors = [], [], [], [], 0
    for example, start, length in zip(examples, starts, lengths):
        padding = 0 if packed else longest - length
        ids += [*example["input_ids"], *[0] * padding]
        positions += range(length + padding)
        labels = example["labels"]
        labelled = [at for at in range(1, length) if labels[at] != NO_LABEL]
        places += [start + at - 1 for at in labelled]
        targets += [labels[at] for at in labelled]
        if example["kind"] == "anchor":
            anchors += len(labelled)
    parts = [ids, positions, places, targets, starts if packed else []]
    rows = 1 if packed else len(examples)
    return torch.tensor(sum(parts, [])), [*map(len, parts)], rows, lengths, anchors


def packed_attention(
    module,
    query,
    key,
    value,
    attention_mask,
    *,
    scaling,
    lab_bounds,
    lab_lengths,
    lab_longest,
    dropout=0.0,
    sliding_window=None,
    softcap=None,
    **_,
):
    """Causal attention within each example of a packed row, as transformers calls attention.

    `query` is [1, heads, tokens, width], `key` and `value` have a divisor of its heads. Returns
    [1, tokens, heads, width]. `attention_mask` is not looked at: transformers makes none for an
    attention that it does not know.
    """
    if softcap is not None or dropout:
        raise UsageError("this model's attention cannot be packed: train with --kernels plain")
    if sliding_window is not None and sliding_window >= lab_longest:
        sliding_window = None
    if query.device.type == "cuda":
        return _flash(query, key, value, lab_bounds, lab_longest, scaling, sliding_window)
    if sliding_window is not None:
        raise UsageError(
            f"examples of {lab_longest} tokens exceed this model's window of {sliding_window}: "
            "train with --kernels plain or a smaller max_length"
        )
    grouped = query.shape[1] != key.shape[1]
    parts = [
        torch.nn.functional.scaled_dot_product_attention(
            *block, is_causal=True, scale=scaling, enable_gqa=grouped
        )
        for block in zip(*(part.split(lab_lengths, dim=2) for part in (query, key, value)))
    ]
    return torch.cat(parts, dim=2).transpose(1, 2), None


def _flash(query, key, value, bounds, longest, scaling, sliding_window):
    rows = (part.squeeze(0).transpose(0, 1) for part in (query, key, value))
    window = {} if sliding_window is None else {"window_size_left": sliding_window - 1}
    # The operation behind torch.nn.attention.varlen, whose arguments change between releases.
    out = torch.ops.aten._flash_attention_forward(
        *rows, bounds, bounds, longest, longest, 0.0, True, False, scale=scaling, **window
    )[0]
    return out.unsqueeze(0), None


AttentionInterface.register(PACKED, packed_attention)


def body_states(body, piece):
    """The states after the last layer and norm, [tokens, width], of a piece's flattened rows."""
    options = {}
    if piece.packed:
        options = {
            "position_ids": piece.position_ids,
            "lab_bounds": piece.bounds,
            "lab_lengths": piece.lengths,
            "lab_longest": piece.longest,
        }
    states = body(input_ids=piece.input_ids, use_cache=False, **options).last_hidden_state
    return states.flatten(0, 1)
