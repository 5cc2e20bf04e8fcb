import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import {
  cutNotice,
  MAX_PASSAGE_TOKENS,
  type Passage,
  prosePrompt,
  proseScore,
  type ProseTokenizer,
} from "./mod.ts";

function tokenizer(...beginTokens: readonly number[]): ProseTokenizer {
  return { beginTokens, encode: (text) => [...text].map((letter) => letter.codePointAt(0)!) };
}

function passage(text: string): Passage {
  return { id: "sea-1", kind: "narrative", topic: "sea", language: "en", text };
}

Deno.test("prosePrompt() is the begin token, where there is one, and the text's ids", () => {
  assert.deepEqual(prosePrompt(passage("abc"), tokenizer(1)), {
    id: "sea-1",
    kind: "narrative",
    topic: "sea",
    tokens: [1, 97, 98, 99],
    cut: 0,
  });
  assert.deepEqual(prosePrompt(passage("abc"), tokenizer()).tokens, [97, 98, 99]);
});

Deno.test("prosePrompt() cuts at maxTokens, begin token included, and counts what it cut", () => {
  const exact = prosePrompt(passage("abc"), tokenizer(1), { maxTokens: 4 });
  assert.deepEqual([exact.tokens.length, exact.cut], [4, 0]);
  const cut = prosePrompt(passage("abcdef"), tokenizer(1), { maxTokens: 4 });
  assert.deepEqual([cut.tokens, cut.cut], [[1, 97, 98, 99], 3]);
  const usual = prosePrompt(passage("x".repeat(1000)), tokenizer());
  assert.deepEqual([usual.tokens.length, usual.cut], [MAX_PASSAGE_TOKENS, 488]);
});

Deno.test("prosePrompt() refuses a passage of which no token would be scored", () => {
  assert.throws(() => prosePrompt(passage("a"), tokenizer()), UsageError);
  assert.throws(() => prosePrompt(passage(""), tokenizer(1)), /sea-1/);
  assert.equal(prosePrompt(passage("a"), tokenizer(1)).tokens.length, 2);
});

Deno.test("prosePrompt() refuses a maxTokens that leaves nothing to score", () => {
  for (const maxTokens of [1, 0, -5, 2.5, NaN, Infinity]) {
    assert.throws(() => prosePrompt(passage("abc"), tokenizer(), { maxTokens }), RangeError);
  }
});

Deno.test("cutNotice() counts passages and tokens, and is silent if none was cut", () => {
  const options = { maxTokens: 4 };
  const prompts = ["abc", "abcdef", "abcdefgh"].map((text) =>
    prosePrompt(passage(text), tokenizer(), options)
  );
  assert.equal(
    cutNotice(prompts),
    "2 of 3 passages are too long and cut: 6 of 17 tokens are not scored",
  );
  assert.equal(cutNotice(prompts.slice(0, 1)), undefined);
  assert.equal(cutNotice([]), undefined);
});

Deno.test("proseScore() counts one token fewer than the prompt has", () => {
  const prompt = prosePrompt(passage("abc"), tokenizer(1));
  assert.deepEqual(proseScore(prompt, 6.5), {
    id: "sea-1",
    kind: "narrative",
    topic: "sea",
    tokens: 3,
    nats: 6.5,
  });
});

Deno.test("proseScore() refuses nats that no model can give", () => {
  const prompt = prosePrompt(passage("abc"), tokenizer(1));
  for (const nats of [-0.1, NaN, Infinity]) {
    assert.throws(() => proseScore(prompt, nats), RangeError);
  }
});
