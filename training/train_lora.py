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
loss.jsonl, adapter_config.json, manifest.json (sizes and SHA-256) and, last and whole or not at
all, adapter_model.safetensors. Nothing is fetched and nothing is reported anywhere.

SIGINT, SIGTERM and, with LAB_END_WITH_PARENT=1, the end of the parent process stop a run after its
current step, with a checkpoint: --resume goes on from there. A run that is killed otherwise loses
up to --checkpoint_seconds. The last two checkpoints are kept, each with a manifest of its own: one
that is damaged is named and put aside, and the run goes on from the one before, or anew.

Exit codes: 0 done, 1 a fault of this program, 2 wrong input or a training that went wrong (one line
on stderr says what), 130 and 143 stopped by SIGINT and SIGTERM.
"""

import argparse
import datetime
import errno
import hashlib
import json
import math
import os
import re
import sys
from pathlib import Path

from lora_data import DEFAULT_DATE, UsageError, plan, read_records, say, write_json
from lora_folder import RECORD, clear, run_is_finished
from lora_stop import Stop, Stopped


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(message)


def number(kind, low, high, *, low_open=False, high_open=False):
    """An argparse type: a finite `kind` between `low` and `high`."""

    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (low < value if low_open else low <= value) or not (
            value < high if high_open else value <= high
        ):
            bounds = f"{'above' if low_open else 'at least'} {low:g} and "
            bounds += f"{'below' if high_open else 'at most'} {high:g}"
            noun = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"must be {noun} {bounds}: current value is {text}")
        return value

    return parse


def day(text):
    """An argparse type: a date as YYYY-MM-DD, as text."""
    try:
        if not re.fullmatch(r"[1-9]\d{3}-\d{2}-\d{2}", text):
            raise ValueError
        datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a date as YYYY-MM-DD: current value is {text}"
        ) from None
    return text


def parse_args(argv):
    parser = Parser(prog="train_lora.py", description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines to learn from")
    parser.add_argument("--out", type=Path, required=True, help="run folder, must not exist")
    parser.add_argument("--rank", type=number(int, 1, 1024), default=16)
    parser.add_argument("--alpha", type=number(float, 0, 65536, low_open=True), default=32)
    parser.add_argument("--dropout", type=number(float, 0, 1, high_open=True), default=0.05)
    parser.add_argument("--target_modules", default="q_proj,v_proj", help="names, or all-linear")
    parser.add_argument("--learning_rate", type=number(float, 0, 1, low_open=True), default=2e-4)
    parser.add_argument("--epochs", type=number(int, 1, 1000), default=1)
    parser.add_argument(
        "--max_tokens", type=number(int, 1, 10**12), help="end before the step that exceeds this"
    )
    parser.add_argument("--batch_size", type=number(int, 1, 4096), default=4)
    parser.add_argument("--gradient_accumulation", type=number(int, 1, 4096), default=1)
    parser.add_argument("--max_length", type=number(int, 8, 131072), default=512, help="in tokens")
    parser.add_argument("--thinking", action="store_true", help="the template's thinking mode")
    parser.add_argument(
        "--date", type=day, default=DEFAULT_DATE, help="the day that the template writes as today"
    )
    parser.add_argument("--seed", type=number(int, 0, 2**32 - 1), default=42)
    parser.add_argument("--quantization", choices=("none", "nf4"), default="none")
    parser.add_argument("--dtype", choices=("auto", "float32", "bfloat16"), default="auto")
    parser.add_argument("--threads", type=number(int, 1, 1024), help="CPU threads")
    parser.add_argument("--checkpoint_seconds", type=number(float, 0, 1e6), default=60)
    parser.add_argument("--resume", action="store_true", help="continue the run in --out")
    return parser.parse_args(argv)


def train(args, stop):
    records = read_records(args.data)
    if not (args.model / "config.json").is_file():
        raise UsageError(f"no model in {args.model}: it has no config.json")
    config = {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items()}
    config["data_sha256"] = hashlib.sha256(args.data.read_bytes()).hexdigest()
    if run_is_finished(args, config):
        say(f"reused {args.out}: the run is complete")
        return

    # Imported only now: it takes seconds, and wrong input should be told at once.
    import lora_chat
    import lora_run

    tokenizer = lora_run.load_tokenizer(args.model)
    chat = lora_chat.Chat(tokenizer, thinking=args.thinking, date=args.date)
    examples = [chat.encode(record) for record in records]
    fitting = [example for example in examples if len(example["input_ids"]) <= args.max_length]
    if not fitting:
        raise UsageError(f"all {len(examples)} records are longer than {args.max_length} tokens")
    if len(fitting) < len(examples):
        say(f"left out {len(examples) - len(fitting)} records over {args.max_length} tokens")
    order, tokens = plan(
        [len(example["input_ids"]) for example in fitting],
        batch_size=args.batch_size,
        accumulation=args.gradient_accumulation,
        epochs=args.epochs,
        max_tokens=args.max_tokens,
        seed=args.seed,
    )
    say(f"plan: {len(tokens)} steps, {tokens[-1]} tokens, {len(order)} examples")

    examples = [fitting[at] for at in order]
    trainer = lora_run.build_trainer(args, tokenizer, examples, tokens, stop)
    args.out.mkdir(parents=True, exist_ok=True)
    planned = {"steps": len(tokens), "tokens": tokens[-1], "left_out": len(records) - len(fitting)}
    write_json(args.out / "environment.json", lora_run.environment(trainer))
    write_json(args.out / RECORD, {**config, "planned": planned})
    with stop:
        trainer.train(resume_from_checkpoint=trainer.begin())
        if trainer.finished:
            trainer.save_adapter()
    if not trainer.finished:
        done = f"stopped after step {trainer.state.global_step} of {len(tokens)}"
        raise Stopped(stop.number, f"{done}; run again to go on")
    clear(args.out)
    say(f"adapter written to {args.out}")


def one_line(error):
    """The text of an error without line breaks."""
    return " ".join(str(error).split())


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


def main(argv):
    # Threads that spin while they wait make training several times slower where other programs use
    # the same cores (3 to 5 times for its matrix products on 2 busy cores).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    stop = Stop()
    out = None
    try:
        stop.listen()
        args = parse_args(argv)
        out = args.out
        train(args, stop)
    except Stopped as stopped:
        say(str(stopped))
        return stopped.exit_code
    except UsageError as error:
        say(f"train_lora.py: {one_line(error)}")
        return 2
    except Exception as error:
        why = disk_fault(error, out)
        if not why:
            raise
        say(f"train_lora.py: {why} ({one_line(error)})")
        return 2
    finally:
        stop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
