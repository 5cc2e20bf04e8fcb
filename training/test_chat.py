"""Tests of lora_chat.py: templates of every kind that training meets, and where a turn ends."""

import hashlib
import json
import locale
import struct

import lora_chat
import lora_run
import pytest
from lora_data import UsageError
from testing.tiny_model import RECORDS, record, run, write_records
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

CHATML = "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
# As Qwen3's: thinks unless told not to; a finished turn has the empty reasoning part as well.
QWEN3 = (
    "{% for m in messages %}{% if m['role'] == 'assistant' and loop.last %}"
    "{{ '<|im_start|>assistant\n<think>\n\n</think>\n\n' + m['content'] + '<|im_end|>\n' }}"
    "{% else %}" + CHATML + "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is defined and enable_thinking is false %}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)
# As DeepSeek's: the switch has another name, and a finished turn has no reasoning part.
OTHER_SWITCH = (
    "{% for m in messages %}" + CHATML + "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if thinking %}{{ '<think>\n' }}{% else %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{% endif %}"
)
# As Llama 3.2's and SmolLM3's.
DATED = (
    "{% if strftime_now is defined %}{% set today = strftime_now('%d %b %Y, %A %-d %B') %}"
    "{% else %}{% set today = 'no clock' %}{% endif %}{{ 'Today: ' + today + '\n' }}"
    "{% for m in messages %}" + CHATML + "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# As Mistral's 0.1: no system message, no header of a turn, a space before the answer.
MISTRAL = (
    "{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% elif m['role'] == 'assistant' %}{{ ' ' + m['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant roles!') }}{% endif %}{% endfor %}"
)
# As Gemma's: trims, and ends turns with a token of its own.
GEMMA = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] | trim "
    "+ '\n<|eot|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
NO_END = (
    "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)


def tokenizer(template, eos="<|endoftext|>"):
    """A base model's tokenizer over single characters: it ends with `eos`, not with a turn."""
    added = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|eot|>", "<think>"]
    vocabulary = [*added, "\n", *map(chr, range(32, 127))]
    core = Tokenizer(models.WordLevel({word: at for at, word in enumerate(vocabulary)}, "?"))
    core.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    core.decoder = decoders.Fuse()
    core.add_special_tokens(added[:-1])
    core.add_tokens(added[-1:])
    return PreTrainedTokenizerFast(tokenizer_object=core, eos_token=eos, chat_template=template)


def parts(template, example=None, eos="<|endoftext|>", **settings):
    """The prompt and the labelled text of one record."""
    tokens = tokenizer(template, eos)
    example = example or record("how many?", "SELECT 1")
    encoded = lora_chat.Chat(tokens, **settings).encode({**example, "line": 1})
    ids, labels = encoded["input_ids"], encoded["labels"]
    start = labels.count(-100)
    assert labels == [-100] * start + ids[start:]
    return tokens.decode(ids[:start]), tokens.decode(ids[start:])


@pytest.mark.parametrize(
    ("template", "answer"),
    [
        (QWEN3, "SELECT 1<|im_end|>"),
        (OTHER_SWITCH, "SELECT 1<|im_end|>"),
        (DATED, "SELECT 1<|im_end|>"),
        (MISTRAL, " SELECT 1<|endoftext|>"),
        (GEMMA, "SELECT 1\n<|eot|>"),
        (NO_END, "SELECT 1<|endoftext|>"),
    ],
    ids=["qwen3", "other_switch", "dated", "mistral", "gemma", "no_end"],
)
def test_the_answer_ends_with_the_first_added_token_that_the_template_writes(template, answer):
    assert parts(template)[1] == answer


@pytest.mark.parametrize("template", [QWEN3, OTHER_SWITCH], ids=["qwen3", "other_switch"])
def test_without_thinking_the_prompt_has_the_empty_reasoning_part(template):
    prompt, answer = parts(template)
    assert prompt.endswith("how many?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n")
    assert answer == "SELECT 1<|im_end|>"


def test_with_thinking_the_answer_is_what_follows_the_prompt_of_generation():
    prompt, answer = parts(QWEN3, thinking=True)
    assert prompt.endswith("<|im_start|>assistant\n")
    assert answer == "<think>\n\n</think>\n\nSELECT 1<|im_end|>"
    prompt, answer = parts(OTHER_SWITCH, thinking=True)
    assert prompt.endswith("<|im_start|>assistant\n<think>\n")
    assert answer == "SELECT 1<|im_end|>"


def test_turns_before_the_last_are_prompt():
    example = record("second", "SELECT 2")
    example["prompt"] = record("first", "SELECT 1")["prompt"] + [
        {"role": "assistant", "content": "SELECT 1"},
        *example["prompt"],
    ]
    prompt, answer = parts(OTHER_SWITCH, example)
    assert "assistant\nSELECT 1<|im_end|>\n<|im_start|>user\nsecond" in prompt
    assert answer == "SELECT 2<|im_end|>"


def test_an_end_token_inside_the_answer_does_not_end_it():
    _, answer = parts(OTHER_SWITCH, record("q", "SELECT '<|im_end|>'"))
    assert answer == "SELECT '<|im_end|>'<|im_end|>"


def test_a_template_that_trims_loses_nothing_but_the_spaces():
    assert parts(GEMMA, record("q", "  SELECT 3 "))[1] == "SELECT 3\n<|eot|>"


def test_a_template_without_system_turn_gets_it_at_the_head_of_the_question():
    example = record("how many?", "SELECT 1")
    example["prompt"].insert(0, {"role": "system", "content": "Write SQL."})
    assert parts(MISTRAL, example)[0] == "[INST] Write SQL.\n\nhow many? [/INST]"
    # The first turn is the system's own where the template has a place for it.
    assert parts(GEMMA, example)[0].startswith("<|im_start|>system\nWrite SQL.\n<|eot|>")


def test_the_date_is_the_one_that_is_set():
    assert parts(DATED)[0].startswith("Today: 26 Jul 2024, Friday 26 July\n")
    assert parts(DATED, date="2025-03-02")[0].startswith("Today: 02 Mar 2025, Sunday 2 March\n")
    # Not the first one for good: templates are compiled once and kept.
    assert parts(DATED)[0].startswith("Today: 26 Jul 2024")


def test_names_of_days_are_english_whatever_the_locale():
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8"):
        try:
            locale.setlocale(locale.LC_TIME, name)
        except locale.Error:
            continue
        break
    try:
        day = lora_chat.FixedDay("2024-05-01")
        assert day.strftime("%A %a %B %b %h %%B %m") == "Wednesday Wed May May May %B 05"
        assert lora_chat.FixedDay("2024-03-05").strftime("%-d. %B %y") == "5. March 24"
    finally:
        locale.setlocale(locale.LC_TIME, "C")


def test_a_template_that_cannot_be_rendered_is_named():
    for template, line in (
        ("{{ raise_exception('never') }}", "cannot write a question: never"),
        ("{{ 1 / 0 }}", "cannot write a question: ZeroDivisionError: division by zero"),
        (
            "{% if messages[1] %}{{ raise_exception('no answer') }}{% endif %}"
            "{{ messages[0]['content'] }}",
            "cannot write an answer: no answer",
        ),
        ("{{ messages[0]['role'] }}", "leaves out what the user says"),
    ):
        with pytest.raises(UsageError, match=f"chat template {line}"):
            lora_chat.Chat(tokenizer(template))
    odd = "{% if messages[0]['content'] == 'q' %}{{ raise_exception('not q') }}{% endif %}" + GEMMA
    with pytest.raises(UsageError, match="chat template cannot write line 1: not q"):
        parts(odd, record("q", "a"))


def test_a_token_across_the_seam_leaves_the_prompt_its_own_ids():
    tokens = tokenizer(NO_END)
    tokens.add_tokens([" S"])
    chat = lora_chat.Chat(tokens)
    example = record("q", "SELECT 1")
    prompt = chat.tokens(chat.render(example["prompt"], answer_follows=True))
    assert chat.tokens("assistant: SELECT 1")[: len(prompt)] != chat.tokens("assistant: ")
    encoded = chat.encode({**example, "line": 1})
    assert encoded["input_ids"][: len(prompt)] == prompt
    assert tokens.decode(encoded["input_ids"][len(prompt) :]) == "SELECT 1<|endoftext|>"


def hash_of(ids):
    return hashlib.sha256(struct.pack(f"<{len(ids)}i", *ids)).hexdigest()


def test_the_hash_of_a_prompt_is_that_of_its_little_endian_ids():
    assert lora_chat.prompt_hash([]) == hashlib.sha256(b"").hexdigest()
    assert lora_chat.prompt_hash([1, 258]) == hashlib.sha256(b"\1\0\0\0\2\1\0\0").hexdigest()
    assert lora_chat.prompt_hash(range(152_000)) == hash_of(range(152_000))


def test_a_prompt_with_the_ids_of_evaluation_is_taken_and_another_refused(base, tmp_path, capsys):
    chat = lora_chat.Chat(lora_run.load_tokenizer(base / "model"))
    hashes = [
        hash_of(chat.tokens(chat.render(row["prompt"], answer_follows=True))) for row in RECORDS
    ]
    good = [{**row, "prompt_sha256": sha} for row, sha in zip(RECORDS, hashes, strict=True)]
    write_records(tmp_path / "good.jsonl", [*good[:3], {**RECORDS[3], "note": "no hash"}])
    assert run(base, tmp_path / "run", "--data", tmp_path / "good.jsonl") == 0
    for wrong in (hashes[0], "", 7):
        write_records(tmp_path / "bad.jsonl", [good[0], {**good[1], "prompt_sha256": wrong}])
        capsys.readouterr()
        assert run(base, tmp_path / "other", "--data", tmp_path / "bad.jsonl") == 2
        assert capsys.readouterr().err == (
            "train_lora.py: the prompt of line 2 has other token ids than at evaluation: write the "
            "records anew for this model (export-sft --config FILE), with its chat template\n"
        )
        assert not (tmp_path / "other").exists()


def test_a_run_with_another_date_or_thinking_is_another_run(base, tmp_path, capsys):
    out = tmp_path / "run"
    assert run(base, out, "--max_tokens", 400) == 0
    same = (base, out, "--max_tokens", 400, "--resume")
    for flags, message in (
        (("--date", "2025-01-01"), "date differs: it was 2024-07-26, now it is 2025-01-01"),
        (("--thinking",), "thinking differs: it was False, now it is True"),
    ):
        assert run(*same, *flags) == 2
        assert message in capsys.readouterr().err
    # A run folder of before these settings has what is the default now.
    config = json.loads((out / "config.json").read_text())
    assert (config.pop("date"), config.pop("thinking")) == ("2024-07-26", False)
    (out / "config.json").write_text(json.dumps(config))
    assert run(*same) == 0
    assert run(*same, "--thinking") == 2


def test_a_model_without_a_template_or_an_end_token_is_named(tmp_path):
    for template, eos, line in [
        (None, "<|endoftext|>", "has no chat template; take an instruct model"),
        (NO_END, None, "names no end token"),
    ]:
        tokenizer(template, eos).save_pretrained(tmp_path)
        with pytest.raises(UsageError, match=line):
            lora_run.load_tokenizer(tmp_path)
