import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { cutNotice, type Passage, prosePrompt, proseScore, type ProseTokenizer } from "./mod.ts";

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

Deno.test("prosePrompt() cuts at 512 tokens, begin token included, and counts what it cut", () => {
  const exact = prosePrompt(passage("x".repeat(511)), tokenizer(1));
  assert.deepEqual([exact.tokens.length, exact.cut], [512, 0]);
  const cut = prosePrompt(passage("abc" + "x".repeat(511)), tokenizer(1));
  assert.deepEqual([cut.tokens.slice(0, 4), cut.tokens.length], [[1, 97, 98, 99], 512]);
  assert.equal(cut.cut, 3);
  const without = prosePrompt(passage("x".repeat(1000)), tokenizer());
  assert.deepEqual([without.tokens.length, without.cut], [512, 488]);
});

Deno.test("prosePrompt() refuses a passage of which no token would be scored", () => {
  assert.throws(() => prosePrompt(passage("a"), tokenizer()), UsageError);
  assert.throws(() => prosePrompt(passage(""), tokenizer(1)), /sea-1/);
  assert.equal(prosePrompt(passage("a"), tokenizer(1)).tokens.length, 2);
});

Deno.test("cutNotice() counts passages and tokens, and is silent if none was cut", () => {
  const prompts = [512, 514, 516].map((length) =>
    prosePrompt(passage("x".repeat(length)), tokenizer())
  );
  assert.equal(
    cutNotice(prompts),
    "2 of 3 passages are too long and cut: 6 of 1542 tokens are not scored",
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
