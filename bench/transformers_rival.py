"""The other side of the GPU benchmark: Hugging Face transformers on the same prompts and weights.

    python transformers_rival.py make SHAPE DIR            random bf16 weights of a shape
    python transformers_rival.py answer DIR JOB.json OUT.json

JOB.json holds `generate` sets (`name`, `prompts`, `max_new_tokens`, `batch_sizes` to choose from,
`trial` prompts to choose with), `score` sets (`name`, `prompts`, `batch_size`) and `judge`
(`name` of a set, `ours`): how far, in nats, each token of our first completions and of
transformers' own is from the best token after the same tokens, which the same weights find in
float32 and without any cache. Times are wall-clock seconds of a synchronised
device, prompts sorted by length, the model warm.
"""

import json
import sys
import time
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, MistralConfig, MistralForCausalLM

SHAPES = {
    "mistral-7b": dict(
        vocab_size=32768,
        hidden_size=4096,
        intermediate_size=14336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=32768,
    ),
    "tiny": dict(
        vocab_size=4096,
        hidden_size=512,
        intermediate_size=1024,
        num_hidden_layers=4,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=64,
        max_position_embeddings=32768,
    ),
}
ROPE = dict(rope_type="default", rope_theta=1e6)


def make(shape, folder):
    torch.manual_seed(0)
    config = MistralConfig(**SHAPES[shape], rope_parameters=ROPE, sliding_window=None)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = MistralForCausalLM(config)
    model.save_pretrained(folder, max_shard_size="100GB")
    print(f"made {sum(p.numel() for p in model.parameters()) / 1e9:.2f} G parameters", flush=True)


def padded(batch):
    width = max(map(len, batch))
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(batch):
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    return ids.cuda(), mask.cuda()


@torch.inference_mode()
def generate(model, batch, new):
    ids, mask = padded(batch)
    out = model.generate(
        input_ids=ids,
        attention_mask=mask,
        max_new_tokens=new,
        min_new_tokens=new,
        do_sample=False,
        pad_token_id=0,
    )
    return out[:, ids.shape[1] :].tolist()


def timed(work):
    torch.cuda.synchronize()
    start = time.perf_counter()
    result = work()
    torch.cuda.synchronize()
    return time.perf_counter() - start, result


def run_batches(model, prompts, size, new):
    order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    completions = [None] * len(prompts)
    for at in range(0, len(order), size):
        rows = order[at : at + size]
        for row, tokens in zip(rows, generate(model, [prompts[i] for i in rows], new)):
            completions[row] = tokens
    return completions


def answer_generate(model, job):
    prompts, new = job["prompts"], job["max_new_tokens"]
    rates = {}
    for size in job["batch_sizes"]:
        trial = prompts[: job.get("trial", size)]
        if len(trial) < size:
            continue
        try:
            seconds, _ = timed(lambda: run_batches(model, trial, size, new))
            rates[size] = len(trial) / seconds
        except torch.OutOfMemoryError:
            rates[size] = 0.0
            torch.cuda.empty_cache()
        print(f"{job['name']}: batch {size}: {rates[size]:.2f} prompts/s", flush=True)
    best = max(rates, key=rates.get)
    counted = prompts[: job.get("limit", len(prompts))]
    seconds, completions = timed(lambda: run_batches(model, counted, best, new))
    print(f"{job['name']}: {len(counted)} prompts in {seconds:.2f} s at batch {best}", flush=True)
    return dict(
        name=job["name"],
        rates=rates,
        batch_size=best,
        prompts=len(counted),
        seconds=seconds,
        completions=completions,
    )


@torch.inference_mode()
def answer_score(model, job):
    prompts, size = job["prompts"], job["batch_size"]

    def work():
        for at in range(0, len(prompts), size):
            ids, mask = padded(prompts[at : at + size])
            logits = model(input_ids=ids, attention_mask=mask, logits_to_keep=1).logits[:, -1]
            torch.log_softmax(logits.float(), dim=-1)[:, [5, 6, 7, 8]].cpu()

    work()
    seconds, _ = timed(work)
    print(f"{job['name']}: {len(prompts)} prompts in {seconds:.2f} s", flush=True)
    return dict(name=job["name"], batch_size=size, prompts=len(prompts), seconds=seconds)


@torch.inference_mode()
def judge(model, prompts, completions):
    gaps, best = [], 0
    for prompt, completion in zip(prompts, completions):
        ids = torch.tensor([prompt + completion]).cuda()
        logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float()
        log_probs = torch.log_softmax(logits, dim=-1)
        chosen = log_probs.gather(1, torch.tensor(completion).cuda()[:, None])[:, 0]
        gap = log_probs.max(dim=-1).values - chosen
        gaps += gap.tolist()
        best += int((gap == 0).sum())
    return dict(tokens=len(gaps), best=best, largest=max(gaps), mean=sum(gaps) / len(gaps))


def answer(folder, job_path, out_path):
    job = json.loads(Path(job_path).read_text())
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, device_map="cuda")
    model.eval()
    result = dict(
        versions=dict(torch=torch.__version__, transformers=transformers.__version__),
        device=torch.cuda.get_device_name(),
        generate=[],
        score=[],
    )
    if job.get("generate"):
        generate(model, job["generate"][0]["prompts"][:4], 4)
    for part in job.get("score", []):
        result["score"].append(answer_score(model, part))
    wanted, judged = job.get("judge", {}), {}
    for part in job.get("generate", []):
        answered = answer_generate(model, part)
        completions = answered.pop("completions")
        result["generate"].append(answered)
        if part["name"] == wanted.get("name"):
            judged = dict(ours=wanted["ours"], transformers=completions[: len(wanted["ours"])])
    if judged:
        model.float()
        prompts = next(p["prompts"] for p in job["generate"] if p["name"] == wanted["name"])
        result["judge"] = {side: judge(model, prompts, rows) for side, rows in judged.items()}
    Path(out_path).write_text(json.dumps(result))


if __name__ == "__main__":
    {"make": make, "answer": answer}[sys.argv[1]](*sys.argv[2:])
