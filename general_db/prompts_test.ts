import assert from "node:assert/strict";
import { join } from "node:path";
import { realDataRoot } from "../lib/ground/mod.ts";
import { loadMmlu } from "../lib/mmlu/mod.ts";
import { loadPassages } from "../lib/prose/mod.ts";
import { loadSpider, normalizeQuestion } from "../lib/spider/mod.ts";
import { loadGeneralPrompts } from "../lib/study/training/data/general_prompts.ts";

const HERE = import.meta.dirname ?? ".";
const KINDS = [
  "explain",
  "list",
  "rewrite",
  "arithmetic",
  "facts",
  "portuguese",
  "code",
  "advice",
];
/** Prompts with this many words in a row in common with a passage would be taken from it. */
const RUN = 8;

const { prompts } = loadGeneralPrompts();

function runs(text: string): string[] {
  const words = normalizeQuestion(text).split(" ");
  return Array.from(
    { length: Math.max(0, words.length - RUN + 1) },
    (_, start) => words.slice(start, start + RUN).join(" "),
  );
}

Deno.test("general prompts are 22 of each of eight kinds, named by kind and number", () => {
  const kinds = Map.groupBy(prompts, ({ kind }) => kind);
  assert.deepEqual([...kinds.keys()], KINDS);
  for (const [kind, own] of kinds) {
    assert.deepEqual(own.map(({ id }) => id), own.map((_, i) => `${kind}-${i + 1}`));
    assert.equal(own.length, 22);
    assert.ok(own.every(({ language }) => language === (kind === "portuguese" ? "pt" : "en")));
  }
});

Deno.test("general prompts are short clean text, each another", () => {
  assert.equal(new Set(prompts.map(({ prompt }) => normalizeQuestion(prompt))).size, 176);
  for (const { id, prompt } of prompts) {
    assert.equal(prompt, prompt.normalize("NFC").trim(), id);
    assert.match(prompt, /^[\n -~À-ÿ]+$/, id);
    assert.ok(prompt.length >= 20 && prompt.length <= 260, `${id}: ${prompt.length} characters`);
  }
});

Deno.test("general prompts have no SQL, which is what training teaches, nor words on this project", () => {
  for (const { id, prompt } of prompts) {
    assert.doesNotMatch(prompt, /\b(select|insert into|group by|order by|sql|database)\b/i, id);
    assert.doesNotMatch(prompt, /\b(lora|fine-tun\w*|mmlu|spider|language model|benchmark)\b/i, id);
  }
});

Deno.test(`general prompts share no run of ${RUN} words with a passage of prose_db, nor among them`, async () => {
  const { passages } = await loadPassages(join(HERE, "..", "prose_db", "sample"));
  const seen = new Map(passages.flatMap(({ id, text }) => runs(text).map((run) => [run, id])));
  assert.ok(seen.size > 5000, "the passages were read");
  for (const { id, prompt } of prompts) {
    for (const run of runs(prompt)) {
      assert.equal(seen.get(run) ?? id, id, run);
      seen.set(run, id);
    }
  }
});

Deno.test("general prompts are no questions of the embedded samples", async () => {
  await assertNoneAsked(
    join(HERE, "..", "mmlu_db", "sample"),
    join(HERE, "..", "spider_db", "sample"),
  );
});

const root = realDataRoot();

Deno.test({
  name: "general prompts are no questions of MMLU or Spider, whole or in part" +
    (root === undefined ? " [skipped: no data at LAB_DATA_ROOT]" : ""),
  ignore: root === undefined,
  fn: () => assertNoneAsked(join(root!, "mmlu"), join(root!, "spider")),
});

async function assertNoneAsked(mmluDir: string, spiderDir: string): Promise<void> {
  const mmlu = await loadMmlu(mmluDir);
  const spider = await loadSpider(spiderDir);
  const questions = [
    ...[...mmlu.dev.values()].flat(),
    ...[...mmlu.test.values()].flat(),
    ...spider.dev,
    ...spider.train,
  ].map(({ id, question }) => [question, id] as const);
  const whole = new Map(questions.map(([question, id]) => [normalizeQuestion(question), id]));
  const parts = new Map(
    questions.flatMap(([question, id]) => runs(question).map((run) => [run, id] as const)),
  );
  assert.ok(whole.size > 300, "the questions were read");
  for (const { id, prompt } of prompts) {
    assert.equal(whole.get(normalizeQuestion(prompt)), undefined, id);
    for (const run of runs(prompt)) assert.equal(parts.get(run), undefined, `${id}: ${run}`);
  }
}
