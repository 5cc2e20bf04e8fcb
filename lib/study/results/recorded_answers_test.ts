import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { fromRoot } from "../../ground/mod.ts";
import {
  readJsonLines,
  readRecordedAnswers,
  readRecordedVariant,
  recordAnswers,
} from "./recorded_answers.ts";

const LETTERS = [
  {
    variant: "base",
    id: "a-0",
    subject: "a",
    category: "STEM",
    answer: 1,
    chosen: 2,
    correct: false,
    written: null,
    logProbs: [-1.2345, -2, -0.5, -7.005],
  },
  {
    variant: "qv",
    id: "a-0",
    subject: "a",
    category: "STEM",
    answer: 1,
    chosen: 1,
    correct: true,
    logProbs: [-1, -2, -3, -4],
  },
];

Deno.test("recordAnswers() keeps every row, the log-probabilities of the variants that are named", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const from = `${dir}/letters.jsonl`;
    Deno.writeTextFileSync(from, LETTERS.map((row) => `${JSON.stringify(row)}\n`).join(""));
    assert.deepEqual(readJsonLines(from), LETTERS);
    for (const to of [`${dir}/1.parquet`, `${dir}/2.parquet`]) {
      recordAnswers("letters", { from, to, logProbsOf: new Set(["base"]) });
    }
    assert.deepEqual(Deno.readFileSync(`${dir}/1.parquet`), Deno.readFileSync(`${dir}/2.parquet`));
    const [base, qv] = readRecordedAnswers(`${dir}/1.parquet`);
    const { logProbs, ...rest } = base!;
    const { logProbs: _all, ...expected } = LETTERS[0]!;
    // asked in writing and without a letter, which is not the same as not asked
    assert.equal(rest.written, null);
    assert.deepEqual(rest, expected);
    // two decimals, as single-precision numbers
    assert.deepEqual(logProbs, [-1.23, -2, -0.5, -7].map(Math.fround));
    const { logProbs: _dropped, ...second } = LETTERS[1]!;
    assert.deepEqual(qv, second);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("recordAnswers() does not lose a key in silence", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const from = `${dir}/prose.jsonl`;
    Deno.writeTextFileSync(from, '{"variant":"base","id":"p","perplexity":3}\n');
    const to = `${dir}/prose.parquet`;
    assert.throws(() => recordAnswers("prose", { from, to, logProbsOf: new Set() }), {
      name: "TypeError",
      message: `Cannot record "perplexity" of ${from}`,
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("recordAnswers() keeps statements and absent values of verdicts apart", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const from = `${dir}/verdicts.jsonl`;
    const rows = Array.from({ length: 300 }, (_, i) => ({
      variant: i < 150 ? "base" : "qv",
      ...(i % 3 === 0 ? { shots: 3 } : {}),
      id: `dev-${i % 150}`,
      dbId: "farm",
      hardness: "easy",
      status: i % 2 ? "match" : "mismatch",
      official: i % 2 === 1,
      assignment: false,
      strict: false,
      // the first hundred rows have none
      ...(i > 200 ? { errorClass: "join", message: `${i} rows` } : {}),
      finishReason: "stop",
      sql: i === 299 ? "" : `SELECT ${i} FROM "t" WHERE a = 'ü'`,
    }));
    // what was written without a statement may be the prompt again: no text of the data is recorded
    const kept = rows.map((row) => row.sql === "" ? { ...row, wrote: "I do not know." } : row);
    Deno.writeTextFileSync(from, kept.map((row) => `${JSON.stringify(row)}\n`).join(""));
    recordAnswers("verdicts", { from, to: `${dir}/v.parquet`, logProbsOf: new Set() });
    assert.deepEqual(readRecordedAnswers(`${dir}/v.parquet`), rows);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("recordAnswers() records letters of which no log-probability is kept, or none of the first", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const from = `${dir}/letters.jsonl`;
    Deno.writeTextFileSync(from, LETTERS.map((row) => `${JSON.stringify(row)}\n`).join(""));
    for (const [kept, expected] of [[[], [false, false]], [["qv"], [false, true]]] as const) {
      recordAnswers("letters", { from, to: `${dir}/l.parquet`, logProbsOf: new Set(kept) });
      const rows = readRecordedAnswers(`${dir}/l.parquet`);
      assert.deepEqual(rows.map((row) => "logProbs" in row), expected);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("readRecordedVariant() has a variant's rows with their numbers in the file, and all names", () => {
  const file = fromRoot("results/recorded/sample/verdicts.parquet");
  const all = readRecordedAnswers(file);
  const names = [...new Set(all.map(({ variant }) => String(variant)))];
  assert.ok(names.length > 2);
  for (const name of names) {
    const { rows, variants } = readRecordedVariant(file, name);
    const expected = all.flatMap((row, i) => row.variant === name ? [{ row, number: i + 1 }] : []);
    assert.deepEqual(rows, expected);
    assert.deepEqual(variants, names);
  }
  assert.deepEqual(readRecordedVariant(file, "none").rows, []);
});

Deno.test("readRecordedVariant() finds no variant where names are no text, or there are none", async () => {
  const dir = await Deno.makeTempDir();
  try {
    for (const data of [{ variant: [1, 2] }, { variant: [true, false] }, { id: ["a", "b"] }]) {
      pl.DataFrame(data).writeParquet(`${dir}/a.parquet`);
      const { rows, variants } = readRecordedVariant(`${dir}/a.parquet`, "1");
      assert.deepEqual(rows, []);
      const names = ("variant" in data ? data.variant : [""]).map(String);
      assert.deepEqual(variants, names);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
