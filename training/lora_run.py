"""What train_lora.py needs of torch besides its trainer: model, tokenizer, settings, versions."""

import platform
import warnings
from importlib.metadata import version

import torch
import transformers
from datasets import Dataset
from lora_data import UsageError
from lora_trainer import CompletionTrainer
from peft import LoraConfig
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, PrinterCallback
from trl import SFTConfig

PACKAGES = ("torch", "trl", "peft", "transformers", "accelerate", "datasets", "safetensors")

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
# TRL 1.16 still uses names that transformers 5.23 has renamed.
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


def load_tokenizer(folder):
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if tokenizer.chat_template:
            tokenizer.get_chat_template()  # refuses several named ones without a default
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


def without_cudnn_attention():
    """Leave attention to torch's flash and memory-efficient kernels.

    Given a mask, whatever it shows, cuDNN's kernel has NaN in the bfloat16 gradient of the queries
    where a batch is an odd multiple of 64 tokens long (320, 448) and the logits are large, as
    Qwen2's key biases make them (cuDNN 9.19, torch 2.11, H100). Training passes no padding mask,
    so only a window narrower than the batch would meet it; the flash kernel that is taken instead
    of cuDNN's costs a tenth of a millisecond a layer and step.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)


def build_trainer(args, tokenizer, examples, tokens, stop):
    """A trainer that takes `examples` in the order given, one pass; the rest as in its class."""
    if args.threads:
        torch.set_num_threads(args.threads)
    cuda = torch.cuda.is_available()
    if cuda:
        without_cudnn_attention()
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
        # On by default, it would log the loss of a ruined model as 0.0.
        logging_nan_inf_filter=False,
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
        stop=stop,
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
