"""Tests of dequantize_gguf.py on small GGUFs of its kinds."""

import hashlib
import json
import math
from dataclasses import replace

import dequantize_gguf
import gguf
import gguf_kinds
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

WIDTH, INNER, HEADS, PAIRS, LAYERS = 32, 64, 4, 2, 2
CHARACTERS = [chr(code) for code in range(33, 127)]
TOKENS = [*CHARACTERS, "Ġ", "Ċ", "ab", "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = "{% for m in messages %}{{ '<|im_start|>' + m['content'] + '<|im_end|>' }}{% endfor %}"


def shapes():
    """The sizes of every tensor of the model, [out, in], by its name in a GGUF."""
    key = WIDTH // HEADS * PAIRS
    sizes = {"token_embd.weight": (len(TOKENS), WIDTH), "output.weight": (len(TOKENS), WIDTH)}
    sizes["output_norm.weight"] = (WIDTH,)
    for layer in range(LAYERS):
        own = {
            "attn_q.weight": (WIDTH, WIDTH),
            "attn_k.weight": (key, WIDTH),
            "attn_v.weight": (key, WIDTH),
            "attn_q.bias": (WIDTH,),
            "attn_k.bias": (key,),
            "attn_v.bias": (key,),
            "attn_output.weight": (WIDTH, WIDTH),
            "ffn_gate.weight": (INNER, WIDTH),
            "ffn_up.weight": (INNER, WIDTH),
            "ffn_down.weight": (WIDTH, INNER),
            "attn_norm.weight": (WIDTH,),
            "ffn_norm.weight": (WIDTH,),
        }
        sizes |= {f"blk.{layer}.{name}": size for name, size in own.items()}
    return sizes


def write_gguf(path, architecture="qwen2", more=(), without=(), theta=1e6):
    """A model of random weights, 8 bits where a matrix; returns the weights as they are rounded.

    `more` are tensors besides its own, `without` its tensors and fields that are left out.
    """
    rng = np.random.default_rng(1)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    if "block_count" not in without:
        writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(PAIRS)
    writer.add_context_length(32768)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(theta)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(TOKENS)
    writer.add_token_types([1] * (len(TOKENS) - 3) + [3] * 3)
    if "merges" not in without:
        writer.add_token_merges(["a b"])
    writer.add_eos_token_id(len(TOKENS) - 1)
    writer.add_bos_token_id(len(TOKENS) - 3)
    writer.add_chat_template(TEMPLATE)
    rounded = {}
    kind = gguf.GGMLQuantizationType.Q8_0
    for name, size in [*shapes().items(), *more]:
        if name in without:
            continue
        values = rng.standard_normal(size, dtype=np.float32) * 0.1
        if len(size) == 1:
            writer.add_tensor(name, values)
            rounded[name] = values
        else:
            packed = gguf.quantize(values, kind)
            writer.add_tensor(name, packed, raw_dtype=kind)
            rounded[name] = gguf.dequantize(packed, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return rounded


@pytest.fixture(autouse=True)
def small_models(monkeypatch):
    small = {name: replace(kind, tied=(WIDTH,)) for name, kind in gguf_kinds.KINDS.items()}
    monkeypatch.setattr(dequantize_gguf, "KINDS", small)


def test_a_folder_has_the_rounded_weights_and_the_files_tokenizer(tmp_path, capsys):
    rounded = write_gguf(tmp_path / "m.gguf")
    out = tmp_path / "model"
    assert dequantize_gguf.main([str(tmp_path / "m.gguf"), "--out", str(out)]) == 0
    weights = load_file(out / "model.safetensors")
    assert len(weights) == len(rounded) - 1  # the words' matrix has one place
    expected = {
        "model.embed_tokens.weight": "output.weight",
        "model.norm.weight": "output_norm.weight",
        "model.layers.1.self_attn.k_proj.bias": "blk.1.attn_k.bias",
        "model.layers.0.mlp.down_proj.weight": "blk.0.ffn_down.weight",
        "model.layers.1.post_attention_layernorm.weight": "blk.1.ffn_norm.weight",
    }
    for name, source in expected.items():
        assert weights[name].dtype == torch.bfloat16
        assert torch.equal(weights[name], torch.from_numpy(rounded[source]).bfloat16()), name
    model = AutoModelForCausalLM.from_pretrained(out)
    assert set(dict(model.named_parameters())) == set(weights)
    tokenizer = AutoTokenizer.from_pretrained(out)
    ids = tokenizer("ab c").input_ids
    assert [TOKENS[at] for at in ids] == ["ab", "Ġ", "c"]
    assert tokenizer.chat_template == TEMPLATE
    printed = capsys.readouterr().out
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        assert f"{hashlib.sha256((out / name).read_bytes()).hexdigest()}  {name}" in printed


def recorded(path, sums):
    path.write_text(json.dumps({"provenance": {"modelFiles": sums}}))
    return str(path)


def test_recorded_files_are_held_to_their_sums(tmp_path, capsys):
    source, out = str(tmp_path / "m.gguf"), tmp_path / "model"
    write_gguf(source)
    assert dequantize_gguf.main([source, "--out", str(out)]) == 0
    sums = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in out.iterdir()}
    right = recorded(tmp_path / "right.json", sums)
    again = str(tmp_path / "again")
    assert dequantize_gguf.main([source, "--out", again, "--recorded", right]) == 0
    assert "the recorded model" in capsys.readouterr().out
    wrong = recorded(tmp_path / "wrong.json", {**sums, "config.json": "0" * 64, "more.json": "1"})
    other = tmp_path / "other"
    assert dequantize_gguf.main([source, "--out", str(other), "--recorded", wrong]) == 2
    assert "than the recorded one: config.json, more.json" in capsys.readouterr().err
    assert not other.exists()


def test_what_cannot_be_converted_is_one_line_and_exit_code_2(tmp_path, capsys):
    source = tmp_path / "m.gguf"
    write_gguf(source)
    write_gguf(tmp_path / "llama.gguf", architecture="llama")
    write_gguf(tmp_path / "more.gguf", more=[("blk.0.attn_sinks.weight", (WIDTH,))])
    (tmp_path / "broken.gguf").write_bytes(b"no GGUF at all, but some bytes")
    write_gguf(tmp_path / "cut.gguf", without=("blk.1.attn_q.bias", "output_norm.weight"))
    write_gguf(tmp_path / "deep.gguf", more=[("blk.9.attn_q.bias", (WIDTH,))])
    write_gguf(tmp_path / "theta.gguf", theta=1e4)
    write_gguf(tmp_path / "fields.gguf", without=("merges", "block_count"))
    (tmp_path / "there").mkdir()
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "null.json").write_text('{"provenance": {"modelFiles": null}}')
    before = sorted(tmp_path.iterdir())
    for name, flags, line in (
        ("none.gguf", ["--out", "new"], "there is no file"),
        ("broken.gguf", ["--out", "new"], "cannot be read as GGUF"),
        ("llama.gguf", ["--out", "new"], "a model of kind llama"),
        ("more.gguf", ["--out", "new"], "a tensor that qwen2 does not: blk.0.attn_sinks.weight"),
        ("m.gguf", ["--out", "there"], "there exists"),
        ("cut.gguf", ["--out", "new"], "lacks 2 of its tensors: blk.1.attn_q.bias, output_norm"),
        ("deep.gguf", ["--out", "new"], "a tensor that qwen2 does not: blk.9.attn_q.bias"),
        ("theta.gguf", ["--out", "new"], "has qwen2.rope.freq_base 10000"),
        ("fields.gguf", ["--out", "new"], "lacks qwen2.block_count, tokenizer.ggml.merges"),
        ("m.gguf", ["--out", "m.gguf/new"], "cannot convert"),
        ("m.gguf", ["--out", "new", "--recorded", "null.json"], "names no files of a model"),
        ("m.gguf", ["--out", "new", "--recorded", "bad.json"], "cannot read the recorded model's"),
    ):
        paths = [tmp_path / word if word[0] != "-" else word for word in flags]
        assert dequantize_gguf.main([str(tmp_path / name), *map(str, paths)]) == 2
        told = capsys.readouterr().err
        assert line in told and told.count("\n") == 1, told
        assert sorted(tmp_path.iterdir()) == before


