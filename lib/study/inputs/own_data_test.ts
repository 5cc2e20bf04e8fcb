import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openCpuEngine } from "../../engine/cpu/cpu_engine.ts";
import { SILENT } from "../../ground/mod.ts";
import { chanceOf } from "../../mmlu/mod.ts";
import { openStore, parseConfig, SAMPLES, type StudyConfig } from "../../runs/mod.ts";
import { answerMmlu } from "../answers/answer_mmlu.ts";
import { answerSql } from "../answers/answer_sql.ts";
import { openInputs } from "./inputs.ts";
import { openSqlInputs } from "./sql_inputs.ts";
import { judgeSamples } from "../answers/judge_samples.ts";
import { BASE } from "../answers/sample_identity.ts";
import { mmluShortfalls, sqlShortfalls } from "./shortfalls.ts";
import { mmluPrompts } from "../answers/study_prompts.ts";
import { MMLU_MEASURE } from "../measures/mmlu.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyModel } from "../testing/tiny_model.ts";
import { tokenAuditFacts } from "./token_audit_facts.ts";

const ITEMS = [
  { question: "One?", choices: ["a", "b", "c", "d", "e"], answer: "E", subject: "rivers" },
  { question: "Two?", choices: ["yes", "no"], answer: 0, subject: "lakes", category: "still" },
  { question: "Three?", choices: ["a", "b", "c"], answer: 2, subject: "rivers" },
  { question: "Four?", choices: ["a", "b", "c", "d"], answer: 1, subject: "rivers" },
  { question: "Shown?", choices: ["a", "b", "c"], answer: 2, subject: "rivers", split: "dev" },
];

const LETTER = {
  id: "x",
  subject: "rivers",
  category: "Water",
  answer: 0,
  chosen: 0,
  correct: true,
  logProbs: [0, -1],
};

const QUESTIONS = [
  { question: "How many?", sql: "SELECT count(*) FROM boat" },
  { question: "Names?", sql: "SELECT name FROM boat", id: "names", evidence: "a boat has a name" },
];

