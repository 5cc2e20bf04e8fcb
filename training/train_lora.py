"""Train a LoRA adapter on prompt/completion pairs with TRL's SFTTrainer and PEFT.

    .venv/bin/python training/train_lora.py --model models/smollm2-135m-instruct \
        --data results/demo/train.jsonl --out results/demo/adapter \
        --rank 16 --alpha 32 --dropout 0.05 --target_modules all-linear \
        --learning_rate 2e-4 --max_tokens 15000

    .venv/bin/python training/train_lora.py ... --resume    # continue a run that was stopped
    python training/train_lora.py ... --quantization nf4    # 4-bit base model, NVIDIA GPU only

The data is JSON Lines, one conversation a line, written by the TypeScript side, so that training
and evaluation share one prompt: {"prompt": [{"role", "content"}...], "completion": [{"role":
"assistant", "content"}]}. The loss is on the completion and its end token only. A record may have
"prompt_sha256", the hash of its prompt's token ids (little-endian, 32 bits each) as evaluation has
them: training refuses a prompt with other ids. The run folder gets config.json, environment.json,
chat_template.jinja (the model's), loss.jsonl, adapter_config.json, manifest.json (sizes and
SHA-256) and, last and whole or not at all, adapter_model.safetensors. Nothing is fetched and
nothing is reported anywhere.

SIGINT, SIGTERM and, with LAB_END_WITH_PARENT=1, the end of the parent process stop a run after its
current step, with a checkpoint: --resume goes on from there. A run that is killed otherwise loses
up to --checkpoint_seconds. The last two checkpoints are kept, each with a manifest of its own: one
that is damaged is named and put aside, and the run goes on from the one before, or anew.

Exit codes: 0 done, 1 a fault of this program, 2 wrong input or a training that went wrong (one line
on stderr says what), 130 and 143 stopped by SIGINT and SIGTERM.
"""

import errno
import hashlib
import os
import random
import re
import subprocess
import sys
from itertools import accumulate
from pathlib import Path

import lora_devices
from lora_data import (
    UsageError,
    complain,
    counted,
    one_line,
    read_records,
    say,
    write_json,
    write_text,
)
from lora_folder import RECORD, TEMPLATE, clear, run_is_finished
from lora_guards import check_examples, check_left_out, check_parts, same_prompts, show_example
from lora_settings import parse_args
from lora_stop import Stop, Stopped
from steps.lora_batches import ORDER, learnt_first, plan, size, total_size


def train(args, stop):
    records = read_records(args.data)
    if not (args.model / "config.json").is_file():
        raise UsageError(f"no model in {args.model}: it has no config.json")
    config = {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items()}
    config["data_sha256"] = hashlib.sha256(args.data.read_bytes()).hexdigest()
    config["order"] = ORDER
    spread = lora_devices.claim_spread()
    lora_devices.begin()
    if lora_devices.from_first(lambda: run_is_finished(args, config)):
        say(f"reused {args.out}: the run is complete")
        return

    # Imported only now: it takes seconds, and wrong input should be told at once.
    import lora_run

    tokenizer = lora_run.load_tokenizer(args.model)
    examples, left_out = prepare(args, tokenizer, records)
    step_examples = args.batch_size * args.gradient_accumulation
    order, tokens = plan(
        [size(example) for example in examples["train"]],
        step_examples=step_examples,
        epochs=args.epochs,
        max_tokens=args.max_tokens,
        seed=args.seed,
    )
    learnt = counted(sum(map(len, order)), "example")
    say(f"plan: {counted(len(tokens), 'step')}, {counted(tokens[-1], 'token')}, {learnt}")
    steps = learnt_first([[examples["train"][at] for at in step] for step in order])
    tokens = list(accumulate(map(total_size, steps)))
    trainer = lora_run.build_trainer(
        args, tokenizer, examples, (steps, tokens), stop, spread=spread
    )
    environment = lora_run.environment(trainer)
    planned = {"steps": len(tokens), "tokens": tokens[-1], "left_out": left_out}
    if lora_devices.rank() == 0:
        args.out.mkdir(parents=True, exist_ok=True)
        write_json(args.out / "environment.json", environment)
        # What the adapter learns goes with it: under another template it is another model.
        write_text(args.out / TEMPLATE, tokenizer.get_chat_template())
        write_json(args.out / RECORD, {**config, "planned": planned})
    with stop:
        trainer.train(resume_from_checkpoint=trainer.begin())
        if trainer.finished and lora_devices.rank() == 0:
            facts = {name: config[name] for name in ("data_sha256", "seed", "order")}
            facts |= {"planned": planned, "commit": commit(), "environment": environment}
            if trainer.stopped_early:
                # The record says what the log has; run.json keeps what was planned.
                last = trainer.state.global_step
                done = {**planned, "steps": last, "tokens": tokens[last - 1]}
                write_json(args.out / RECORD, {**config, "planned": done})
            trainer.save_adapter(facts)
    if not trainer.finished:
        done = f"stopped after step {trainer.state.global_step} of {len(tokens)}"
        raise Stopped(stop.number, f"{done}; run again to go on")
    if lora_devices.rank() == 0:
        clear(args.out)
    say(lora_run.peak_line(trainer.args.device))
    say(f"adapter written to {args.out}")


