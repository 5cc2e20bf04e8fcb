"""The parts of train_lora.py that need torch: model, trainer, checkpoints, environment."""

import json
import math
import os
import platform
import shutil
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import torch
import transformers
from datasets import Dataset
from lora_data import UsageError, say, write_json
from peft import LoraConfig
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, PrinterCallback
from trl import SFTConfig, SFTTrainer

REPORT_SECONDS = 5
PACKAGES = ("torch", "trl", "peft", "transformers", "accelerate", "datasets", "safetensors")

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
# TRL 1.16 still uses names that transformers 5.23 has renamed.
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


def completion_loss(model, inputs, num_items=None):
    """Mean negative log-likelihood (nats) of the labelled tokens, `num_items` of them if given.

    Equal to the model's own loss, but the LM head sees only the positions that predict a labelled
    token: with a vocabulary of 49k it is a fifth of the work of a 135M model, and most positions
    are prompt. TRL 1.16 skips them where it has Triton, but scores every position on a CPU.
    """
    targets = inputs["labels"][:, 1:]
    labelled = targets != -100
    head = model.get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, args: (args[0][:, :-1][labelled],))
    try:
        features = {key: value for key, value in inputs.items() if key != "labels"}
        logits = model(**features, use_cache=False).logits
    finally:
        hook.remove()
    total = torch.nn.functional.cross_entropy(logits.float(), targets[labelled], reduction="sum")
    return total / (labelled.sum() if num_items is None else num_items)


class CompletionTrainer(SFTTrainer):
    """SFTTrainer with the loss above, a plain progress log, and checkpoints that are never half.

    `tokens[i]` is the number of training tokens after step i + 1.
    """

    def __init__(self, *, tokens, checkpoint_seconds, **kwargs):
        super().__init__(**kwargs)
        self.run_dir = Path(self.args.output_dir)
        self.tokens = tokens
        self.checkpoint_seconds = checkpoint_seconds
        self.first_step = 0
        self.seconds_before = 0.0
        self.add_callback(SaveNowAndThen(self))

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        return completion_loss(model, inputs, num_items_in_batch)

    def begin(self):
        """Cut the loss log back to the last checkpoint, and return its folder if there is one."""
        folders = (self.run_dir / "checkpoints").glob("checkpoint-*")
        last = max(folders, key=lambda folder: int(folder.name.split("-")[1]), default=None)
        log = self.run_dir / "loss.jsonl"
        kept = []
        if last:
            self.first_step = int(last.name.split("-")[1])
            kept = log.read_text(encoding="utf-8").splitlines()[: self.first_step]
            self.seconds_before = json.loads(kept[-1])["seconds"]
            say(f"resumed at step {self.first_step} of {len(self.tokens)}")
        partial = log.with_name("loss.jsonl.partial")
        partial.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
        os.replace(partial, log)
        self.started = self.reported = self.saved = time.monotonic()
        return str(last) if last else None

    def log(self, logs, start_time=None):
        if "loss" not in logs:
            return
        step, now = self.state.global_step, time.monotonic()
        if not math.isfinite(logs["loss"]):
            raise UsageError(f"the loss is {logs['loss']} at step {step}: lower --learning_rate")
        seconds = self.seconds_before + now - self.started
        row = {
            "step": step,
            "loss": logs["loss"],
            "learning_rate": logs["learning_rate"],
            "tokens": self.tokens[step - 1],
            "seconds": round(seconds, 3),
        }
        with open(self.run_dir / "loss.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")
        if now - self.reported < REPORT_SECONDS and step < len(self.tokens):
            return
        self.reported = now
        before = self.tokens[self.first_step - 1] if self.first_step else 0
        rate = (self.tokens[step - 1] - before) / (now - self.started)
        left = (self.tokens[-1] - self.tokens[step - 1]) / rate
        say(
            f"step {step}/{len(self.tokens)}  loss {logs['loss']:.3f}  {rate:.0f} tokens/s  "
            f"{math.ceil(left)} s left"
        )

    def _save_checkpoint(self, model, trial):
        folder = self.run_dir / "checkpoints"
        partial = self.run_dir / "checkpoints.partial"
        shutil.rmtree(partial, ignore_errors=True)
        self.args.output_dir = str(partial)
        # SFTTrainer's own method would write a model card; the one above it writes the state.
        super(SFTTrainer, self)._save_checkpoint(model, trial)
        self.args.output_dir = str(self.run_dir)
        name = f"checkpoint-{self.state.global_step}"
        older = list(folder.glob("checkpoint-*"))
        folder.mkdir(exist_ok=True)
        os.replace(partial / name, folder / name)
        for path in [*older, partial]:
            shutil.rmtree(path)
        self.saved = time.monotonic()

    def save_adapter(self):
        """Write both adapter files, the weights last: where they are, the run is complete."""
        partial = self.run_dir / "adapter.partial"
        self.model.save_pretrained(partial)
        config = json.loads((partial / "adapter_config.json").read_text(encoding="utf-8"))
        # PEFT writes this set in an order that changes from process to process.
        if isinstance(config["target_modules"], list):
            config["target_modules"].sort()
        write_json(self.run_dir / "adapter_config.json", config)
        os.replace(
            partial / "adapter_model.safetensors", self.run_dir / "adapter_model.safetensors"
        )
        shutil.rmtree(partial)


