import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { loadTokenizer } from "../lib/engine/tokenizer/load_tokenizer.ts";
import { cutNotice, loadPassages, prosePrompt } from "../lib/prose/mod.ts";

const HERE = import.meta.dirname ?? ".";
const SAMPLE = join(HERE, "sample");
const MODEL = join(HERE, "..", "models", "smollm2-135m-instruct");

const KINDS = ["encyclopaedic", "narrative", "code", "portuguese", "dialogue"] as const;
/** Passages with this many words in a row in common would be copies of one another. */
const RUN = 12;

const { passages, hashes } = await loadPassages(SAMPLE);

Deno.test("prose sample has 27 passages in each of five kinds, 3 on each of 45 topics", () => {
  assert.deepEqual(Object.keys(hashes), ["passages.jsonl"]);
  assert.equal(passages.length, 135);
  const kinds = Map.groupBy(passages, ({ kind }) => kind);
  assert.deepEqual([...kinds.keys()], [...KINDS]);
  for (const [kind, members] of kinds) assert.equal(members.length, 27, kind);
  const topics = Map.groupBy(passages, ({ topic }) => topic);
  assert.equal(topics.size, 45);
  for (const [topic, members] of topics) {
    assert.equal(members.length, 3, topic);
    assert.equal(new Set(members.map(({ kind }) => kind)).size, 1, topic);
  }
});

Deno.test("prose sample names each passage by its topic and number, once", () => {
  assert.equal(new Set(passages.map(({ id }) => id)).size, passages.length);
  for (const { id, topic } of passages) {
    assert.match(id, /^[a-z]+(-[a-z]+)*-[123]$/);
    assert.equal(id.slice(0, -2), topic);
  }
});

Deno.test("prose sample says each passage's language", () => {
  const languages = Object.groupBy(passages, ({ kind }) => kind);
  for (const kind of ["encyclopaedic", "narrative", "dialogue"]) {
    assert.ok(languages[kind]?.every(({ language }) => language === "en"), kind);
  }
  const portuguese = languages.portuguese?.map(({ language }) => language) ?? [];
  assert.deepEqual([...new Set(portuguese)].sort(), ["pt-BR", "pt-PT"]);
  for (const language of ["pt-BR", "pt-PT"]) {
    assert.ok(portuguese.filter((one) => one === language).length >= 9, language);
  }
  assert.ok(new Set(languages.code?.map(({ language }) => language)).size >= 20);
});

Deno.test("prose sample keeps prose at 120 to 175 words, and code at 25 to 55 lines", () => {
  for (const { id, kind, text } of passages) {
    const words = text.split(/\s+/).length;
    const lines = text.split("\n").length;
    if (kind === "code") assert.ok(lines >= 25 && lines <= 55, `${id}: ${lines} lines`);
    else assert.ok(words >= 120 && words <= 175, `${id}: ${words} words`);
    assert.ok(words >= 70, `${id}: ${words} words`);
  }
});

Deno.test(`prose sample has no run of ${RUN} words in two passages`, () => {
  const seen = new Map<string, string>();
  for (const { id, text } of passages) {
    const words = text.toLowerCase().split(/\s+/);
    for (let start = 0; start + RUN <= words.length; start++) {
      const run = words.slice(start, start + RUN).join(" ");
      assert.equal(seen.get(run) ?? id, id, run);
      seen.set(run, id);
    }
  }
});

Deno.test("prose sample is clean text: ASCII, or letters composed as one character", () => {
  const bytes = readFileSync(join(SAMPLE, "passages.jsonl"));
  assert.notEqual(bytes[0], 0xef, "no byte-order mark");
  assert.ok(!bytes.includes(0x0d), "no carriage return");
  for (const { id, kind, text } of passages) {
    assert.equal(text, text.normalize("NFC"), id);
    assert.equal(text, text.trim(), id);
    assert.doesNotMatch(text, / $/m, `${id}: a space at the end of a line`);
    if (kind === "code" || kind === "narrative" || kind === "dialogue") {
      assert.match(text, /^[\t\n -~]+$/, id);
    } else assert.match(text, /^[\n -~À-ÿ«»—]+$/, id);
    if (kind !== "code") assert.doesNotMatch(text, /\t|\n\n|^\s*[-*•\d]/m, id);
  }
});

Deno.test("prose sample has Portuguese accents wherever it is Portuguese, and no tilde elsewhere", () => {
  for (const { id, kind, text } of passages) {
    if (kind === "portuguese") assert.match(text, /[ãõáéíóúâêôç]/, id);
    else assert.doesNotMatch(text, /[ãõ]/, id);
  }
});

Deno.test("prose sample has neither SQL, which training teaches, nor words on this project", () => {
  const sql = /\b(SELECT|INSERT INTO|GROUP BY|ORDER BY|INNER JOIN)\b|\bSQL/;
  const project = /\b(LoRA|fine-tun\w*|MMLU|Spider|language model|benchmark)\b/i;
  for (const { id, text } of passages) {
    assert.doesNotMatch(text, sql, id);
    assert.doesNotMatch(text, project, id);
  }
});

const skipped = !existsSync(join(MODEL, "tokenizer.json"));
const reason = skipped ? " [skipped: no models/smollm2-135m-instruct]" : "";

Deno.test(`prose sample has 120 to 512 tokens a passage by the embedded model${reason}`, {
  ignore: skipped,
}, async () => {
  const tokenizer = await loadTokenizer(MODEL);
  const prompts = passages.map((passage) => prosePrompt(passage, tokenizer));
  for (const { id, tokens } of prompts) assert.ok(tokens.length >= 120, `${id}: ${tokens.length}`);
  assert.equal(cutNotice(prompts), undefined);
});
