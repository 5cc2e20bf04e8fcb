"""What the tests share: a tiny random model, records for it, and runs of the training script."""

import json
import os
import signal

import lora_chat
import lora_run
import lora_settings
import lora_stop
import torch
import train_lora
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

# Like SmolLM2's: a default system turn, and a line break after each end token.
TEMPLATE = (
    "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}"
    "{{ '<|im_start|>system\nHi<|im_end|>\n' }}{% endif %}"
    "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

# What the lines begin with that every training prints.
TOLD = ("plan: ", "example: ", "memory: ", "kernels: ", "step ", "adapter written")


def record(question, answer):
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


RECORDS = [
    record(f"table t{n}(a, b) {'with more words ' * (n % 5)}question {n}?", f"SELECT a FROM t{n}")
    for n in range(20)
]


def write_records(path, records):
    path.write_text("".join(json.dumps(row) + "\n" for row in records), encoding="utf-8")


def write_model(folder):
    """A 2-layer Llama over single characters whose padding id is its end id, as in SmolLM2."""
    special = ["<|im_end|>", "<|im_start|>"]
    characters = ["\n", *map(chr, range(32, 127))]
    vocabulary = {token: at for at, token in enumerate([*special, *characters])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="?"))
    core.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    core.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        bos_token="<|im_start|>",
        chat_template=TEMPLATE,
    )
    torch.manual_seed(7)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=256,
            tie_word_embeddings=True,
            # Large enough that a head that LoRA cannot train still tells the characters apart.
            initializer_range=0.3,
            bos_token_id=1,
            eos_token_id=0,
        )
    )
    # Set only now: a model that is made with a padding id starts with a zero row for it, and with
    # tied weights no adapter could ever raise the end token above the rest.
    model.config.pad_token_id = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def arguments(base, out, *more):
    """Later flags win over earlier ones, so `more` can replace any of these."""
    fixed = ["--model", base / "model", "--data", base / "train.jsonl", "--out", out]
    return [str(word) for word in [*fixed, "--target_modules", "all-linear", "--threads", 1, *more]]


def run(base, out, *more):
    return train_lora.main(arguments(base, out, *more))


def stop_after(monkeypatch, step):
    """The trainer of the next run hears a SIGTERM while it works on `step`."""
    plain = train_lora.Stop

    class Stop(plain):
        def __enter__(self):
            super().__enter__()
            import lora_trainer

            check = lora_trainer.CompletionTrainer.check_step

            def checked(trainer, at, *values):
                check(trainer, at, *values)
                if at == step:
                    os.kill(os.getpid(), signal.SIGTERM)

            monkeypatch.setattr(lora_trainer.CompletionTrainer, "check_step", checked)

    monkeypatch.setattr(train_lora, "Stop", Stop)


def rows(out):
    return [json.loads(line) for line in (out / "loss.jsonl").read_text().splitlines()]


def weights(out):
    return (out / "adapter_model.safetensors").read_bytes()


def trainer_and_step(base, out, *more):
    """A trainer of RECORDS in their order, and the examples of its first step."""
    args = lora_settings.parse_args(arguments(base, out, *more))
    tokenizer = lora_run.load_tokenizer(args.model)
    chat = lora_chat.Chat(tokenizer)
    examples = [{**chat.encode({**row, "line": 1}), "kind": "sql"} for row in RECORDS]
    size = args.batch_size * args.gradient_accumulation
    steps = [examples[at : at + size] for at in range(0, len(examples), size)]
    parts = {"train": examples, "held_out": []}
    plan = (steps, [*range(1, len(steps) + 1)])
    trainer = lora_run.build_trainer(args, tokenizer, parts, plan, lora_stop.Stop())
    return trainer, steps[0]


def padded(examples):
    """Examples as transformers' models take them, padded on the right."""
    longest = max(len(example["input_ids"]) for example in examples)
    rows = {"input_ids": [], "labels": [], "attention_mask": []}
    for example in examples:
        length = len(example["input_ids"])
        rows["input_ids"].append(example["input_ids"] + [0] * (longest - length))
        rows["labels"].append(example["labels"] + [-100] * (longest - length))
        rows["attention_mask"].append([1] * length + [0] * (longest - length))
    return {name: torch.tensor(row) for name, row in rows.items()}
