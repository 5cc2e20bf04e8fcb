"""Training as a user runs it, on a model of real shape in bfloat16: needs an NVIDIA GPU.

    .venv/bin/python -m pytest -q -s training/test_gpu_training.py    # -s shows the losses

The small twin in float32 runs anywhere. Both learn a made-up query language from records of
unequal length, so that every batch would be padded, and are judged on records that they never saw.
"""

import math
import random

import lora_chat
import lora_run
import lora_settings
import lora_stop
import pytest
import torch
from lora_data import UsageError
from peft import PeftModel
from safetensors.torch import load_file
from testing.tiny_model import record, rows, run, write_records
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
)

STEPS = 60
BATCH = 16
COLUMNS = 12
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|> ' + m['role'] + ' ' + m['content'] + ' <|im_end|> ' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|> assistant ' }}{% endif %}"
)
REAL_SHAPE = {
    "hidden_size": 512,
    "intermediate_size": 1408,
    "num_hidden_layers": 8,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
}
SMALL_SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
NO_GPU = "no NVIDIA GPU here: training in bfloat16 on CUDA is not tested"


def language(count, words, seed, longest):
    """Records of the made-up language: a few columns to select, and a table that the query names.

    The question is followed by words of no meaning, between none and `longest` of them.
    """
    rng = random.Random(seed)
    records = []
    for _ in range(count):
        columns = rng.sample(range(COLUMNS), rng.randint(1, 5))
        table = rng.randrange(COLUMNS)
        noise = [f"w{rng.randrange(words)}" for _ in range(rng.randint(0, longest))]
        wanted = [f"column{n}" for n in columns]
        question = " ".join(["show", *wanted, "of", f"table{table}", "?", *noise])
        query = "SELECT " + " , ".join(wanted) + f" FROM table{table}"
        records.append(record(question, query))
    return records


