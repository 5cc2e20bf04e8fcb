"""A model's chat template with fixed settings: from records to token ids and labels."""

import datetime
import hashlib
import re
import sys
from array import array
from unittest.mock import patch

from jinja2 import TemplateError
from lora_data import DEFAULT_DATE, UsageError, one_line
from transformers.utils import chat_template_utils

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
# Words that no template writes by itself: they show where an answer and a system turn end up.
MARK = "zqxvkj"


class FixedDay:
    """Stands in for `datetime` where transformers asks for today's date.

    Templates such as Llama 3.2's and SmolLM3's write that date into every prompt: without this a
    model would be trained on one prompt and asked another. Names of months and days are English
    whatever the locale, and the time is midnight.
    """

    def __init__(self, date):
        self.day = datetime.datetime.fromisoformat(date)

    def now(self):
        return self

    def strftime(self, form):
        day, month = DAYS[self.day.weekday()], MONTHS[self.day.month - 1]
        names = {"A": day, "a": day[:3], "B": month, "b": month[:3], "h": month[:3]}
        # "%%B" is a percent sign and a B: the pattern eats the pair first.
        form = re.sub(r"%(.)", lambda found: names.get(found[1], found[0]), form)
        return self.day.strftime(form)


def prompt_hash(ids):
    """Hex SHA-256 of token ids as little-endian 32-bit numbers: what `prompt_sha256` holds."""
    numbers = array("i", ids)
    if numbers.itemsize != 4:
        raise RuntimeError("an int of this machine has not 32 bits")
    if sys.byteorder == "big":
        numbers.byteswap()
    return hashlib.sha256(numbers.tobytes()).hexdigest()


