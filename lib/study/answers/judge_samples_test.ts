import assert from "node:assert/strict";
import type { SqlSample } from "../../runs/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { KEPT_VERDICTS } from "../../sql/mod.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { openSqlInputs } from "../inputs/sql_inputs.ts";
import { type JudgedSamples, judgeSamples, WROTE_LENGTH } from "./judge_samples.ts";
import { openAnswers } from "./open_answers.ts";

const OPTIONS = { timeoutMs: 5000, progress: SILENT };

function sample(id: string, dbId: string, text: string): SqlSample {
  const hash = "0".repeat(64);
  const rest = { variant: "base", promptTokens: 1, tokens: [], finishReason: "stop" } as const;
  return { key: hash, id, dbId, promptHash: hash, text, ...rest };
}

Deno.test("judgeSamples judges each completion against its own gold and tells how far it is", async () => {
  using study = await writeMiniStudy();
  const told: string[] = [];
  const progress = {
    ...SILENT,
    update: (done: number, all: number) => void told.push(`${done}/${all}`),
  };
  const { verdicts } = await judgeSamples(await openSqlInputs(study.config), [
    sample("dev-2", "farm", "SELECT name FROM cow"),
    sample("dev-0", "farm", "```sql\nSELECT COUNT(name) FROM cow;\n```"),
    sample("dev-1", "music", "I do not know."),
  ], { ...OPTIONS, progress });
  assert.deepEqual(verdicts.map(({ id, status, hardness }) => [id, status, hardness]), [
    ["dev-2", "match", "easy"],
    ["dev-0", "match", "easy"],
    ["dev-1", "no_sql", "easy"],
  ]);
  assert.deepEqual(told, ["1/3", "2/3", "3/3"]);
});

Deno.test("judgeSamples keeps that a completion was cut, and that it was inside the reasoning", async () => {
  using study = await writeMiniStudy();
  const { verdicts } = await judgeSamples(await openSqlInputs(study.config), [
    { ...sample("dev-0", "farm", "SELECT 1"), cutInReasoning: false },
    { ...sample("dev-1", "music", "SELECT ti"), finishReason: "length" },
    { ...sample("dev-2", "farm", "<think>x"), finishReason: "length", cutInReasoning: true },
  ], OPTIONS);
  const [whole, cut, reasoning] = verdicts;
  assert.deepEqual([whole!.finishReason, "cutInReasoning" in whole!], ["stop", false]);
  assert.deepEqual([cut!.finishReason, "cutInReasoning" in cut!], ["length", false]);
  assert.deepEqual([reasoning!.finishReason, reasoning!.cutInReasoning], ["length", true]);
});

Deno.test("judgeSamples keeps how a completion that holds no statement begins, and no other", async () => {
  using study = await writeMiniStudy();
  const long = `I do not know${" why".repeat(100)}`;
  const half = `${"x".repeat(WROTE_LENGTH - 1)}\u{1f404} and more`;
  const { verdicts } = await judgeSamples(await openSqlInputs(study.config), [
    sample("dev-0", "farm", "SELECT 1"),
    sample("dev-1", "music", `\n${long}`),
    sample("dev-2", "farm", " \n"),
    { ...sample("dev-0", "farm", "SELECT draft"), finishReason: "length", cutInReasoning: true },
    sample("dev-1", "music", half),
  ], OPTIONS);
  assert.deepEqual(verdicts.map(({ wrote }) => wrote), [
    undefined,
    long.slice(0, WROTE_LENGTH),
    undefined,
    "SELECT draft",
    "x".repeat(WROTE_LENGTH - 1),
  ]);
});

Deno.test("judgeSamples takes kept verdicts up, whichever variant said it, and keeps new ones", async () => {
  using study = await writeMiniStudy();
  const inputs = await openSqlInputs(study.config);
  const path = `${study.out}/verdicts.jsonl`;
  const completions = [
    sample("dev-2", "farm", "SELECT name FROM cow"),
    sample("dev-1", "music", "I do not know."),
  ];
  const judged = async (samples: readonly SqlSample[]): Promise<[JudgedSamples, number]> => {
    using store = openAnswers(path, KEPT_VERDICTS.line, SILENT);
    return [await judgeSamples(inputs, samples, { ...OPTIONS, store }), store.size];
  };
  const [first, kept] = await judged(completions);
  assert.equal(kept, 2);
  assert.deepEqual((await judged(completions))[0], first);
  const tuned = completions.map((completion) => ({ ...completion, variant: "tuned" }));
  const [second, stillKept] = await judged([...tuned, sample("dev-0", "farm", "SELECT 1")]);
  assert.equal(stillKept, 3);
  assert.deepEqual(
    second.verdicts.slice(0, 2),
    first.verdicts.map((verdict) => ({ ...verdict, variant: "tuned" })),
  );
});

const BROKEN = { db_id: "farm", question: "How many?", query: "SELECT count(*) FROM barn" };
const WHOLE = { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" };

Deno.test("judgeSamples names an example whose gold fails and judges the others", async () => {
  using study = await writeMiniStudy({ spider: { "dev.json": [WHOLE, BROKEN, WHOLE] } });
  const { verdicts, unjudged } = await judgeSamples(await openSqlInputs(study.config), [
    sample("dev-2", "farm", "SELECT count(*) FROM cow"),
    sample("dev-1", "farm", "SELECT 1"),
    sample("dev-0", "farm", "SELECT 1"),
  ], OPTIONS);
  assert.deepEqual(verdicts.map(({ id, official }) => [id, official]), [
    ["dev-2", true],
    ["dev-0", false],
  ]);
  assert.deepEqual(unjudged.map(({ id, status }) => [id, status]), [["dev-1", "gold_failed"]]);
  assert.match(unjudged[0]!.message, /barn/);
});

Deno.test("judgeSamples says in one line that no example can be judged", async () => {
  using study = await writeMiniStudy({ spider: { "dev.json": [BROKEN] } });
  const judged = judgeSamples(
    await openSqlInputs(study.config),
    [sample("dev-0", "farm", "SELECT 1")],
    OPTIONS,
  );
  await assert.rejects(judged, {
    name: "UsageError",
    message: /any of 1 examples: the first, "dev-0": .*barn/,
  });
});
