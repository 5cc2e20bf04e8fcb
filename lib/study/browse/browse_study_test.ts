import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fromRoot, SILENT } from "../../ground/mod.ts";
import { writeMiniMmlu } from "../../mmlu/testing/mini_mmlu.ts";
import { type BrowserData, NO_LETTER, NO_OUTCOME, NOT_ASKED } from "../../report/mod.ts";
import { readSummary } from "../../runs/mod.ts";
import { writeMiniSpider } from "../../spider/testing/mini_spider.ts";
import { compareProse } from "../numbers/compare_prose.ts";
import { readAnswers } from "../results/read_answers.ts";
import { recordAnswers } from "../results/recorded_answers.ts";
import { browseStudy } from "./browse_study.ts";
import { unscored } from "./browsed_facts.ts";

type Line = Readonly<Record<string, unknown>>;

const RIGHT = { status: "match", official: true, assignment: true, strict: true };
const WRONG = { official: false, assignment: false, strict: false };
const COWS = { id: "dev-0", dbId: "farm", hardness: "easy", finishReason: "stop" };
const TOWNS = { id: "dev-1", dbId: "music", hardness: "easy", finishReason: "stop" };

const VERDICTS: readonly Line[] = [
  { variant: "base", ...COWS, ...RIGHT, sql: "SELECT count(*) FROM cow" },
  {
    variant: "base",
    ...TOWNS,
    ...WRONG,
    status: "sql_error",
    errorClass: "schema_linking",
    message: "no such column: town",
    sql: "SELECT town FROM singer",
  },
  {
    variant: "tuned",
    ...COWS,
    ...WRONG,
    status: "mismatch",
    errorClass: "projection",
    finishReason: "length",
    sql: "SELECT name FROM cow",
  },
  { variant: "tuned", shots: 0, ...COWS, ...RIGHT, sql: "SELECT count(*) FROM cow" },
];

const ASTRONOMY = { subject: "astronomy", category: "STEM" };
const LETTERS: readonly Line[] = [
  {
    variant: "base",
    id: "astronomy-0",
    ...ASTRONOMY,
    answer: 0,
    chosen: 0,
    correct: true,
    written: null,
    logProbs: [-0.5, -1.25, -400, -3],
  },
  { variant: "base", id: "astronomy-1", ...ASTRONOMY, chosen: 3, correct: false, logProbs: [] },
  { variant: "tuned", id: "astronomy-0", ...ASTRONOMY, answer: 0, chosen: 2, correct: false },
];

interface Folder extends Disposable {
  readonly folder: string;
  readonly browse: () => Promise<BrowserData>;
}

