"""results/bench/training.json and .md: what training_bench.py measured, one section a machine."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version

TITLES = {
    "cpu": "On a CPU: the embedded model in float32",
    "gpu": "On a GPU, bfloat16",
    "gpus": "Ours on several GPUs, bfloat16",
}
PACKAGES = ("torch", "transformers", "trl", "peft", "liger-kernel")


def environment(threads):
    import torch

    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    cuda = torch.cuda.is_available()
    return {
        "device": torch.cuda.get_device_name() if cuda else platform.processor() or "cpu",
        "cores": os.cpu_count(),
        "threads": None if cuda else threads,
        "packages": versions,
    }


def best(results):
    """The fastest of a side's runs that found memory."""
    done = [result for result in results if "tokens_per_second" in result]
    return max(done, key=lambda result: result["tokens_per_second"])


def table_of_cpu(results):
    lines = [
        "| model | examples a step | side | device batch | tokens a second | a core second | GiB |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for result in results:
        for title, runs in (("plain TRL", result["rival"]), ("ours", result["ours"])):
            lines += [
                f"| {result['shape']} | {result['step_examples']} | {title} | "
                f"{run['device_batch']} | "
                f"{run['tokens_per_second']:,.0f} | {run['tokens_per_core_second']:,.0f} | "
                f"{run['peak_gib']:.2f} |"
                for run in runs
            ]
    return lines


def table_of_gpus(results):
    lines = [
        "| model | examples a step | GPUs | tokens a second | times one | GiB a GPU | last loss |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    one = {
        (result["shape"], result["step_examples"]): result["tokens_per_second"]
        for result in results
        if result["gpus"] == 1
    }
    for result in results:
        single = one.get((result["shape"], result["step_examples"]))
        times = f"{result['tokens_per_second'] / single:.2f}" if single else ""
        lines.append(
            f"| {result['shape']} | {result['step_examples']} | "
            f"{result['gpus']} ({result['by']}) | "
            f"{result['tokens_per_second']:,.0f} | {times} | {result['peak_gib']:.1f} | "
            f"{result['last_loss']:.4f} |"
        )
    return lines


def table(results):
    if "gpus" in results[0]:
        return table_of_gpus(results)
    if "tokens_per_core_second" in results[0]["ours"][0]:
        return table_of_cpu(results)
    lines = [
        "| model | examples a step | plain TRL (batch) | GiB | ours | GiB | times | warm-up |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for result in results:
        left, right = best(result["rival"]), best(result["ours"])
        times = right["tokens_per_second"] / left["tokens_per_second"]
        lines.append(
            f"| {result['shape']} | {result['step_examples']} | "
            f"{left['tokens_per_second']:,.0f} ({left['device_batch']}) | {left['peak_gib']:.1f} | "
            f"{right['tokens_per_second']:,.0f} | {right['peak_gib']:.1f} | {times:.2f} | "
            f"{right['warmup_seconds']:.0f} s |"
        )
    return lines


def write(folder, section, machine, results):
    """Put a machine's results in place of its section's last ones."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "training.json"
    sections = json.loads(path.read_text()) if path.exists() else {}
    sections[section] = {"machine": machine, "results": results}
    path.write_text(json.dumps(sections, indent=2, sort_keys=True) + "\n")
    (folder / "training.md").write_text(text(sections))


def text(sections):
    lines = [
        "# Training: plain TRL and ours, tokens a second",
        "",
        "Written by `bench/training_bench.py`, both sides in one run on one machine. All linear",
        "layers, rank 16, dropout 0.05; the lengths of real training examples; tokens without",
        "padding; plain TRL at its best device batch. The warm-up is the time of the first steps of",
        "ours, which compile kernels and record graphs; it is not part of the rate.",
    ]
    for name in sorted(sections):
        machine = sections[name]["machine"]
        packages = ", ".join(f"{key} {value}" for key, value in machine["packages"].items())
        threads = f", {machine['threads']} threads" if machine["threads"] else ""
        lines += [
            "",
            f"## {TITLES.get(name, name)}",
            "",
            f"{machine['device']}, {machine['cores']} cores{threads}; {packages}.",
            "",
            *table(sections[name]["results"]),
        ]
    return "\n".join(lines) + "\n"
