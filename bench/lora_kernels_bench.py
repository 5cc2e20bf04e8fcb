"""LoRA's linear layer on an NVIDIA GPU: as one operation, and in the Triton kernels.

    .venv/bin/python bench/lora_kernels_bench.py            # a table for each number of tokens
    .venv/bin/python bench/lora_kernels_bench.py --sweep    # and each kernel at other block sizes

Shapes are the linear layers of Qwen2.5-Coder-1.5B. A time is that of forward and backward pass in a
CUDA graph, as training runs them, over several sets of tensors in turn, so that none is left in the
cache from the time before. "base" is the frozen layer alone, "wide" has weights widened where that
is done (`widened` in training/steps/lora_triton.py). What fails is named and left out.
"""

import argparse
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))

# (in, out): how often in a decoder layer
LAYER = {(1536, 1536): 2, (1536, 256): 2, (1536, 8960): 2, (8960, 1536): 1}
TOKENS = (6144, 2048)
DROPOUT = 0.05
SCALING = 2.0
SETS = 4
NAMES = ("BLOCK_T", "BLOCK_K", "num_warps", "num_stages")
SWEEP = {
    "INNER": [
        *((32, 128, 4, 3), (32, 128, 8, 3), (64, 128, 4, 3), (64, 128, 8, 3), (64, 64, 4, 3)),
        *((64, 64, 4, 4), (32, 64, 4, 4), (32, 256, 8, 3), (16, 128, 4, 3)),
    ],
    "LOW": [
        *((64, 256, 8, 2), (64, 256, 8, 3), (64, 128, 4, 3), (64, 128, 8, 3), (64, 128, 4, 2)),
        *((128, 128, 8, 2), (128, 128, 8, 3), (64, 64, 4, 4)),
    ],
    "INPUT": [
        *((32, 128, 8, 1), (32, 64, 4, 1), (64, 128, 8, 1), (64, 128, 8, 2), (16, 128, 4, 1)),
        *((16, 128, 4, 3), (32, 128, 8, 2), (32, 64, 4, 3), (64, 64, 8, 1)),
    ],
}
PROGRAMS = (264, 528, 1056)


def tensors(tokens, width, out, rank):
    """x, W, bias, A, B and a slope of y, of such sizes that y is about 1."""
    drawn = {"device": "cuda", "dtype": torch.bfloat16}
    x, slope = torch.randn(tokens, width, **drawn), torch.randn(tokens, out, **drawn)
    weight, bias = torch.randn(out, width, **drawn) * width**-0.5, torch.randn(out, **drawn)
    a = torch.randn(rank, width, device="cuda") * width**-0.5
    b = torch.randn(out, rank, device="cuda") * rank**-0.5
    return x.requires_grad_(), weight, bias, a.requires_grad_(), b.requires_grad_(), slope


def passes(operation, sets, *more):
    """What computes values and gradients of all sets."""

    def run():
        for x, weight, bias, a, b, slope in sets:
            y = operation(x, weight, bias, a, b, SCALING, *more)
            torch.autograd.grad(y, (x, a, b), slope)

    return run


def with_wide_weights(sets, rank):
    """The operation that takes each set's own wide weight, and the sets with views of these."""
    from steps.lora_triton import FusedLoraLinear, widened

    wide, changed = {}, []
    for x, weight, *others in sets:
        base = SimpleNamespace(weight=torch.nn.Parameter(weight, requires_grad=False))
        made = widened(base, rank)
        changed.append((x, base.weight, *others))
        wide[base.weight.data_ptr()] = made

    def operation(x, weight, *rest):
        return FusedLoraLinear.apply(x, weight, *rest, wide[weight.data_ptr()])

    return operation, changed


def base_passes(sets):
    def run():
        for x, weight, bias, _, _, slope in sets:
            torch.autograd.grad(torch.nn.functional.linear(x, weight, bias), x, slope)

    return run


def microseconds(run, rounds=20):
    """Mean time of one of the SETS that `run` computes, replayed from a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(2):
            run()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    for _ in range(3):
        graph.replay()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(rounds):
        graph.replay()
    end.record()
    torch.cuda.synchronize()
    return begin.elapsed_time(end) * 1000 / rounds / SETS


def errors(operation, given, *more):
    """Distance of y and the gradients of x, A, B from float64's, without dropout, as shares."""
    x, weight, bias, a, b, slope = given
    y = operation(x, weight, bias, a, b, SCALING, 0.0, *more)
    ours = [y, *torch.autograd.grad(y, (x, a, b), slope)]
    x, weight, bias, a, b, slope = (t.detach().double() for t in given)
    low, inner = SCALING * slope @ b, x @ a.t()
    right = [x @ weight.t() + bias + SCALING * inner @ b.t(), slope @ weight + low @ a]
    right += [low.t() @ x, SCALING * slope.t() @ inner]
    return [((p.double() - q).norm() / q.norm()).item() for p, q in zip(ours, right)]


