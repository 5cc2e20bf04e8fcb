"""Triton kernels of LoRA's linear layer, each of which reads a large tensor once.

What they compute is the low-rank part of `_LoraLinear` (lora_kernels.py), in another order of
adding, and with a bit a number for dropout's mask in place of a byte:

- `_inner_kernel`: inner = dropout(x) A', one read of x. A program has some rows and all of K. If
  wanted it copies x into a wider matrix, with inner beside it.
- `_low_kernel`: low = s slope B and slope_B = s slope' inner, one read of slope. A program has some
  columns and walks down a part of the rows: slope_B's part stays in registers, low is added up in
  memory, and B's part is read once. N of 8,960 numbers times the rank would not fit the other way.
- `_input_kernel`: slope_A = low' dropout(x) and slope_x += dropout's slope of low A, one pass over x
  and slope_x, walking as `_low_kernel` does.

Sums over rows and columns of several programs are added by atomic operations in float32, in any
order: trainings that are to be repeated byte for byte take `_LoraLinear`.

The mask is a function of a seed in a tensor on the device, the layer's number, row and column:
Philox 4x32 of 7 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", which
finds 7 enough), 16 bits a number. So a recorded graph draws another mask when the seed has changed.
It is kept, as a sixteenth of x's bytes: to draw it anew was a third of `_input_kernel`'s
instructions (sm_90, Triton 3.6), more than the reading costs.
"""

import torch
import triton
import triton.language as tl

# So many programs share the work where the blocks of columns alone are fewer: 4 for each of an
# H100's multiprocessors.
PROGRAMS = 528
# Sizes of blocks for ranks up to 32, and above.
INNER = (
    {"BLOCK_T": 32, "BLOCK_K": 128, "num_warps": 4, "num_stages": 3},
    {"BLOCK_T": 32, "BLOCK_K": 64, "num_warps": 4, "num_stages": 2},
)
LOW = (
    {"BLOCK_T": 64, "BLOCK_N": 256, "num_warps": 8, "num_stages": 2},
    {"BLOCK_T": 64, "BLOCK_N": 128, "num_warps": 8, "num_stages": 2},
)
# One stage, as a second one keeps more in registers: programs beside each other hide the reading.
INPUT = (
    {"BLOCK_T": 32, "BLOCK_K": 64, "num_warps": 4, "num_stages": 1},
    {"BLOCK_T": 32, "BLOCK_K": 64, "num_warps": 8, "num_stages": 1},
)


@triton.jit
def _drawn(key, at, threshold):
    """What dropout keeps of the groups of 8 neighbours with the numbers `at`: int32, a bit each.

    One call of Philox gives 16 bits for each of them.
    """
    first, second, third, fourth = tl.randint4x(key, at, 7)
    bits = ((first & 0xFFFF).to(tl.int32) >= threshold).to(tl.int32)
    bits |= ((first >> 16).to(tl.int32) >= threshold).to(tl.int32) << 1
    bits |= ((second & 0xFFFF).to(tl.int32) >= threshold).to(tl.int32) << 2
    bits |= ((second >> 16).to(tl.int32) >= threshold).to(tl.int32) << 3
    bits |= ((third & 0xFFFF).to(tl.int32) >= threshold).to(tl.int32) << 4
    bits |= ((third >> 16).to(tl.int32) >= threshold).to(tl.int32) << 5
    bits |= ((fourth & 0xFFFF).to(tl.int32) >= threshold).to(tl.int32) << 6
    bits |= ((fourth >> 16).to(tl.int32) >= threshold).to(tl.int32) << 7
    return bits