class Chat:
    """A tokenizer and its chat template, rendered with one date and with thinking on or off.

    `turn_end` is the text that ends an answer: what the template writes after it, up to and with
    the first token that was added to the vocabulary as a whole. It is empty where the template
    writes none, and the tokenizer's end token stands in. A base model's end token
    ("<|endoftext|>") is often not the one that its template ends a turn with ("<|im_end|>").
    """

    def __init__(self, tokenizer, *, thinking=False, date=DEFAULT_DATE):
        self.tokenizer = tokenizer
        self.day = FixedDay(date)
        # Templates name the switch differently, and ignore the name that they do not know.
        self.settings = {"enable_thinking": thinking, "thinking": thinking}
        self._check_day()
        self.merges_system = self._refuses_system()
        self.after, self.turn_end = self._find_turn_end()
        ends = self.tokens(self.turn_end)[-1:] if self.turn_end else [tokenizer.eos_token_id]
        # The tokens that may end an answer, and those that a text of words never has.
        self.end_ids = frozenset(ends)
        added = tokenizer.added_tokens_decoder.items()
        special = {at for at, token in added if token.special} | set(tokenizer.all_special_ids)
        self.special_ids = frozenset((special | self.end_ids) - {tokenizer.unk_token_id})
        self.marker_counts = {}

    def encode(self, record):
        """Token ids and labels of one record, as `encode_all` gives them."""
        return self.encode_all([record])[0]

    def encode_all(self, records):
        """Token ids and labels of records; labels are -100 up to the completion.

        The prompt is what generation begins with, so its ids come first whatever the template
        makes of a finished conversation (some leave out the empty reasoning part that the prompt
        ends with). The sequence ends with the turn's end token, labelled, so that stopping is
        learnt. What a template writes after it, generation never reaches: it is cut off.

        Texts are given to the tokenizer together: it parts them among the processor's cores.
        """
        parts = [self._parts(record) for record in records]
        prompts = self.tokens_of([prompt for prompt, _ in parts])
        wholes = self.tokens_of([prompt + answer for prompt, answer in parts])
        examples = []
        for record, (_, answer), prompt, whole in zip(records, parts, prompts, wholes, strict=True):
            self._check_prompt(record, prompt)
            # Where the seam fell inside a token, generation still begins after the prompt's ids.
            seamless = whole[: len(prompt)] == prompt
            completion = whole[len(prompt) :] if seamless else self.tokens(answer)
            if not self.turn_end:
                completion = [*completion, self.tokenizer.eos_token_id]
            labels = [-100] * len(prompt) + completion
            examples.append({"input_ids": prompt + completion, "labels": labels})
        return examples

    def render(self, messages, *, answer_follows):
        """The text of a conversation; with `answer_follows` up to where the answer begins."""
        if self.merges_system:
            messages = merge_system(messages)
        return self._apply(messages, add_generation_prompt=answer_follows)

    def tokens(self, text):
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def tokens_of(self, texts):
        """Token ids of each text; none of no texts (a tokenizer refuses an empty list)."""
        return self.tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []

    def _apply(self, messages, **options):
        # transformers 5.17 would take the date's function as an argument of the template, 5.23
        # replaces every function by a placeholder: both ask the `datetime` of their module.
        with patch.object(chat_template_utils, "datetime", self.day):
            try:
                return self.tokenizer.apply_chat_template(
                    messages, tokenize=False, **self.settings, **options
                )
            except TemplateError:
                raise
            except Exception as error:  # what a template computes may fail in any way
                raise TemplateError(f"{type(error).__name__}: {one_line(error)}") from error

    def _parts(self, record):
        """The prompt's text and the answer's, the latter with what ends the turn."""
        try:
            prompt = self.render(record["prompt"], answer_follows=True)
            whole = self.render(record["prompt"] + record["completion"], answer_follows=False)
        except TemplateError as error:
            raise UsageError(
                f"the chat template cannot write line {record['line']}: {error}"
            ) from error
        answer = record["completion"][0]["content"]
        if whole.startswith(prompt) and whole.endswith(self.after):
            written = whole[len(prompt) : len(whole) - len(self.after)]
            # With a space in front (Mistral) or an empty reasoning part, as the template has it.
            if answer.strip() in written:
                answer = written
        return prompt, answer + self.turn_end

    def _check_prompt(self, record, prompt):
        expected = record.get("prompt_sha256")
        if expected is not None and expected != prompt_hash(prompt):
            raise UsageError(
                f"the prompt of line {record['line']} has other token ids than at evaluation: write "
                "the records anew for this model (export-sft --config FILE), with its chat template"
            )

    def _check_day(self):
        form = "%d %b %Y"
        shown = self._apply(
            [{"role": "user", "content": ""}], chat_template=f'{{{{ strftime_now("{form}") }}}}'
        )
        if shown != self.day.strftime(form):
            raise RuntimeError("this version of transformers lets no template have a fixed date")

    def _refuses_system(self):
        """Whether the template has no place for a system message (Mistral v0.1 and v0.2)."""
        self.merges_system = False
        user = {"role": "user", "content": MARK}
        try:
            asked = self.render([user], answer_follows=True)
        except TemplateError as error:
            raise UsageError(f"the chat template cannot write a question: {error}") from error
        if MARK not in asked:
            raise UsageError("the chat template leaves out what the user says")
        user = {"role": "user", "content": "text"}
        try:
            text = self.render([{"role": "system", "content": MARK}, user], answer_follows=True)
        except TemplateError:
            return True
        return MARK not in text

    def _find_turn_end(self):
        turns = [{"role": "user", "content": "text"}, {"role": "assistant", "content": MARK}]
        try:
            _, mark, after = self.render(turns, answer_follows=False).rpartition(MARK)
        except TemplateError as error:
            raise UsageError(f"the chat template cannot write an answer: {error}") from error
        if not mark:
            return "", ""
        added = {token.content for token in self.tokenizer.added_tokens_decoder.values()}
        added |= set(self.tokenizer.all_special_tokens)
        # Whitespace ends no turn, but Gemma's line breaks are added tokens. Of two tokens at the
        # earliest place the longer one is meant.
        found = [
            (after.find(token), -len(token)) for token in added if token.strip() and token in after
        ]
        if not found:
            return after, ""
        place, length = min(found)
        return after, after[: place - length]


def merge_system(messages):
    """The system message at the head of the first user message, as evaluation does it."""
    if len(messages) < 2 or messages[0]["role"] != "system":
        return messages
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]