# Pieces of SentencePiece: four that control, the bytes, then words by falling score.
PIECES = ["<pad>", "<eos>", "<bos>", "<unk>"]
PIECES += [f"<0x{byte:02X}>" for byte in range(256)]
PIECES += ["<start_of_turn>", "<end_of_turn>", "\n", "▁", *CHARACTERS, "ab"]
TURNS = "config/chat/gemma_turns.jinja"


def write_gemma(path, sliding_window=8, more=(), own=None, heads=HEADS):
    """A Gemma 3 of random weights in float32; returns them.

    `more` are fields besides, (name, value, type); `own` its chat template; `heads` those that it
    says it has.
    """
    size, head = len(PIECES), 256
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(heads)
    writer.add_head_count_kv(PAIRS)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_sliding_window(sliding_window)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(PIECES)
    writer.add_token_scores([-float(at) for at in range(size)])
    writer.add_token_types([3] * 3 + [2] + [6] * 256 + [3] * 2 + [1] * (size - 262))
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_space_prefix(False)
    if own is not None:
        writer.add_chat_template(own)
    for name, value, kind in more:
        writer.add_key_value(name, value, kind)
    sizes = {"token_embd.weight": (size, WIDTH), "output_norm.weight": (WIDTH,)}
    parts = {
        "attn_q": (HEADS * head, WIDTH),
        "attn_k": (PAIRS * head, WIDTH),
        "attn_v": (PAIRS * head, WIDTH),
        "attn_output": (WIDTH, HEADS * head),
        "ffn_gate": (INNER, WIDTH),
        "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
        "attn_q_norm": (head,),
        "attn_k_norm": (head,),
        "attn_norm": (WIDTH,),
        "post_attention_norm": (WIDTH,),
        "ffn_norm": (WIDTH,),
        "post_ffw_norm": (WIDTH,),
    }
    for layer in range(LAYERS):
        sizes |= {f"blk.{layer}.{name}.weight": size for name, size in parts.items()}
    rng = np.random.default_rng(1)
    weights = {name: rng.standard_normal(size, dtype=np.float32) for name, size in sizes.items()}
    for name, values in weights.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