@triton.jit
def _spread(bits, BLOCK_T: tl.constexpr, BLOCK_K: tl.constexpr):
    """Which numbers are kept, [BLOCK_T, BLOCK_K], of `bits` [BLOCK_T, BLOCK_K / 8], 8 in each."""
    eight = tl.broadcast_to(bits.to(tl.int32)[:, :, None], [BLOCK_T, BLOCK_K // 8, 8])
    place = 1 << (tl.arange(0, BLOCK_K) % 8)
    return (tl.reshape(eight, [BLOCK_T, BLOCK_K]) & place[None, :]) != 0


@triton.jit(do_not_specialize=["tokens", "number", "threshold"])
def _inner_kernel(
    x,  # [tokens, width]
    a,  # [RANK, width]
    inner,  # [tokens, RANK]: written
    mask,  # [tokens, ceil(width / 8)], uint8: written, if DROPOUT
    seed,  # [1]
    wide,  # [tokens, stride]: x, and after it inner times `factor`, written if WIDE
    stride,
    tokens,
    number,
    threshold,
    scale,
    factor,
    width,
    RANK: tl.constexpr,
    PADDED: tl.constexpr,
    DROPOUT: tl.constexpr,
    WIDE: tl.constexpr,
    BLOCK_T: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    rows = tl.program_id(0) * BLOCK_T + tl.arange(0, BLOCK_T)
    ranks = tl.arange(0, PADDED)
    here, there = rows < tokens, ranks < RANK
    x_rows = x + rows.to(tl.int64)[:, None] * width
    wide_rows = wide + rows.to(tl.int64)[:, None] * stride
    key = tl.load(seed) + number
    in_row = (width + 7) // 8
    total = tl.zeros([BLOCK_T, PADDED], tl.float32)
    for column in range(0, width, BLOCK_K):
        columns = column + tl.arange(0, BLOCK_K)
        within = columns < width
        inside = here[:, None] & within[None, :]
        tile = tl.load(x_rows + columns[None, :], mask=inside, other=0.0)
        if WIDE:
            tl.store(wide_rows + columns[None, :], tile, mask=inside)
        a_places = a + ranks[None, :] * width + columns[:, None]
        a_tile = tl.load(a_places, mask=within[:, None] & there[None, :], other=0.0)
        if DROPOUT:
            groups = column // 8 + tl.arange(0, BLOCK_K // 8)
            bits = _drawn(key, rows[:, None] * in_row + groups[None, :], threshold)
            bit_places = mask + rows.to(tl.int64)[:, None] * in_row + groups[None, :]
            bit_mask = here[:, None] & (groups < in_row)[None, :]
            tl.store(bit_places, bits.to(tl.uint8), mask=bit_mask)
            kept = _spread(bits, BLOCK_T, BLOCK_K)
            tile = tl.where(kept, tile, tl.zeros_like(tile))
        total = tl.dot(tile, a_tile.to(tile.dtype), total, input_precision="ieee")
    places = inner + rows.to(tl.int64)[:, None] * RANK + ranks[None, :]
    total = total * scale
    values = total.to(inner.dtype.element_ty)
    tl.store(places, values, mask=here[:, None] & there[None, :])
    if WIDE:
        last = (total * factor).to(wide.dtype.element_ty)
        tl.store(wide_rows + width + ranks[None, :], last, mask=here[:, None])


@triton.jit(do_not_specialize=["tokens", "share"])
def _low_kernel(
    slope,  # [tokens, width]
    inner,  # [tokens, RANK]
    b,  # [width, RANK]
    low,  # [tokens, RANK], float32: added to
    slope_b,  # [width, RANK], float32: added to
    tokens,
    share,
    scaling,
    width,
    RANK: tl.constexpr,
    PADDED: tl.constexpr,
    BLOCK_T: tl.constexpr,
    BLOCK_N: tl.constexpr,
):
    columns = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)
    ranks = tl.arange(0, PADDED)
    within, there = columns < width, ranks < RANK
    b_mask = within[:, None] & there[None, :]
    b_places = columns[:, None] * RANK + ranks[None, :]
    b_tile = tl.load(b + b_places, mask=b_mask, other=0.0).to(slope.dtype.element_ty)
    total = tl.zeros([BLOCK_N, PADDED], tl.float32)
    start = tl.program_id(1) * share
    for first in range(start, tl.minimum(start + share, tokens), BLOCK_T):
        rows = first + tl.arange(0, BLOCK_T)
        here = rows < tokens
        far = rows.to(tl.int64)[:, None]
        tile_mask = here[:, None] & within[None, :]
        tile = tl.load(slope + far * width + columns[None, :], mask=tile_mask, other=0.0)
        row_mask = here[:, None] & there[None, :]
        row_places = far * RANK + ranks[None, :]
        inner_tile = tl.load(inner + row_places, mask=row_mask, other=0.0)
        part = tl.dot(tile, b_tile, input_precision="ieee") * scaling
        tl.atomic_add(low + row_places, part, mask=row_mask, sem="relaxed")
        total = tl.dot(tl.trans(tile), inner_tile, total, input_precision="ieee")
    tl.atomic_add(slope_b + b_places, total * scaling, mask=b_mask, sem="relaxed")


@triton.jit(do_not_specialize=["tokens", "share"])
def _input_kernel(
    x,  # [tokens, width]
    slope_x,  # [tokens, width]: added to, if WANTED
    a,  # [RANK, width]
    low,  # [tokens, RANK], float32
    slope_a,  # [RANK, width], float32: added to
    mask,  # [tokens, ceil(width / 8)], uint8: what `_inner_kernel` kept, if DROPOUT
    tokens,
    share,
    scale,
    width,
    RANK: tl.constexpr,
    PADDED: tl.constexpr,
    DROPOUT: tl.constexpr,
    WANTED: tl.constexpr,
    BLOCK_T: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    column = tl.program_id(0) * BLOCK_K
    columns = column + tl.arange(0, BLOCK_K)
    ranks = tl.arange(0, PADDED)
    within, there = columns < width, ranks < RANK
    a_mask = there[:, None] & within[None, :]
    a_places = ranks[:, None] * width + columns[None, :]
    a_tile = tl.load(a + a_places, mask=a_mask, other=0.0).to(x.dtype.element_ty)
    groups = column // 8 + tl.arange(0, BLOCK_K // 8)
    in_row = (width + 7) // 8
    total = tl.zeros([PADDED, BLOCK_K], tl.float32)
    start = tl.program_id(1) * share
    for first in range(start, tl.minimum(start + share, tokens), BLOCK_T):
        rows = first + tl.arange(0, BLOCK_T)
        here = rows < tokens
        far = rows.to(tl.int64)[:, None]
        inside = here[:, None] & within[None, :]
        places = far * width + columns[None, :]
        tile = tl.load(x + places, mask=inside, other=0.0)
        row_mask = here[:, None] & there[None, :]
        low_tile = tl.load(low + far * RANK + ranks[None, :], mask=row_mask, other=0.0)
        low_tile = low_tile.to(tile.dtype)
        if WANTED:
            before = tl.load(slope_x + places, mask=inside, other=0.0)
        if DROPOUT:
            bit_mask = here[:, None] & (groups < in_row)[None, :]
            bits = tl.load(mask + far * in_row + groups[None, :], mask=bit_mask, other=0)
            kept = _spread(bits, BLOCK_T, BLOCK_K)
            tile = tl.where(kept, tile, tl.zeros_like(tile))
        total = tl.dot(tl.trans(low_tile), tile, total, input_precision="ieee")
        if WANTED:
            more = tl.dot(low_tile, a_tile, input_precision="ieee") * scale
            if DROPOUT:
                more = tl.where(kept, more, 0.0)
            after = (before.to(tl.float32) + more).to(slope_x.dtype.element_ty)
            tl.store(slope_x + places, after, mask=inside)
    tl.atomic_add(slope_a + a_places, total * scale, mask=a_mask, sem="relaxed")


def padded(rank):
    """The size that a rank takes part with in the kernels: a power of two, at least 16."""
    return max(16, triton.next_power_of_2(rank))


def _drawing(dropout):
    """(drawn 16-bit numbers below this are dropped, factor of what is kept)."""
    return round(dropout * 2**16), 1 / (1 - dropout)


def _walk(tokens, blocks, block_t):
    """(parts, rows of each): how programs share the rows where columns make so many `blocks`."""
    pieces = triton.cdiv(tokens, block_t)
    rows = triton.cdiv(pieces, max(1, PROGRAMS // blocks)) * block_t
    return triton.cdiv(tokens, rows), rows


def inner_values(x, a, seed, number, dropout, wide=None, factor=1.0):
    """(dropout(x) A' [tokens, rank] in x's type, the mask uint8 [tokens, ceil(in / 8)] or None).

    x [tokens, in], A [rank, in], seed int64 [1]. `wide` [tokens, in + padded rank or more] gets x
    in its first columns and `factor` times the inner values after them, zeros up to the padded rank.
    """
    (tokens, width), rank = x.shape, a.shape[0]
    blocks = INNER[padded(rank) > 32]
    inner = torch.empty(tokens, rank, dtype=x.dtype, device=x.device)
    mask = None
    if dropout:
        mask = torch.empty(tokens, triton.cdiv(width, 8), dtype=torch.uint8, device=x.device)
    _inner_kernel[(triton.cdiv(tokens, blocks["BLOCK_T"]),)](
        *(x, a, inner, mask if dropout else seed, seed),
        *((x, 0) if wide is None else (wide, wide.stride(0))),
        *(tokens, number, *_drawing(dropout), factor, width),
        RANK=rank,
        PADDED=padded(rank),
        DROPOUT=dropout > 0,
        WIDE=wide is not None,
        **blocks,
    )
    return inner, mask


def add_low(slope, inner, b, low, slope_b, scaling):
    """Add s slope B to low [tokens, rank] and s slope' inner to slope_b [out, rank], both float32."""
    (tokens, width), rank = slope.shape, b.shape[1]
    blocks = LOW[padded(rank) > 32]
    across = triton.cdiv(width, blocks["BLOCK_N"])
    parts, share = _walk(tokens, across, blocks["BLOCK_T"])
    _low_kernel[(across, parts)](
        *(slope, inner, b, low, slope_b, tokens, share, scaling, width),
        RANK=rank,
        PADDED=padded(rank),
        **blocks,
    )


def add_input(x, slope_x, a, low, slope_a, mask, dropout):
    """Add low' dropout(x) to slope_a [rank, in], float32, and dropout's slope of low A to slope_x.

    slope_x [tokens, in] may be None.
    """
    (tokens, width), rank = x.shape, a.shape[0]
    blocks = INPUT[padded(rank) > 32]
    across = triton.cdiv(width, blocks["BLOCK_K"])
    parts, share = _walk(tokens, across, blocks["BLOCK_T"])
    wanted = slope_x is not None
    _input_kernel[(across, parts)](
        *(x, slope_x if wanted else x, a, low, slope_a, mask if dropout else x),
        *(tokens, share, 1 / (1 - dropout), width),
        RANK=rank,
        PADDED=padded(rank),
        DROPOUT=dropout > 0,
        WANTED=wanted,
        **blocks,
    )
