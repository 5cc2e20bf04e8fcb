"""What transformers computes in float32, as the reference of the engine's tests.

    python reference.py JOB.json RESULT.json

JOB.json is a list of runs: `model` (folder), optional `adapter` (folder, merged by PEFT) with
`scale` (how far to go from the base's weights to the merged ones), `prompts` (lists of token ids),
`choices` (token ids), `max_new_tokens`, optional `end_ids`. With `"merge": false` the adapter stays
beside the weights, and each adapted layer's output is as far from the base's.
RESULT.json has for each run the greedy `tokens` of each prompt (up to and without the end token)
and the `log_probs` of the choices as its next token; with `texts` (lists of token ids) also the
`text_log_probs` of each token given those before it. Prompts go through the model one at a time,
so that no padding can touch the numbers.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from transformers import AutoModelForCausalLM
from transformers.utils import logging

logging.set_verbosity_error()


def load(run):
    model = AutoModelForCausalLM.from_pretrained(
        run["model"], dtype=torch.float32, attn_implementation="eager"
    )
    if "adapter" not in run:
        return model.eval()
    base = {name: value.clone() for name, value in model.state_dict().items()}
    model = PeftModel.from_pretrained(model, run["adapter"]).eval()
    if run.get("merge", True):
        model = model.merge_and_unload()
        for name, value in model.state_dict().items():
            value.copy_(torch.lerp(base[name], value, run["scale"]))
    else:
        for module in model.modules():
            if isinstance(module, LoraLayer):
                module.forward = interpolated(module, run["scale"])
    return model.eval()


def interpolated(layer, scale):
    adapted = layer.forward

    def forward(x):
        base = layer.get_base_layer()(x)
        return base + scale * (adapted(x) - base)

    return forward


@torch.inference_mode()
def answer(model, ids, run):
    end_ids = run.get("end_ids", [])
    out = model(torch.tensor([ids]), use_cache=True, logits_to_keep=1)
    log_probs = torch.log_softmax(out.logits[0, -1], dim=-1)[run["choices"]].tolist()
    tokens = []
    while len(tokens) < run["max_new_tokens"]:
        token = int(out.logits[0, -1].argmax())
        if token in end_ids:
            break
        tokens.append(token)
        out = model(torch.tensor([[token]]), past_key_values=out.past_key_values, use_cache=True)
    return tokens, log_probs


@torch.inference_mode()
def score(model, ids):
    log_probs = torch.log_softmax(model(torch.tensor([ids])).logits[0, :-1], dim=-1)
    return log_probs.gather(1, torch.tensor(ids[1:])[:, None])[:, 0].tolist()


def main(job_path, result_path):
    results = []
    for run in json.loads(Path(job_path).read_text()):
        model = load(run)
        # threads that wait for each other cost a tiny model far more than they bring
        torch.set_num_threads(1 if model.num_parameters() < 10_000_000 else 2)
        answers = [answer(model, ids, run) for ids in run["prompts"]]
        results.append(
            {
                "tokens": [a[0] for a in answers],
                "log_probs": [a[1] for a in answers],
                "text_log_probs": [score(model, ids) for ids in run.get("texts", [])],
            }
        )
    Path(result_path).write_text(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
