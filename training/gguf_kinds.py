"""The kinds of model that `dequantize_gguf.py` converts, and how their files differ.

What differs is what a GGUF says and how it says it, against the folder that transformers reads.
"""

from dataclasses import dataclass

WORDS, OUTPUT = "token_embd.weight", "output.weight"
# A layer's tensors: their names in a GGUF, and in transformers below the layer.
LAYER = {
    **{f"attn_{kind}": f"self_attn.{kind}_proj" for kind in "qkv"},
    "attn_output": "self_attn.o_proj",
    **{f"ffn_{kind}": f"mlp.{kind}_proj" for kind in ("gate", "up", "down")},
    "attn_norm": "input_layernorm",
}


class Field(str):
    """The name of a field of the file, in place of a value."""


# How many words there are, which a tensor says and no field.
VOCABULARY = object()


@dataclass(frozen=True)
class Kind:
    """One architecture: what its GGUF holds, and what of it a published config.json says besides."""

    name: str
    # As its users name it, in messages.
    title: str
    layer: dict
    # Which list of the tokenizer's says how words are put together.
    word_order: str
    # Values of fields that a file may lack, but may not have otherwise.
    fixed: dict
    # config.json, in the published order: values, fields of the file, and the size of the vocabulary.
    config: dict
    generation: dict
    biased: tuple = ()
    # The widths of its models, where one matrix of words serves both ends.
    tied: tuple = ()
    # What a GGUF's norms have more than transformers' weights.
    norm_offset: float = 0.0
    # Whether words are normalised as Unicode's NFC, which a GGUF does not say.
    is_nfc: bool = False

    def fields_needed(self):
        """Names of the fields that a file of the kind has to have."""
        return [f"{self.name}.{value}" for value in self.config.values() if type(value) is Field]

    def filled_config(self, fields, vocabulary):
        """config.json of a file with these fields and so many words."""

        def filled(value):
            if value is VOCABULARY:
                return vocabulary
            return fields[f"{self.name}.{value}"] if type(value) is Field else value

        return {key: filled(value) for key, value in self.config.items()}


WIDTH, LAYERS = Field("embedding_length"), Field("block_count")
# What config.json of every kind has in a row.
SIZES = {
    "hidden_size": WIDTH,
    "intermediate_size": Field("feed_forward_length"),
    "num_hidden_layers": LAYERS,
    "num_attention_heads": Field("attention.head_count"),
    "num_key_value_heads": Field("attention.head_count_kv"),
    "max_position_embeddings": 32768,
}

QWEN2 = Kind(
    name="qwen2",
    title="Qwen2.5",
    layer={**LAYER, "ffn_norm": "post_attention_layernorm"},
    biased=("attn_q", "attn_k", "attn_v"),
    word_order="merges",
    # Of all sizes of Qwen2.5-Coder-Instruct: https://huggingface.co/Qwen
    fixed={
        "tokenizer.ggml.model": "gpt2",
        "context_length": 32768,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.freq_base": 1000000.0,
    },
    config={
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_act": "silu",
        **SIZES,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": True,
        "vocab_size": VOCABULARY,
        "bos_token_id": 151643,
        "eos_token_id": 151645,
        "torch_dtype": "bfloat16",
        "use_sliding_window": False,
        "sliding_window": None,
    },
    generation={
        "bos_token_id": 151643,
        "eos_token_id": [151645, 151643],
        "pad_token_id": 151643,
        "do_sample": False,
    },
    # 0.5B, 1.5B and 3B
    tied=(896, 1536, 2048),
    is_nfc=True,
)

# Source: Gemma3TextConfig of transformers 5.23, and the model's own at https://huggingface.co/google
GEMMA3 = Kind(
    name="gemma3",
    title="Gemma 3",
    layer={
        **LAYER,
        "attn_q_norm": "self_attn.q_norm",
        "attn_k_norm": "self_attn.k_norm",
        "post_attention_norm": "post_attention_layernorm",
        "ffn_norm": "pre_feedforward_layernorm",
        "post_ffw_norm": "post_feedforward_layernorm",
    },
    word_order="scores",
    fixed={
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.bos_token_id": 2,
        "tokenizer.ggml.padding_token_id": 0,
        "tokenizer.ggml.add_space_prefix": False,
        "context_length": 32768,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.freq_base": 1000000.0,
        "rope.freq_base_swa": 10000.0,
        "attention.key_length": 256,
        "attention.value_length": 256,
    },
    config={
        "architectures": ["Gemma3ForCausalLM"],
        "model_type": "gemma3_text",
        "hidden_activation": "gelu_pytorch_tanh",
        **SIZES,
        "head_dim": 256,
        "query_pre_attn_scalar": 256,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "rope_local_base_freq": 10000.0,
        "sliding_window": Field("attention.sliding_window"),
        "sliding_window_pattern": 6,
        "tie_word_embeddings": True,
        "vocab_size": VOCABULARY,
        "bos_token_id": 2,
        "eos_token_id": 1,
        "pad_token_id": 0,
        "torch_dtype": "bfloat16",
    },
    # 106 ends a turn
    generation={"bos_token_id": 2, "eos_token_id": [1, 106], "pad_token_id": 0, "do_sample": False},
    # 270M and 1B
    tied=(640, 1152),
    norm_offset=1.0,
)

KINDS = {kind.name: kind for kind in (QWEN2, GEMMA3)}