def prepare(args, tokenizer, records):
    """The checked examples {"train", "held_out"} of records, and how many were too long."""
    import lora_chat

    parts = {
        part: [record for record in records if record["part"] == part]
        for part in ("train", "held_out")
    }
    if args.limit and args.limit < len(parts["train"]):
        drawn = random.Random(args.seed).sample(range(len(parts["train"])), args.limit)
        parts["train"] = [parts["train"][at] for at in sorted(drawn)]
    if not parts["train"]:
        raise UsageError(f"all {len(records)} records are held out: there are none to learn from")
    check_parts(args, parts["train"], parts["held_out"])
    chat = lora_chat.Chat(tokenizer, thinking=args.thinking, date=args.date)
    examples, left_out = {}, 0
    for part, chosen in parts.items():
        encoded = [
            {**example, "kind": record["kind"]}
            for record, example in zip(chosen, chat.encode_all(chosen), strict=True)
        ]
        fitting = [at for at, example in enumerate(encoded) if size(example) <= args.max_length]
        if chosen and not fitting:
            raise UsageError(f"all {len(chosen)} records are longer than {args.max_length} tokens")
        examples[part] = [encoded[at] for at in fitting]
        parts[part] = [chosen[at] for at in fitting]
        left_out += len(chosen) - len(fitting)
        check_examples(chat, parts[part], examples[part])
    total = left_out + sum(map(len, examples.values()))
    check_left_out(left_out, total, args.max_length, args.allow_left_out)
    same_prompts(records)
    show_example(chat, parts["train"][0], examples["train"][0])
    return examples, left_out


def commit():
    """The commit of this program, "with changes" if it has any; None outside a repository."""
    folder = Path(__file__).parent
    git = ["git", "-C", str(folder)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True)
        # This folder's: what is changed elsewhere trains nothing.
        state = subprocess.run(
            [*git, "status", "--porcelain", "--", "."], capture_output=True, text=True
        )
    except OSError:
        return None
    if head.returncode or state.returncode:
        return None
    return head.stdout.strip() + (" with changes" if state.stdout.strip() else "")


def disk_fault(error, out):
    """What kept the run folder from being read or written, in words; None if it was not that.

    safetensors wraps the operating system's error and keeps its text.
    """
    text = str(error)
    number = getattr(error, "errno", None)
    if number == errno.ENOSPC or "No space left" in text:
        return f"the disk is full: cannot write the run folder {out}"
    if number in (errno.EDQUOT, errno.EFBIG) or "File too large" in text:
        return f"a limit on files is reached: cannot write the run folder {out}"
    path = getattr(error, "filename", None)
    if isinstance(error, OSError) and out and isinstance(path, (str, Path)):
        return f"cannot use the run folder {out}" if Path(path).is_relative_to(out) else None
    return None


def disorder(error):
    """What torch has no kernel of a fixed order for, in words; None if the error is another."""
    found = re.match(r"(.+?) does not have a deterministic implementation", str(error))
    if found is None:
        return None
    return f"there is no kernel of a fixed order for {found[1]}: train without deterministic"


def main(argv):
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    # Pieces of many sizes would leave holes that none of them fits.
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    stop = Stop()
    out = None
    try:
        stop.listen()
        args = parse_args(argv, __doc__.splitlines()[0])
        out = args.out
        train(args, stop)
    except Stopped as stopped:
        say(str(stopped))
        return stopped.exit_code
    except UsageError as error:
        complain(f"train_lora.py: {one_line(error)}")
        return 2
    except Exception as error:
        disk = disk_fault(error, out)
        why = f"{disk} ({one_line(error)})" if disk else disorder(error)
        if not why:
            raise
        complain(f"train_lora.py: {why}")
        return 2
    finally:
        stop.close()
        lora_devices.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