/** A study on data of one's own: a file of items, a file of questions and its database. */
async function writeOwnStudy(
  { letters = 10, spider = {} }: {
    readonly letters?: number;
    readonly spider?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<MiniStudy> {
  const study = await writeMiniStudy();
  const { root } = study;
  await writeTinyModel(study.model, {}, { letters });
  const lines = (records: readonly unknown[]): string =>
    records.map((record) => `${JSON.stringify(record)}\n`).join("");
  await Deno.mkdir(`${root}/own`);
  await Deno.writeTextFile(`${root}/own/water.jsonl`, lines(ITEMS));
  await Deno.writeTextFile(`${root}/own/boats.jsonl`, lines(QUESTIONS));
  const database = new DatabaseSync(`${root}/own/harbour.sqlite`);
  database.exec("CREATE TABLE boat(name TEXT); INSERT INTO boat VALUES ('Ida')");
  database.close();
  const config = JSON.parse(await Deno.readTextFile(study.configPath));
  config.spider = { ...config.spider, path: `${root}/own/boats.jsonl`, shots: 0, ...spider };
  config.mmlu = { path: `${root}/own/water.jsonl`, shots: 2, title: "Water" };
  return { ...study, config: parseConfig(JSON.stringify(config), { path: study.configPath }) };
}

Deno.test("answerMmlu scores as many letters as a question has choices, each as if it were asked alone", async () => {
  using study = await writeOwnStudy();
  const inputs = await openInputs(study.config, study.model);
  const { questions, audit, checkpoint } = inputs;
  assert.equal(inputs.mmlu.title, "Water");
  assert.equal(audit.letterIds.length, 5);
  assert.deepEqual(questions.map(({ choices }) => choices.length), [5, 3, 4, 2]);
  assert.equal(chanceOf(questions), (1 / 5 + 1 / 3 + 1 / 4 + 1 / 2) / 4);
  await using engine = await openCpuEngine(checkpoint);
  using store = openStore(`${study.out}/mmlu.jsonl`, { schema: SAMPLES.mmlu });
  const options = { variant: BASE, store, progress: SILENT };
  const samples = await answerMmlu(inputs, engine, options);
  const prompts = await mmluPrompts(inputs);
  for (const [i, { id, category, logProbs }] of samples.entries()) {
    const { choices } = questions[i]!;
    assert.equal(id, questions[i]!.id);
    assert.equal(category, questions[i]!.category);
    assert.equal(logProbs.length, choices.length);
    const letters = audit.letterIds.slice(0, choices.length);
    for await (const alone of engine.choiceLogProbs([prompts[i]!], letters)) {
      alone.logProbs.forEach((value, at) => assert.ok(Math.abs(value - logProbs[at]!) < 1e-5));
    }
  }
  const again = await answerMmlu(inputs, engine, options);
  assert.deepEqual(again, samples);
  assert.equal(store.size, 4);
  assert.match(
    tokenAuditFacts(inputs)["answer letters, one token each"]!,
    /^A \d+, .*, E \d+$/,
  );
});

Deno.test("mmluShortfalls says where one's own data have fewer questions and shots than are wanted, and the counts what was shown", async () => {
  using study = await writeOwnStudy();
  const inputs = await openInputs(study.config, study.model);
  assert.deepEqual(mmluShortfalls(study.config, inputs), [
    "50 multiple-choice questions of each category are wanted and there are fewer, all of which " +
    "are taken: Water 3, still 1",
    "2 dev questions of each subject are wanted as shots and there are fewer, all of which are " +
    "shown: rivers 1, lakes 0",
  ]);
  const { counts } = MMLU_MEASURE;
  assert.deepEqual(counts(inputs, { letters: [LETTER] }).mmlu, {
    title: "Water",
    asked: 4,
    scored: 1,
    missing: 3,
    subjects: 1,
    shots: 1,
    fewestShots: 0,
  });
  const [prompt] = await mmluPrompts(inputs);
  const text = inputs.tokenizer.decode([...prompt!.prefix, ...prompt!.suffix]);
  assert.match(
    text,
    /^The following are .* about rivers\.\n\nShown\?\nA\. a\nB\. b\nC\. c\nAnswer: C/,
  );
  assert.match(text, /D\. d\nE\. e\nAnswer:$/);
});

Deno.test("openInputs refuses a model that has no token for a letter that is asked, and takes it for fewer", async () => {
  using study = await writeOwnStudy({ letters: 4 });
  await assert.rejects(openInputs(study.config, study.model), {
    name: "UsageError",
    message: /^The token audit refuses this model: " E" after "Answer:" is not one token/,
  });
  const few = ITEMS.filter(({ choices }) => choices.length < 5);
  await Deno.writeTextFile(
    `${study.root}/own/water.jsonl`,
    few.map((item) => `${JSON.stringify(item)}\n`).join(""),
  );
  assert.equal((await openInputs(study.config, study.model)).audit.letterIds.length, 4);
});

Deno.test("a file of one's own questions is asked 0-shot and judged on its database", async () => {
  using study = await writeOwnStudy();
  const inputs = await openInputs(study.config, study.model);
  assert.deepEqual(inputs.asked.map(({ id }) => id), ["boats-0", "names"]);
  assert.deepEqual(inputs.shots, []);
  assert.ok(inputs.hashes["spider/boats.jsonl"]);
  assert.ok(inputs.hashes["spider/harbour.sqlite"]);
  const [note, ...others] = sqlShortfalls(study.config, inputs);
  assert.match(note!, /^there is no tables\.json: schemas were made of the database/);
  assert.deepEqual(others, []);
  await using engine = await openCpuEngine(inputs.checkpoint);
  using store = openStore(`${study.out}/sql.jsonl`, { schema: SAMPLES.sql });
  const options = { variant: BASE, store, progress: SILENT };
  const samples = await answerSql(inputs, engine, options);
  const right = samples.map((sample, i) => ({ ...sample, text: QUESTIONS[i]!.sql }));
  const { verdicts, unjudged } = await judgeSamples(inputs, right, {
    timeoutMs: 5000,
    progress: SILENT,
  });
  assert.deepEqual(unjudged, []);
  assert.deepEqual(verdicts.map(({ status }) => status), ["match", "match"]);
});

Deno.test("openSqlInputs refuses shots of data without a training split, and a database key beside Spider's layout", async () => {
  using study = await writeOwnStudy();
  const changed = (spider: Partial<StudyConfig["spider"]>): StudyConfig => ({
    ...study.config,
    spider: { ...study.config.spider, ...spider },
  });
  await assert.rejects(openSqlInputs(changed({ shots: 3 })), {
    name: "UsageError",
    message: /no training split to take them from: set spider\.shots to 0/,
  });
  const path = `${study.root}/data/spider`;
  const database = `${study.root}/own/harbour.sqlite`;
  await assert.rejects(openSqlInputs(changed({ path, database })), {
    name: "UsageError",
    message: /spider\.database is for questions in a \.jsonl file/,
  });
  const elsewhere = `${study.root}/harbour.sqlite`;
  await Deno.rename(database, elsewhere);
  const { spider } = await openSqlInputs(changed({ database: elsewhere }));
  assert.equal(spider.databasePath("harbour"), elsewhere);
});
