"""The models and examples that training_bench.py trains: their shapes are real, what they say is not."""

import json
import random
from pathlib import Path

HERE = Path(__file__).parent
EMBEDDED = HERE.parent / "models" / "smollm2-135m-instruct"

# hidden, intermediate, layers, heads, key-value heads, tied: Qwen2.5-Coder's
SHAPES = {
    "0.5B": (896, 4864, 24, 14, 2, True),
    "1.5B": (1536, 8960, 28, 12, 2, True),
    "7B": (3584, 18944, 28, 28, 4, False),
}
WORDS = 151936


def examples_of(kind, words, count):
    """Examples of real lengths with random words: what a step costs does not depend on them."""
    lengths = json.loads((HERE / "training_lengths.json").read_text())[kind]
    rng = random.Random(1)
    rng.shuffle(lengths)
    examples = []
    for prompt, completion in (lengths[at % len(lengths)] for at in range(count)):
        ids = [rng.randrange(1000, words) for _ in range(prompt + completion)]
        labels = [-100] * prompt + ids[prompt:]
        examples.append({"input_ids": ids, "labels": labels, "kind": "sql"})
    return examples


def make_model(shape, cuda):
    import torch
    from transformers import AutoModelForCausalLM, Qwen2Config

    if shape == "embedded":
        return AutoModelForCausalLM.from_pretrained(EMBEDDED, dtype=torch.float32)
    width, inner, layers, heads, pairs, tied = SHAPES[shape]
    config = Qwen2Config(
        vocab_size=WORDS,
        hidden_size=width,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=pairs,
        tie_word_embeddings=tied,
        max_position_embeddings=32768,
    )
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda" if cuda else "cpu"):
        model = AutoModelForCausalLM.from_config(config)
    torch.set_default_dtype(torch.float32)
    return model


def make_tokenizer():
    """TRL wants a tokenizer; the examples are tokens already."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.WordLevel({"<end>": 0, "<pad>": 1}, unk_token="<end>"))
    return PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<end>", pad_token="<pad>")