def failed(what, error):
    """Name what failed, with the end of its traceback; a later line still runs."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(str(error).split())[:300]
    print(f"FAILED {what}: {type(error).__name__}: {text} ({last.filename}:{last.lineno})")


def table(tokens, rank):
    """Times and errors of the shapes with so many tokens, and the sum over a decoder layer."""
    from steps.lora_kernels import _LoraLinear

    seed = torch.full((1,), 12345, dtype=torch.int64, device="cuda")
    sides = {"base": None, "one operation": _LoraLinear.apply}
    try:
        from steps.lora_triton import FusedLoraLinear

        sides["Triton"] = sides["Triton, wide"] = FusedLoraLinear.apply
    except Exception as error:
        failed("import of lora_triton", error)
    print(f"\n{tokens} tokens, rank {rank}, microseconds")
    print(f"{'in':>6} {'out':>6} " + " ".join(f"{name:>14}" for name in sides))
    sums = dict.fromkeys(sides, 0.0)
    for (width, out), times in LAYER.items():
        sets = [tensors(tokens, width, out, rank) for _ in range(SETS)]
        row, found = [], []
        for name, operation in sides.items():
            more = (seed, 3) if name.startswith("Triton") else ()
            try:
                if name == "Triton, wide":
                    operation, sets = with_wide_weights(sets, rank)
                if operation is None:
                    taken = microseconds(base_passes(sets))
                else:
                    found.append((name, errors(operation, sets[0], *more)))
                    taken = microseconds(passes(operation, sets, DROPOUT, *more))
            except Exception as error:
                failed(f"{name} of {width} x {out}", error)
                taken = float("nan")
            row.append(f"{taken:14.1f}")
            sums[name] += times * taken
        print(f"{width:6} {out:6} " + " ".join(row))
        for name, shares in found:
            shown = ", ".join(f"{share:.1e}" for share in shares)
            print(f"{'':14}{name}: y, x, A, B are off float64 by {shown}", flush=True)
        del sets
        torch.cuda.empty_cache()
    print(f"{'layer':>13} " + " ".join(f"{total:14.1f}" for total in sums.values()), flush=True)


def kernel_runs(sets, rank):
    """By kernel: (what runs it over all sets, bytes that one run has to move)."""
    from steps import lora_triton_kernels as kernels

    seed = torch.full((1,), 12345, dtype=torch.int64, device="cuda")
    given = [[t.detach() for t in one] for one in sets]
    tokens, width, out = given[0][0].shape[0], given[0][0].shape[1], given[0][1].shape[0]
    inner = torch.randn(tokens, rank, device="cuda", dtype=torch.bfloat16)
    low = torch.zeros(tokens, rank, device="cuda")
    slope_a, slope_b = (
        torch.zeros(rank, width, device="cuda"),
        torch.zeros(out, rank, device="cuda"),
    )
    slopes_x = [torch.randn_like(one[0]) for one in given]
    mask = kernels.inner_values(given[0][0], given[0][3], seed, 3, DROPOUT)[1]

    def inner_run():
        for x, _, _, a, _, _ in given:
            kernels.inner_values(x, a, seed, 3, DROPOUT)

    def low_run():
        for _, _, _, _, b, slope in given:
            kernels.add_low(slope, inner, b, low, slope_b, SCALING)

    def input_run():
        for (x, _, _, a, _, _), slope_x in zip(given, slopes_x):
            kernels.add_input(x, slope_x, a, low, slope_a, mask, DROPOUT)

    size = 2 * tokens
    return {
        "INNER": (inner_run, size * width),
        "LOW": (low_run, size * out),
        "INPUT": (input_run, 3 * size * width),
    }


def sweep(tokens, rank):
    """Each kernel at several sizes of blocks: microseconds a shape, and over a decoder layer."""
    from steps import lora_triton_kernels as kernels

    which = kernels.padded(rank) > 32
    print(f"\neach kernel at {tokens} tokens: {', '.join(f'{k}x{n}' for k, n in LAYER)}")
    runs = {}
    for width, out in LAYER:
        sets = [tensors(tokens, width, out, rank) for _ in range(SETS)]
        runs[width, out] = kernel_runs(sets, rank)

    def line(name, what):
        shown, total = [], 0.0
        for shape, times in LAYER.items():
            run, size = runs[shape][name]
            try:
                taken = microseconds(run)
            except Exception as error:
                failed(f"{name} {what} of {shape}", error)
                return
            shown.append(f"{taken:7.1f} ({size / taken / 1e6:4.2f} TB/s)")
            total += times * taken
        print(f"{name:6} {what:34} {' '.join(shown)}  layer {total:8.1f}", flush=True)

    for name, sizes in SWEEP.items():
        kept = getattr(kernels, name)
        for size in sizes:
            blocks = dict(zip(NAMES, size))
            if name == "LOW":
                blocks["BLOCK_N"] = blocks.pop("BLOCK_K")
            setattr(kernels, name, tuple(blocks if at == which else kept[at] for at in (0, 1)))
            line(name, " x ".join(map(str, size[:2])) + f", {size[2]} warps, {size[3]} stages")
        setattr(kernels, name, kept)
    kept = kernels.PROGRAMS
    for name in ("LOW", "INPUT"):
        for programs in PROGRAMS:
            kernels.PROGRAMS = programs
            line(name, f"as it is, {programs} programs")
    kernels.PROGRAMS = kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweep", action="store_true", help="each kernel at other sizes of blocks")
    parser.add_argument("--tokens", nargs="+", type=int, default=[*TOKENS])
    parser.add_argument("--rank", type=int, default=16)
    args = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("lora_kernels_bench: no NVIDIA GPU here")
    try:
        from triton import __version__ as triton
    except ImportError:
        triton = "not installed"
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, triton {triton}")
    for work in (table, sweep) if args.sweep else (table,):
        for tokens in args.tokens if work is table else args.tokens[:1]:
            try:
                work(tokens, args.rank)
            except Exception as error:
                failed(f"{work.__name__} of {tokens} tokens", error)


if __name__ == "__main__":
    main()
