"""Another side of the GPU benchmark: vLLM, offline, on the same prompts and weights.

    python vllm_rival.py DIR JOB.json OUT.json

JOB.json holds `generate` sets (`name`, `prompts`, `max_new_tokens`), `score` sets (`name`,
`prompts`) and what the engine is opened with: `max_num_seqs` and `max_num_batched_tokens`. Every
set runs twice, to warm up and to be counted, each time from an empty prefix cache. Times are
wall-clock seconds.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")

import torch
import vllm
from vllm import LLM, SamplingParams
from vllm.platforms import current_platform

CHOICES = [5, 6, 7, 8]


def open_engine(folder, job):
    sets = job["generate"] + job["score"]
    longest = max(len(prompt) for part in sets for prompt in part["prompts"])
    return LLM(
        model=folder,
        skip_tokenizer_init=True,
        dtype="bfloat16",
        enable_prefix_caching=True,
        max_model_len=longest + max(part.get("max_new_tokens", 1) for part in sets),
        max_num_seqs=job["max_num_seqs"],
        max_num_batched_tokens=job["max_num_batched_tokens"],
    )


def empty_prefix_cache(llm):
    for _ in range(50):
        if llm.reset_prefix_cache():
            return
        time.sleep(0.1)  # the last step may still hold its blocks for a moment
    raise RuntimeError("Cannot measure: the prefix cache could not be emptied")


def timed(llm, prompts, params):
    empty_prefix_cache(llm)
    inputs = [{"prompt_token_ids": prompt} for prompt in prompts]
    start = time.perf_counter()
    outputs = llm.generate(inputs, params, use_tqdm=False)
    return time.perf_counter() - start, [output.outputs[0] for output in outputs]


def measure(llm, part, params, is_whole):
    timed(llm, part["prompts"], params)
    seconds, outputs = timed(llm, part["prompts"], params)
    whole = sum(map(is_whole, outputs))
    if whole != len(part["prompts"]):
        raise RuntimeError(f"Cannot count {part['name']}: {whole} of the answers are whole")
    print(f"{part['name']}: {whole} prompts in {seconds:.2f} s", flush=True)
    return dict(name=part["name"], prompts=whole, seconds=seconds)


def generate(llm, part):
    new = part["max_new_tokens"]
    params = SamplingParams(temperature=0, max_tokens=new, ignore_eos=True, detokenize=False)
    return measure(llm, part, params, lambda output: len(output.token_ids) == new)


def score(llm, part):
    params = SamplingParams(
        temperature=0, max_tokens=1, logprob_token_ids=CHOICES, detokenize=False
    )
    return measure(llm, part, params, lambda output: set(CHOICES) <= set(output.logprobs[0]))


def answer(folder, job_path, out_path):
    job = json.loads(Path(job_path).read_text())
    llm = open_engine(folder, job)
    at_once = dict(batch_size=job["max_num_seqs"])
    result = dict(
        versions=dict(torch=torch.__version__, vllm=vllm.__version__),
        device=current_platform.get_device_name(),
        generate=[at_once | generate(llm, part) for part in job["generate"]],
        score=[at_once | score(llm, part) for part in job["score"]],
    )
    Path(out_path).write_text(json.dumps(result))


if __name__ == "__main__":
    answer(*sys.argv[1:])
