"""Training throughput: plain TRL and train_lora.py's trainer on the same examples and machine.

    .venv/bin/python bench/training_bench.py cpu  --out results/bench    # the embedded model
    .venv/bin/python bench/training_bench.py gpu  --out results/bench    # random weights, 3 shapes
    .venv/bin/python bench/training_bench.py gpus --out results/bench    # one GPU and two

Plain TRL is SFTTrainer as its documentation shows it: examples of a batch padded to the longest,
its own loss, and PEFT's layers; 16 examples an optimizer step, the best device batch among 4, 8 and
16. Gradient checkpointing is off on both sides: it would only slow TRL down. Tokens are the
examples' own, padding not counted. Each side runs in a process of its own, so that peak memory is
its own; the first steps, in which kernels are compiled and graphs recorded, are timed apart.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from training_models import SHAPES, WORDS, examples_of, make_model, make_tokenizer

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "training"))
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")

STEP = 16
DEVICE_BATCHES = (16, 8, 4)
LORA = {"r": 16, "lora_alpha": 32, "lora_dropout": 0.05, "target_modules": "all-linear"}
# (steps, of which the first are warm-up) of each side
STEPS = {"rival": (16, 4), "ours": (80, 40)}
CPU_STEPS = {"rival": (7, 1), "ours": (7, 1)}
RATE = 1e-4


def peak_gib(cuda):
    import torch
    from lora_guards import process_peak

    if cuda:
        return torch.cuda.max_memory_allocated() / 2**30
    return process_peak() / 2**30


def size(examples):
    return sum(len(example["input_ids"]) for example in examples)


def marks_of(cuda):
    """A callback that notes the time after each step, and the losses."""
    import torch
    from transformers import TrainerCallback

    class Marks(TrainerCallback):
        losses = ()

        def on_train_begin(self, *args, **kwargs):
            self.times, self.losses = [(time.monotonic(), time.process_time())], []

        def on_step_end(self, *args, **kwargs):
            if cuda:
                torch.cuda.synchronize()
            self.times.append((time.monotonic(), time.process_time()))

        def on_log(self, args, state, control, logs=None, **kwargs):
            self.losses += [float(logs["loss"])] if "loss" in logs else []

        def facts(self, tokens, warm):
            """`tokens` were trained on after the warm-up."""
            (start, _), (began, core), (ended, core_end) = (self.times[i] for i in (0, warm, -1))
            found = {
                "tokens_per_second": round(tokens / (ended - began), 1),
                "warmup_seconds": round(began - start, 1),
                "peak_gib": round(peak_gib(cuda), 2),
                "last_loss": round(self.losses[-1], 4),
            }
            # Other programs on the same cores cost time, and little of this.
            core = {} if cuda else {"tokens_per_core_second": round(tokens / (core_end - core), 1)}
            return {**found, **core}

    return Marks()


def rival(shape, examples, batch, steps, warm, folder, cuda, step_size):
    """Plain TRL at one device batch: what its marks say."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    rows = [
        {"input_ids": e["input_ids"], "completion_mask": [int(x != -100) for x in e["labels"]]}
        for e in examples
    ]
    marks = marks_of(cuda)
    trainer = SFTTrainer(
        model=make_model(shape, cuda),
        args=SFTConfig(
            output_dir=str(folder),
            per_device_train_batch_size=batch,
            gradient_accumulation_steps=step_size // batch,
            max_steps=steps,
            learning_rate=RATE,
            bf16=cuda,
            use_cpu=not cuda,
            gradient_checkpointing=False,
            max_length=1024,
            report_to="none",
            save_strategy="no",
            logging_steps=1,
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=make_tokenizer(),
        peft_config=LoraConfig(task_type="CAUSAL_LM", **LORA),
        callbacks=[marks],
    )
    trainer.train()
    # TRL draws its own order; all examples are seen once, so that the mean step is the same.
    return marks.facts(size(examples) / steps * (steps - warm), warm)


def ours(shape, examples, steps, warm, folder, cuda, step_size, flags=()):
    """train_lora.py's own trainer: what its marks say."""
    import lora_devices
    import lora_run
    import lora_settings
    import lora_stop

    flags = ["--model", ".", "--data", ".", "--out", folder, *flags]
    flags += ["--target_modules", "all-linear", "--batch_size", step_size, "--max_length", 1024]
    flags += ["--checkpoint_seconds", 1e6, "--learning_rate", RATE]
    args = lora_settings.parse_args([str(flag) for flag in flags])
    spread = lora_devices.claim_spread()
    lora_devices.begin()
    lora_run.load_model = lambda *_: make_model(shape, cuda)
    parts = [examples[at : at + step_size] for at in range(0, len(examples), step_size)]
    tokens = [size(sum(parts[: at + 1], [])) for at in range(steps)]
    trainer = lora_run.build_trainer(
        args,
        make_tokenizer(),
        {"train": examples, "held_out": []},
        (parts, tokens),
        lora_stop.Stop(),
        spread=spread,
    )
    Path(folder).mkdir(parents=True, exist_ok=True)
    marks = marks_of(cuda)
    trainer.add_callback(marks)
    trainer.train(resume_from_checkpoint=trainer.begin())
    rows = [json.loads(row) for row in trainer.rows]
    marks.losses = [row["loss"] for row in rows]
    return marks.facts(rows[-1]["tokens"] - rows[warm - 1]["tokens"], warm)


def side(args):
    """One side on one shape, in this process; prints its result as JSON on the last line."""
    import tempfile

    import torch

    cuda = torch.cuda.is_available()
    if cuda:
        torch.backends.cuda.enable_cudnn_sdp(False)
    else:
        torch.set_num_threads(args.threads)
    steps, warm = args.steps or (STEPS if cuda else CPU_STEPS)[args.side]
    kind, words = ("sample", 49152) if args.shape == "embedded" else ("spider", WORDS)
    examples = examples_of(kind, words, steps * args.step)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        if args.side == "ours":
            flags = ["--kernels", args.kernels, *(["--threads", args.threads] if not cuda else [])]
            result = ours(args.shape, examples, steps, warm, folder, cuda, args.step, flags)
            results.append({"device_batch": "by tokens", **result})
        for batch in args.batches if args.side == "rival" else ():
            try:
                result = rival(args.shape, examples, batch, steps, warm, folder, cuda, args.step)
                results.append({"device_batch": batch, **result})
            except torch.OutOfMemoryError:
                results.append({"device_batch": batch, "out_of_memory": True})
            gc.collect()
            if cuda:
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
    if int(os.environ.get("RANK", "0")) == 0:
        print("RESULT " + json.dumps(results), flush=True)


def in_process(shape, which, batches, step, threads, launcher=(), more=()):
    command = [*(launcher or [sys.executable]), __file__, "side", "--shape", shape, "--side", which]
    command += ["--step", step, "--threads", threads, "--batches", *batches, *more]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not found:
        raise SystemExit(f"training_bench: {shape} {which} failed with code {done.returncode}")
    return json.loads(found[-1].removeprefix("RESULT "))


def compare(args):
    """Both sides on all shapes, and the tables' files."""
    from training_table import environment, write

    shapes = ["embedded"] if args.command == "cpu" else args.shapes
    results = []
    for shape in shapes:
        batches = [batch for batch in args.batches if batch <= args.step]
        more = ["--steps", *args.steps] if args.steps else []
        sides = {
            which: in_process(shape, which, batches, args.step, args.threads, more=more)
            for which in ("rival", "ours")
        }
        results.append({"shape": shape, "step_examples": args.step, **sides})
        print(json.dumps(results[-1]), flush=True)
        write(Path(args.out), args.command, environment(args.threads), results)


def several(args):
    """Ours on one GPU and on two, the same steps; and the largest shape spread over two."""
    from training_table import environment, write

    more = ["--steps", 32, 12]
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--config_file"]
    launchers = {
        name: [*launch, str(ROOT / "config" / "accelerate" / f"{name}.yaml"), "--num_processes"]
        for name in ("ddp", "fsdp")
    }
    results = []
    for shape, launcher, counts, step in (
        ("1.5B", "ddp", (1, 2), 64),
        ("7B", "ddp", (1, 2), 32),
        ("7B", "fsdp", (2,), 32),
    ):
        for count in counts:
            # One process is one GPU, without a launcher.
            started = [*launchers[launcher], str(count)] if count > 1 else ()
            (found,) = in_process(shape, "ours", (), step, args.threads, started, more)
            by = launcher if count > 1 else "one process"
            results.append(
                {"shape": shape, "step_examples": step, "gpus": count, "by": by, **found}
            )
            print(json.dumps(results[-1]), flush=True)
            write(Path(args.out), args.command, environment(args.threads), results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("cpu", "gpu", "gpus", "side"))
    parser.add_argument("--out", default=str(ROOT / "results" / "bench"))
    parser.add_argument("--shapes", nargs="+", default=[*SHAPES], choices=[*SHAPES])
    parser.add_argument("--batches", nargs="*", type=int, default=[*DEVICE_BATCHES])
    parser.add_argument("--step", type=int, default=STEP, help="examples an optimizer step")
    parser.add_argument("--steps", nargs=2, type=int, help="of one side, and warm-up of these")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shape", default="embedded")
    parser.add_argument("--side", choices=("rival", "ours"))
    parser.add_argument("--kernels", default="auto", help="of a side that is ours")
    args = parser.parse_args()
    {"side": side, "gpus": several}.get(args.command, compare)(args)


if __name__ == "__main__":
    main()