def write_base(folder, kind, shape, words, dtype):
    """A random model of the given shape, and a tokenizer with a token for every word."""
    added = ["<|im_start|>", "<|im_end|>"]
    known = "system user assistant show of ? SELECT , FROM <unk>".split()
    known += [f"{name}{n}" for name in ("column", "table") for n in range(COLUMNS)]
    vocabulary = [*added, *known, *(f"w{n}" for n in range(words))]
    core = Tokenizer(models.WordLevel({word: at for at, word in enumerate(vocabulary)}, "<unk>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token=added[1],
        pad_token=added[1],
        additional_special_tokens=added[:1],
        chat_template=TEMPLATE,
    )
    torch.manual_seed(7)
    config = kind(
        vocab_size=len(vocabulary),
        max_position_embeddings=1024,
        initializer_range=0.05,
        bos_token_id=0,
        eos_token_id=1,
        # By default 0 for Gemma 3, whose row of the embedding is then zero: every example begins
        # with it here, and the gradient through its norms, 1000 times larger at each, is NaN.
        pad_token_id=None,
        **shape,
    )
    AutoModelForCausalLM.from_config(config).to(dtype).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@torch.no_grad()
def held_out_loss(folder, adapter, records, dtype):
    """Mean loss a labelled token, one record at a time, so that nothing is padded."""
    tokenizer = lora_run.load_tokenizer(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    if adapter:
        model = PeftModel.from_pretrained(model, adapter)
    model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
    chat = lora_chat.Chat(tokenizer)
    total = count = 0
    for row in records:
        example = chat.encode({**row, "line": 1})
        inputs = {name: torch.tensor([ids]).to(model.device) for name, ids in example.items()}
        labelled = sum(label != -100 for label in example["labels"])
        total += model(**inputs).loss.item() * labelled
        count += labelled
    return total / count


def learn(folder, *, kind=LlamaConfig, shape, words, dtype, longest, flags=()):
    """Train for STEPS steps and check that it was sound; returns the held-out losses."""
    model, out, data = folder / "model", folder / "run", folder / "train.jsonl"
    write_base(model, kind, shape, words, dtype)
    write_records(data, language(STEPS * BATCH, words, seed=1, longest=longest))
    unseen = language(64, words, seed=2, longest=longest)
    name = str(dtype).removeprefix("torch.")
    base = ("--model", model, "--data", data, "--dtype", name, "--batch_size", BATCH)
    assert run(folder, out, *base, "--learning_rate", 2e-3, *flags) == 0
    log = rows(out)
    assert [row["step"] for row in log] == list(range(1, STEPS + 1))
    for row in log:
        assert math.isfinite(row["loss"]) and row["loss"] > 0
        assert math.isfinite(row["gradient_norm"]) and row["gradient_norm"] > 0
    assert log[-1]["tokens"] > 15 * STEPS * BATCH, "the tokenizer has lost words"
    for tensor in load_file(out / "adapter_model.safetensors").values():
        assert tensor.isfinite().all()
    before = held_out_loss(model, None, unseen, dtype)
    after = held_out_loss(model, out, unseen, dtype)
    shown = ", ".join(f"{row['loss']:.3f}" for row in log[::10])
    print(f"\n{kind.model_type} {name}: every tenth loss {shown}, the last {log[-1]['loss']:.3f}")
    print(f"held out: {before:.3f} -> {after:.3f} nats a token")
    print(f"{log[-1]['tokens'] / log[-1]['seconds']:.0f} tokens a second")
    return before, after


def test_a_small_model_learns_in_float32(tmp_path):
    before, after = learn(tmp_path, shape=SMALL_SHAPE, words=200, dtype=torch.float32, longest=20)
    assert after < before - 1.5


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
@pytest.mark.parametrize(
    "flags", [("--seed", 42), ("--seed", 43), ("--quantization", "nf4")], ids=["42", "43", "4_bit"]
)
def test_a_model_of_real_shape_learns_in_bfloat16_on_a_gpu(tmp_path, flags):
    if "nf4" in flags:  # it is asked on the unrounded base
        pytest.importorskip("bitsandbytes")
    before, after = learn(
        tmp_path,
        shape=REAL_SHAPE,
        words=4000,
        dtype=torch.bfloat16,
        longest=300,
        flags=flags,
    )
    assert after < before - 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
@pytest.mark.parametrize("kernels", ["packed", "graphs"])
def test_a_seed_gives_the_same_weights_again_in_a_fixed_order_on_a_gpu(tmp_path, kernels):
    weights = []
    try:
        for again in ("first", "second"):
            (tmp_path / again).mkdir()
            learn(
                tmp_path / again,
                shape=REAL_SHAPE,
                words=4000,
                dtype=torch.bfloat16,
                longest=300,
                flags=("--deterministic", "--kernels", kernels),
            )
            weights.append(load_file(tmp_path / again / "run" / "adapter_model.safetensors"))
    finally:
        torch.use_deterministic_algorithms(False)
    first, second = weights
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
def test_attention_with_a_window_has_finite_gradients_on_a_gpu():
    # Lengths, and heads with large logits, at which cuDNN's kernel has NaN.
    lora_run.without_cudnn_attention()
    torch.manual_seed(0)
    for length in [192, 320, 448] * 5:
        query, key, value = (
            torch.randn(BATCH, 8, length, 64) * scale + offset * torch.randn(1, 8, 1, 64)
            for scale, offset in ((3, 3), (3, 9), (1, 0))
        )
        inputs = [x.to("cuda", torch.bfloat16).requires_grad_() for x in (query, key, value)]
        at = torch.arange(length, device="cuda")
        behind = at[:, None] - at[None, :]
        mask = ((behind >= 0) & (behind < 64)).expand(BATCH, 1, length, length)
        output = torch.nn.functional.scaled_dot_product_attention(*inputs, attn_mask=mask)
        output.sum().backward()
        assert all(x.grad.isfinite().all() for x in inputs), length


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
def test_a_window_narrower_than_the_batch_learns_in_bfloat16_on_a_gpu(tmp_path):
    before, after = learn(
        tmp_path,
        kind=MistralConfig,
        shape={**REAL_SHAPE, "sliding_window": 64},
        words=4000,
        dtype=torch.bfloat16,
        longest=300,
    )
    assert after < before - 3


def steps_of(folder, kind):
    """A model of real shape in `folder`, and (tokenizer, steps of examples) to train it on."""
    # Gemma 3's heads are 256 wide, and its windows narrower than an example.
    more = {"sliding_window": 64} if kind is Gemma3TextConfig else {}
    write_base(folder / "model", kind, {**REAL_SHAPE, **more}, words=4000, dtype=torch.bfloat16)
    # (Of a Qwen2 model transformers takes the tokenizer for Qwen2's own.)
    write_base(folder / "words", LlamaConfig, SMALL_SHAPE, words=4000, dtype=torch.float32)
    records = language(5 * BATCH, words=4000, seed=3, longest=300)
    write_records(folder / "train.jsonl", records)
    chat = lora_chat.Chat(lora_run.load_tokenizer(folder / "words"))
    examples = [{**chat.encode({**row, "line": 1}), "kind": "sql"} for row in records]
    steps = [examples[at : at + BATCH] for at in range(0, len(examples), BATCH)]
    return chat.tokenizer, steps


def trainer_of(folder, tokenizer, steps, kernels, *flags):
    """A trainer of these steps whose adapter is away from zero, the same at every call."""
    words = ["--model", folder / "model", "--data", folder / "train.jsonl", "--kernels", kernels]
    words += ["--out", folder / kernels, "--batch_size", BATCH, "--target_modules", "all-linear"]
    words += ["--device_tokens", 2000, *flags]
    args = lora_settings.parse_args([str(word) for word in words])
    parts = {"train": sum(steps, []), "held_out": []}
    plan = (steps, [*range(1, len(steps) + 1)])
    trainer = lora_run.build_trainer(args, tokenizer, parts, plan, lora_stop.Stop())
    torch.manual_seed(1)
    for parameter in trainer.model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.02)
    return trainer


def assert_alike(left, right, cosine=0.995, share=0.03):
    """That two gradients point in nearly the same direction and are nearly as long."""
    found = torch.cosine_similarity(left, right, dim=0).item()
    assert found > cosine, found
    assert left.norm().item() == pytest.approx(right.norm().item(), rel=share)


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
@pytest.mark.parametrize("kind", [LlamaConfig, MistralConfig, Qwen2Config, Gemma3TextConfig])
def test_fused_graphs_packed_and_padded_give_the_same_gradient_on_a_gpu(tmp_path, kind):
    tokenizer, steps = steps_of(tmp_path, kind)
    seen = {}
    for kernels in ("plain", "packed", "graphs", "fused"):
        trainer = trainer_of(tmp_path, tokenizer, steps, kernels, "--dropout", 0)
        # The same steps twice: once to record graphs, once to replay them.
        results = []
        for step in steps * 2:
            loss = trainer.training_step(trainer.model, step).item()
            results.append((loss, trainer.runner.buffer.clone()))
        assert bool(trainer.runner.graphed) == (kernels in ("graphs", "fused"))
        assert ("fused lora" in trainer.runner.kernels) == (kernels == "fused")
        if trainer.runner.graphed:
            assert len(trainer.runner.graphed.recordings) > 1
        for first, second in zip(results[: len(steps)], results[len(steps) :], strict=True):
            assert first[0] == pytest.approx(second[0], rel=1e-3)
        seen[kernels] = results
    for kernels in ("packed", "graphs", "fused"):
        for left, right in zip(seen["plain"], seen[kernels], strict=True):
            assert left[0] == pytest.approx(right[0], rel=5e-3)
            assert_alike(left[1], right[1])


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
def test_fused_graphs_draw_other_masks_each_time_and_by_the_seed_the_same_on_a_gpu(tmp_path):
    tokenizer, steps = steps_of(tmp_path, LlamaConfig)
    trainer = trainer_of(tmp_path, tokenizer, steps[:1], "fused", "--dropout", 0.5)
    runner, found = trainer.runner, {}

    def step(seed):
        torch.manual_seed(seed)
        trainer.training_step(trainer.model, steps[0])
        return runner.buffer.clone()

    step(1)  # the first piece is not recorded, the others are
    graphs = runner.graphed
    found["replayed"], found["again"], found["other"] = step(5), step(5), step(6)
    trainer.training_step(trainer.model, steps[0])
    found["next"] = runner.buffer.clone()
    runner.graphed = None
    found["without graphs"] = step(5)
    assert graphs.recordings
    for name in ("again", "without graphs"):
        assert_alike(found["replayed"], found[name], cosine=0.999)
    for left, right in (("replayed", "other"), ("other", "next")):
        assert torch.cosine_similarity(found[left], found[right], dim=0) < 0.995, (left, right)


@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
def test_what_is_to_be_repeated_is_trained_without_the_fused_kernels_on_a_gpu(tmp_path):
    tokenizer, steps = steps_of(tmp_path, LlamaConfig)
    pytest.importorskip("triton")
    assert "fused lora" in trainer_of(tmp_path, tokenizer, steps, "auto").runner.kernels
    try:
        runner = trainer_of(tmp_path, tokenizer, steps, "auto", "--deterministic").runner
        assert runner.graphed and runner.seed is None and "fused" not in runner.kernels
        with pytest.raises(UsageError, match="kernels fused cannot be used: .* any order"):
            trainer_of(tmp_path, tokenizer, steps, "fused", "--deterministic")
    finally:
        torch.use_deterministic_algorithms(False)
