"""The rival's side of the benchmark on the CPU: transformers' batched greedy `generate` in float32.

    python transformers_generate.py JOB.json RESULT.json

JOB.json: `model` (folder), `prompts` (lists of token ids), `max_new_tokens`, `threads`. Batches are
padded on the left. The batch size is the best of 4, 8, 16, ...: each is timed on a share of the
prompts and doubled until that brings fewer prompts a second; then all prompts run at the best one.
"""

import json
import resource
import sys
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from lora_guards import process_peak

logging.set_verbosity_error()
SHARE = 16


@torch.inference_mode()
def generate(model, prompts, job):
    width = max(len(ids) for ids in prompts)
    padded = [[0] * (width - len(ids)) + ids for ids in prompts]
    mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
    out = model.generate(
        input_ids=torch.tensor(padded),
        attention_mask=torch.tensor(mask),
        max_new_tokens=job["max_new_tokens"],
        do_sample=False,
        eos_token_id=None,
        pad_token_id=0,
    )
    return out[:, width:].tolist()


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def timed(model, prompts, job, batch_size):
    start, cpu_start = time.perf_counter(), cpu_seconds()
    tokens = []
    for at in range(0, len(prompts), batch_size):
        tokens += generate(model, prompts[at : at + batch_size], job)
    return tokens, time.perf_counter() - start, cpu_seconds() - cpu_start


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    torch.set_num_threads(job["threads"])
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32).eval()
    prompts = job["prompts"]
    sizes = {}
    size = 4
    while size <= len(prompts):
        share = prompts[: max(SHARE, size)]
        _, seconds, _ = timed(model, share, job, size)
        sizes[size] = len(share) / seconds
        print(f"transformers, batches of {size}: {sizes[size]:.3f} prompts/s", file=sys.stderr)
        # a little less may be chance
        if sizes[size] < 0.8 * max(sizes.values()):
            break
        size *= 2
    best = max(sizes, key=sizes.get)
    tokens, seconds, cpu = timed(model, prompts, job, best)
    result = {
        "seconds": seconds,
        "cpuSeconds": cpu,
        "batchSize": best,
        "promptsPerSecondByBatchSize": sizes,
        "peakResidentBytes": process_peak(),
        "tokens": tokens,
    }
    Path(result_path).write_text(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