class SaveNowAndThen(transformers.TrainerCallback):
    """Ask for a checkpoint when enough time has passed since the last one."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_step_end(self, args, state, control, **kwargs):
        due = time.monotonic() - self.trainer.saved >= self.trainer.checkpoint_seconds
        control.should_save = due and state.global_step < state.max_steps


def load_tokenizer(folder):
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"cannot load the tokenizer in {folder}: {error}") from error
    if not tokenizer.chat_template or tokenizer.eos_token_id is None:
        raise UsageError(f"the tokenizer in {folder} lacks a chat template or an end token")
    return tokenizer


def load_model(args, cuda, dtype):
    quantization = None
    if args.quantization == "nf4":
        if not cuda:
            raise UsageError("--quantization nf4 needs an NVIDIA GPU, and there is none here")
        quantization = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    try:
        return AutoModelForCausalLM.from_pretrained(
            args.model,
            dtype=dtype,
            quantization_config=quantization,
            device_map={"": 0} if cuda else None,
        )
    except (OSError, ValueError, KeyError, ImportError, SafetensorError) as error:
        raise UsageError(f"cannot load the model in {args.model}: {error}") from error


def build_trainer(args, tokenizer, examples, tokens):
    """A trainer that takes `examples` in the order given, one pass, `tokens` as in its class."""
    if args.threads:
        torch.set_num_threads(args.threads)
    cuda = torch.cuda.is_available()
    dtype = {"auto": torch.bfloat16 if cuda else torch.float32}.get(args.dtype)
    dtype = dtype or getattr(torch, args.dtype)
    model = load_model(args, cuda, dtype)
    targets = args.target_modules
    if targets != "all-linear":
        targets = [name.strip() for name in targets.split(",")]
        known = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
        missing = [name for name in targets if name not in known]
        if missing:
            raise UsageError(f"the model has no module named {', '.join(map(repr, missing))}")
    config = SFTConfig(
        output_dir=str(args.out),
        num_train_epochs=1,
        per_device_train_batch_size=args.batch_size,
        gradient_accumulation_steps=args.gradient_accumulation,
        # The plan is the order: it groups by length, counts tokens, and is resumed exactly.
        train_sampling_strategy="sequential",
        dataset_kwargs={"skip_prepare_dataset": True},
        learning_rate=args.learning_rate,
        lr_scheduler_type="linear",
        max_length=args.max_length,
        seed=args.seed,
        use_cpu=not cuda,
        bf16=cuda and dtype == torch.bfloat16,
        # It trades time for memory, which only the 4-bit setting is short of.
        gradient_checkpointing=args.quantization == "nf4",
        save_strategy="no",
        logging_steps=1,
        disable_tqdm=True,
        report_to="none",
        dataloader_pin_memory=cuda,
    )
    trainer = CompletionTrainer(
        model=model,
        args=config,
        train_dataset=Dataset.from_list(examples),
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=args.rank,
            lora_alpha=args.alpha,
            lora_dropout=args.dropout,
            target_modules=targets,
            task_type="CAUSAL_LM",
        ),
        tokens=tokens,
        checkpoint_seconds=args.checkpoint_seconds,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def environment(trainer):
    """Versions and hardware, as far as they bear on the result."""
    cuda = trainer.args.device.type == "cuda"
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: version(name) for name in PACKAGES},
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "dtype": str(trainer.model.get_input_embeddings().weight.dtype).removeprefix("torch."),
        "threads": torch.get_num_threads(),
    }