/** A folder of answers without a summary, beside data with some rows in them. */
async function answered(
  { verdicts = VERDICTS, letters = LETTERS, prose = [], recorded = false }: {
    readonly verdicts?: readonly Line[];
    readonly letters?: readonly Line[];
    readonly prose?: readonly Line[];
    readonly recorded?: boolean;
  } = {},
): Promise<Folder> {
  const folder = await Deno.makeTempDir({ prefix: "browse-" });
  const spider = await writeMiniSpider(`${folder}/spider`);
  using farm = new DatabaseSync(`${spider}/database/farm/farm.sqlite`);
  farm.exec("INSERT INTO cow VALUES ('Berta'), ('Bella')");
  const mmlu = await writeMiniMmlu(`${folder}/mmlu`);
  for (const [kind, rows] of Object.entries({ verdicts, letters, prose })) {
    const lines = `${folder}/${kind}.jsonl`;
    Deno.writeTextFileSync(lines, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    if (!recorded) continue;
    const to = `${folder}/${kind}.parquet`;
    recordAnswers(kind as "verdicts", { from: lines, to, logProbsOf: new Set(["base"]) });
    Deno.removeSync(lines);
  }
  return {
    folder,
    browse: () => browseStudy({ folder, spider, mmlu, progress: SILENT }),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

for (const recorded of [false, true]) {
  Deno.test(`browseStudy() joins answers, texts and results, ${recorded ? "recorded" : "working"}`, async () => {
    using study = await answered({ recorded });
    const { sql, variants, first, changes, notes } = await study.browse();
    assert.deepEqual(variants, [{ name: "base" }, { name: "tuned" }]);
    assert.deepEqual(first, { from: "base", to: "tuned" });
    assert.deepEqual(sql!.prompts, ["the study's own prompt", "0-shot"]);
    assert.deepEqual(sql!.questions.map(({ question }) => question), [
      "How many cows?",
      "All towns?",
    ]);
    assert.deepEqual(Object.keys(sql!.schemas), ["farm", "music"]);
    const [base, tuned] = sql!.answers;
    assert.equal(tuned!.outcomes[1], NO_OUTCOME);
    const outcome = sql!.outcomes[tuned!.outcomes[0]!]!;
    assert.deepEqual([outcome.cut, outcome.errorClass], ["length", "projection"]);
    const gold = sql!.results[sql!.questions[0]!.result!]!;
    assert.deepEqual([gold.names, gold.cells], [["count(*)"], [["2"]]]);
    assert.deepEqual(sql!.results[outcome.result!], {
      rowCount: 2,
      columnCount: 1,
      names: ["name"],
      cells: [["Berta"], ["Bella"]],
      marks: [1, 1],
      extra: 2,
      missing: 1,
    });
    // what is right in every reading has the gold's result, what fails has none
    assert.deepEqual(
      base!.outcomes.values().map((at) => sql!.outcomes[at]!.result).toArray(),
      [undefined, undefined],
    );
    const said = changes.map(({ from, to, gauge, prompt }) => [from, to, gauge, prompt].join(" "));
    assert.deepEqual(said.sort(), [
      "base tuned mmlu 0",
      "base tuned sql 0",
      "tuned base mmlu 0",
      "tuned base sql 0",
    ]);
    assert.match(changes[0]!.sentence, /points: no difference shown \(unadjusted\)/);
    assert.match(notes.join(" "), /recorded of 0 of 2 variants/);
    assert.match(notes.join(" "), /results of more than 10,000 rows are left out/);
  });
}

Deno.test("browseStudy() has letters as they were chosen and written", async () => {
  using study = await answered({ letters: LETTERS.filter(({ id }) => id === "astronomy-0") });
  const { choices } = await study.browse();
  const [base, tuned] = choices!.answers;
  assert.deepEqual(choices!.questions.map(({ id }) => id), ["astronomy-0"]);
  assert.deepEqual([base!.chosen, base!.written], [Uint8Array.of(0), Uint8Array.of(NO_LETTER)]);
  // hundredths of a nat, as low as there is room for
  assert.deepEqual(base!.logProbs, Int16Array.of(-50, -125, -32_768, -300));
  assert.deepEqual([tuned!.written, tuned!.logProbs], [undefined, undefined]);
  assert.notEqual(NO_LETTER, NOT_ASKED);
});

/** Scored passages of four topics, the nats of each variant so many more than the one's before. */
function scoredPassages(names: readonly string[]): Line[] {
  return names.flatMap((variant, more) =>
    ["sea", "ice", "snow", "wind"].map((topic, at) => ({
      variant,
      id: `p-${at}`,
      kind: "narrative",
      topic,
      tokens: 100,
      nats: 300 + 10 * at + more * (10 + at),
    }))
  );
}

for (const recorded of [false, true]) {
  Deno.test(`browseStudy() has words on general text of every pair, ${recorded ? "recorded" : "working"}`, async () => {
    const third = { ...VERDICTS[0]!, variant: "other" };
    const names = ["base", "tuned", "other"];
    using study = await answered({
      verdicts: [...VERDICTS, third],
      prose: scoredPassages(names),
      recorded,
    });
    const { changes } = await study.browse();
    const prose = changes.filter(({ gauge }) => gauge === "prose");
    assert.deepEqual(prose.map(({ from, to }) => `${from} ${to}`).sort(), [
      "base other",
      "base tuned",
      "other base",
      "other tuned",
      "tuned base",
      "tuned other",
    ]);
    const of = (from: string, to: string): string =>
      prose.find((change) => change.from === from && change.to === to)!.sentence;
    // the same numbers as of two runs that are compared
    const [tuned, other] = ["tuned", "other"]
      .map((name) => readAnswers(`${study.folder}::${name}`, () => {}));
    const { overall } = compareProse(tuned!.prose, other!.prose, undefined);
    assert.equal(overall.verdict.difference.toFixed(3), "0.115");
    assert.match(of("tuned", "other"), /^\+0\.115 nats a token \[.*: a loss \(unadjusted\)/);
    assert.match(of("other", "tuned"), /^−0\.115 nats a token \[.*: a gain \(unadjusted\)/);
  });
}

Deno.test("browseStudy() says which pair scored other passages, and goes on", async () => {
  const prose = scoredPassages(["base", "tuned"]);
  using study = await answered({ prose: prose.slice(0, -1) });
  const { changes } = await study.browse();
  const said = changes.filter(({ gauge }) => gauge === "prose").map(({ sentence }) => sentence);
  assert.deepEqual(said, [
    "not compared: Cannot pair examples as some are on one side only: only in base: p-3",
    "not compared: Cannot pair examples as some are on one side only: only in tuned: p-3",
  ]);
  using broken = await answered({ prose: [{ ...prose[0]!, nats: "many" }] });
  await assert.rejects(broken.browse(), { name: "UsageError", message: /prose\.jsonl, row 1/ });
});

Deno.test("browseStudy() refuses data that were not asked, by name", async () => {
  const refused = async (
    files: Parameters<typeof answered>[0],
    message: RegExp,
  ): Promise<void> => {
    using study = await answered(files);
    await assert.rejects(study.browse(), { name: "UsageError", message });
  };
  const [first, ...others] = VERDICTS;
  await refused(
    { verdicts: [{ ...first!, id: "dev-99" }, ...others] },
    /"dev-99" was answered on database "farm", and .* has no such question/,
  );
  await refused({ verdicts: [{ ...first!, dbId: "music" }, ...others] }, /has "farm" there/);
  const [letter, ...rest] = LETTERS;
  await refused({ letters: [{ ...letter!, id: "x-0" }, ...rest] }, /"x-0".* has no such question/);
  await refused({ letters: [{ ...letter!, answer: 1 }, ...rest] }, /has A as its right letter/);
  await refused({ letters: [{ ...letter!, correct: false }, ...rest] }, /does not fit the answer/);
  await refused({ letters: [{ ...letter!, subject: "law" }, ...rest] }, /has it under "astronomy"/);
  await refused({ letters: [{ ...letter!, logProbs: [-1] }, ...rest] }, /number of options/);
  await refused(
    { verdicts: [{ ...first!, hardness: "odd" }] },
    /verdicts\.jsonl, row 1: "hardness"/,
  );
  for (const other of [null, []]) {
    await refused(
      { verdicts: [first!, other as unknown as Line] },
      /Cannot use .*verdicts\.jsonl, row 2: it is no object/,
    );
  }
});

Deno.test("browseStudy() refuses a folder without two variants, and one without a word on its data", async () => {
  using one = await answered({ verdicts: VERDICTS.slice(0, 1), letters: [] });
  await assert.rejects(one.browse(), { name: "UsageError", message: /answers of "base" alone/ });
  using none = await answered({ verdicts: [], letters: [] });
  await assert.rejects(none.browse(), { name: "UsageError", message: /it has no answers/ });
  using study = await answered();
  await assert.rejects(
    browseStudy({ folder: study.folder, progress: SILENT }),
    { name: "UsageError", message: /no summary that says where its data are: .* --data-root DIR/ },
  );
});

Deno.test("browseStudy() says how many questions were not asked, and why, without a summary too", async () => {
  const farm = VERDICTS.filter(({ dbId }) => dbId === "farm");
  const names = farm.map((row) => ({ ...row, id: "dev-2" }));
  using all = await answered({ verdicts: [...farm, ...names] });
  await Deno.remove(`${all.folder}/spider/database/music/music.sqlite`);
  const { sql, notes } = await all.browse();
  const why = "1 on database music, which has no file";
  assert.deepEqual(sql!.unscored, { asked: 3, why, ids: ["dev-1"] });
  assert.ok(
    notes.includes(`Text-to-SQL, not scored of any variant, of 3 questions: ${why}.`),
    notes.join("\n"),
  );
  // where another one is missing too, nothing says why
  using some = await answered({ verdicts: farm });
  await Deno.remove(`${some.folder}/spider/database/music/music.sqlite`);
  assert.equal((await some.browse()).sql!.unscored, undefined);
});

Deno.test("unscored() has the questions that the summary could not score", () => {
  const summary = readSummary(fromRoot("results/recorded/qwen_coder_1_5b/summary.json"));
  const example = { question: "", query: "" };
  const dev = ["dev-0", "dev-1", "dev-2"].map((id, at) => ({
    ...example,
    id,
    dbId: at === 0 ? "farm" : "wta_1",
  }));
  assert.deepEqual(
    unscored(summary, [{ id: "dev-0", dbId: "farm" }], { dev, missingDatabases: [] }),
    { asked: 1034, why: "62 on database wta_1, which has no file", ids: ["dev-1", "dev-2"] },
  );
  const sample = readSummary(fromRoot("results/recorded/sample/summary.json"));
  assert.equal(unscored(sample, [], { dev, missingDatabases: [] }), undefined);
});
