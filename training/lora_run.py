"""What train_lora.py needs of torch besides its trainer: model, tokenizer, settings, versions."""

import importlib.util
import os
import platform
import warnings
from importlib.metadata import PackageNotFoundError, version

import lora_devices
import torch
import transformers
from datasets import Dataset
from lora_data import UsageError
from lora_guards import gib, process_peak
from lora_trainer import CompletionTrainer
from peft import LoraConfig
from safetensors import SafetensorError
from steps.lora_batches import share, total_size
from steps.lora_choice import check_attention, choose_kernels, make_runner
from steps.lora_loss import check_logits
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, PrinterCallback
from trl import SFTConfig

PACKAGES = (
    *("torch", "trl", "peft", "transformers", "accelerate", "datasets", "safetensors"),
    *("liger_kernel", "triton", "bitsandbytes"),
)

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
# TRL 1.16 still uses names that transformers 5.23 has renamed.
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


def version_of(name):
    """A package's version; torch brings some of its own under other names."""
    try:
        return version(name.replace("_", "-"))
    except PackageNotFoundError:
        return importlib.import_module(name).__version__


def load_tokenizer(folder):
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if tokenizer.chat_template:
            tokenizer.get_chat_template()  # refuses several named ones without a default
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"cannot load the tokenizer in {folder}: {error}") from error
    if not tokenizer.chat_template:
        raise UsageError(
            f"the model in {folder} has no chat template; take an instruct model, or save a template "
            "there as chat_template.jinja"
        )
    if tokenizer.eos_token_id is None:
        raise UsageError(f"the tokenizer in {folder} names no end token (eos_token)")
    return tokenizer


def load_model(args, cuda, dtype, spread=False):
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
            # What is to be spread over several GPUs may not fit on one.
            device_map={"": torch.cuda.current_device()} if cuda and not spread else None,
        )
    except (OSError, ValueError, KeyError, ImportError, SafetensorError) as error:
        raise UsageError(f"cannot load the model in {args.model}: {error}") from error


def without_cudnn_attention():
    """Leave attention to torch's flash and memory-efficient kernels.

    Given a mask, whatever it shows, cuDNN's kernel has NaN in the bfloat16 gradient of the queries
    where a batch is an odd multiple of 64 tokens long (320, 448) and the logits are large, as
    Qwen2's key biases make them (cuDNN 9.19, torch 2.11, H100). Training passes no padding mask,
    so only a window narrower than the batch would meet it; the flash kernel that is taken instead
    of cuDNN's costs a tenth of a millisecond a layer and step.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)


def with_fixed_order():
    """Have torch take kernels that add in a fixed order.

    What has none raises a RuntimeError (`disorder()` in train_lora.py): with `warn_only` attention
    would take its unordered backward pass, although it has another. cuBLAS reads its setting when
    the first product is computed.
    """
    ordered = (":4096:8", ":16:8")
    if os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ordered[0]) not in ordered:
        was = os.environ["CUBLAS_WORKSPACE_CONFIG"]
        raise UsageError(
            f"CUBLAS_WORKSPACE_CONFIG is {was!r}, with which cuBLAS adds in any order: unset it, or "
            "train without deterministic"
        )
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory that was not written.
    torch.utils.deterministic.fill_uninitialized_memory = False


def pick_targets(model, wanted):
    """The modules that get an adapter, as PEFT takes them."""
    if wanted == "all-linear":
        return wanted
    targets = [name.strip() for name in wanted.split(",")]
    known = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
    missing = [name for name in targets if name not in known]
    if missing:
        raise UsageError(f"the model has no module named {', '.join(map(repr, missing))}")
    return targets


def sft_config(args, cuda, dtype):
    config = SFTConfig(
        output_dir=str(args.out),
        num_train_epochs=1,
        # What the loader gives is one whole step.
        per_device_train_batch_size=1,
        gradient_accumulation_steps=1,
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
        # On by default, it would log the loss of a ruined model as 0.0.
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to=[] if args.report_to == "none" else [args.report_to],
        dataloader_pin_memory=False,
    )
    # A process is one GPU; transformers would take all that it sees.
    config._n_gpu = min(1, config.n_gpu)
    return config


def build_trainer(args, tokenizer, examples, plan, stop, *, spread=False):
    """A trainer of `plan` = (steps of examples, tokens after each), one pass in that order.

    `examples` has "train" and "held_out", lists of encoded records. With `spread` the base model is
    sharded over the processes.
    """
    if args.threads:
        torch.set_num_threads(args.threads)
    check_report(args.report_to)
    cuda = torch.cuda.is_available()
    if cuda:
        without_cudnn_attention()
    if args.deterministic:
        with_fixed_order()
    dtype = {"auto": torch.bfloat16 if cuda else torch.float32}.get(args.dtype)
    dtype = dtype or getattr(torch, args.dtype)
    model = load_model(args, cuda, dtype, spread)
    check_attention(model.config.get_text_config())
    check_logits(model)
    longest = max(len(e["input_ids"]) for e in examples["train"] + examples["held_out"])
    kernels = choose_kernels(args, model, longest, spread)
    steps, tokens = plan
    largest = max(max(map(total_size, share(step, lora_devices.world()))) for step in steps)
    trainer = CompletionTrainer(
        model=model,
        args=sft_config(args, cuda, dtype),
        train_dataset=Dataset.from_list([{"input_ids": [0], "labels": [0]}]),  # never looked at
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=args.rank,
            lora_alpha=args.alpha,
            lora_dropout=args.dropout,
            target_modules=pick_targets(model, args.target_modules),
            use_rslora=args.use_rslora,
            use_dora=args.use_dora,
            task_type="CAUSAL_LM",
        ),
        steps=steps,
        tokens=tokens,
        held_out=examples["held_out"],
        make_runner=lambda model: make_runner(
            args, model, kernels, dtype, longest=longest, largest=largest
        ),
        checkpoints=args.checkpoints,
        patience=args.early_stopping_patience,
        checkpoint_seconds=args.checkpoint_seconds,
        stop=stop,
        spread=spread,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def check_report(wanted):
    """Refuse a place to report to whose package is not installed."""
    if wanted != "none" and importlib.util.find_spec(wanted) is None:
        raise UsageError(f"--report_to {wanted} needs the package {wanted}: pip install {wanted}")


def peak_line(device):
    """The most memory that was held, beside the line that planned it before the first step.

    On a GPU what torch had reserved of it, on a CPU what the whole process had.
    """
    if device.type == "cuda":
        return f"memory: {gib(torch.cuda.max_memory_reserved(device))} were the most on the GPU"
    return f"memory: {gib(process_peak())} were the most"


def environment(trainer):
    """Versions and hardware, as far as they bear on the result."""
    cuda = trainer.args.device.type == "cuda"
    packages = [name for name in PACKAGES if importlib.util.find_spec(name)]
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: version_of(name) for name in packages},
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "devices": lora_devices.world(),
        "dtype": str(trainer.model.get_input_embeddings().weight.dtype).removeprefix("torch."),
        "kernels": trainer.runner.kernels,
        "threads": torch.get_num_threads(),
    }