def test_gemma_3_has_norms_less_one_and_a_given_chat_template(tmp_path):
    source, out = tmp_path / "m.gguf", tmp_path / "model"
    written = write_gemma(source)
    flags = ["--out", str(out), "--chat-template", TURNS]
    assert dequantize_gguf.main([str(source), *flags]) == 0
    weights = load_file(out / "model.safetensors")
    layer = "model.layers.1"
    for name, part in (
        (f"{layer}.input_layernorm", "attn_norm"),
        (f"{layer}.self_attn.q_norm", "attn_q_norm"),
        (f"{layer}.post_attention_layernorm", "post_attention_norm"),
        (f"{layer}.pre_feedforward_layernorm", "ffn_norm"),
        (f"{layer}.post_feedforward_layernorm", "post_ffw_norm"),
    ):
        expected = torch.from_numpy(written[f"blk.1.{part}.weight"] - 1).bfloat16()
        assert torch.equal(weights[f"{name}.weight"], expected), name
    assert torch.equal(
        weights[f"{layer}.mlp.up_proj.weight"],
        torch.from_numpy(written["blk.1.ffn_up.weight"]).bfloat16(),
    )
    model = AutoModelForCausalLM.from_pretrained(out)
    assert set(dict(model.named_parameters())) == set(weights)
    assert model.config.sliding_window == 8
    tokenizer = AutoTokenizer.from_pretrained(out)
    question = [{"role": "user", "content": " ab é\n"}]
    rendered = tokenizer.apply_chat_template(
        question, add_generation_prompt=True, return_dict=False
    )
    pieces = [PIECES[at] for at in rendered]
    assert pieces[:2] == ["<bos>", "<start_of_turn>"]
    assert pieces[6:13] == ["\n", "ab", "▁", "<0xC3>", "<0xA9>", "<end_of_turn>", "\n"]
    assert tokenizer.decode(rendered).endswith("<start_of_turn>model\n")


def test_a_template_is_given_where_the_file_has_none_and_only_there(tmp_path, capsys):
    write_gemma(tmp_path / "gemma.gguf")
    write_gguf(tmp_path / "qwen.gguf")
    write_gemma(tmp_path / "blank.gguf", own="\n")
    (tmp_path / "empty.jinja").write_text("\n")
    (tmp_path / "bytes.jinja").write_bytes(b"\xff\xfe{{")
    (tmp_path / "cut.jinja").write_text("{% for m in messages %}{{ m['content'] }}")
    (tmp_path / "silent.jinja").write_text("no Jinja at all")
    before = sorted(tmp_path.iterdir())
    for name, template, line in (
        ("gemma.gguf", None, "lacks tokenizer.chat_template: give --chat-template FILE"),
        ("blank.gguf", None, "lacks tokenizer.chat_template: give --chat-template FILE"),
        ("gemma.gguf", tmp_path / "none.jinja", "cannot read the chat template in"),
        ("gemma.gguf", tmp_path / "bytes.jinja", "cannot read the chat template in"),
        ("gemma.gguf", tmp_path / "cut.jinja", "the chat template cannot write a question: "),
        ("gemma.gguf", tmp_path / "silent.jinja", "the chat template leaves out what the user says"),
        ("gemma.gguf", tmp_path / "empty.jinja", "has no chat template"),
        ("qwen.gguf", TURNS, "has a chat template of its own: leave --chat-template out"),
    ):
        flags = ["--chat-template", str(template)] if template else []
        out = str(tmp_path / "new")
        assert dequantize_gguf.main([str(tmp_path / name), "--out", out, *flags]) == 2
        told = capsys.readouterr().err
        assert line in told and told.count("\n") == 1, told
        assert sorted(tmp_path.iterdir()) == before


U32, F32 = gguf.GGUFValueType.UINT32, gguf.GGUFValueType.FLOAT32
TEXT, FLAG = gguf.GGUFValueType.STRING, gguf.GGUFValueType.BOOL


@pytest.mark.parametrize(
    ("more", "line"),
    [
        # what a transformers model of this config.json would not compute
        (("gemma3.rope.scaling.type", "linear", TEXT), "has gemma3.rope.scaling.type: Gemma 3 does"),
        (("gemma3.attn_logit_softcapping", 50.0, F32), "gemma3.attn_logit_softcapping: Gemma 3"),
        (("gemma3.attention.causal", False, FLAG), "has gemma3.attention.causal: Gemma 3 does not"),
        (("gemma3.rope.freq_base_swa", 5e5, F32), "gemma3.rope.freq_base_swa 500000.0: Gemma 3 has"),
        (("gemma3.attention.layer_norm_rms_epsilon", math.nan, F32), "rms_epsilon nan: Gemma 3 has"),
        (("gemma3.context_length", 4096, U32), "gemma3.context_length 4096: Gemma 3 has 32768"),
        (("gemma3.vocab_size", 7, U32), "gemma3.vocab_size 7: its matrix of words has 3"),
    ],
)
def test_a_field_of_another_model_is_refused_by_name(tmp_path, capsys, more, line):
    write_gemma(tmp_path / "m.gguf", more=[more])
    flags = ["--out", str(tmp_path / "new"), "--chat-template", TURNS]
    assert dequantize_gguf.main([str(tmp_path / "m.gguf"), *flags]) == 2
    told = capsys.readouterr().err
    assert line in told and told.count("\n") == 1, told
    assert [file.name for file in tmp_path.iterdir()] == ["m.gguf"]


@pytest.mark.parametrize(
    ("other", "line"),
    [
        ({"sliding_window": 0}, "has gemma3.attention.sliding_window 0: it is a whole number from 1"),
        ({"heads": [HEADS] * LAYERS}, "has gemma3.attention.head_count [4, 4]: it is a whole number"),
        ({"heads": 2 * HEADS}, "has blk.0.attn_q.weight of sizes [1024, 32]: its fields say [2048,"),
    ],
)
def test_numbers_that_are_no_model_s_are_refused(tmp_path, capsys, other, line):
    write_gemma(tmp_path / "m.gguf", **other)
    flags = ["--out", str(tmp_path / "new"), "--chat-template", TURNS]
    assert dequantize_gguf.main([str(tmp_path / "m.gguf"), *flags]) == 2
    assert line in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["m.gguf"]


@pytest.mark.parametrize("kind", gguf_kinds.KINDS.values(), ids=gguf_kinds.KINDS)
@pytest.mark.parametrize("name", ["blk.3.attn_q.weight", "output.weight", "blk.12.ffn_norm.weight"])
def test_own_name_knows_every_kind(kind, name):
    tensor = type("Tensor", (), {"name": name})()
    assert dequantize_gguf.own_name(kind, tensor).startswith("model.")


def test_models_with_two_matrices_of_words_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.undo()
    write_gguf(tmp_path / "m.gguf")
    assert dequantize_gguf.main([str(tmp_path / "m.gguf"), "--out", str(tmp_path / "new")]) == 2
    assert "has a width of 32: only models of 896 or 1536 or 2048" in capsys.readouterr().err
