import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { fromRoot } from "../../ground/mod.ts";
import { readBrowsedAnswers } from "../browse/read_browsed_answers.ts";
import { ANSWER_SUMS, checkAnswerSums, writeAnswerSums } from "./answer_sums.ts";
import { readAllAnswers, readAnswers } from "./read_answers.ts";
import { readRecordedAnswers, recordAnswers } from "./recorded_answers.ts";

const SAMPLE = fromRoot("results/recorded/sample");

/** A copy of the sample's recorded answers. */
function copied(files: readonly string[]): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  for (const file of files) Deno.copyFileSync(`${SAMPLE}/${file}`, `${path}/${file}`);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const ANSWERS = ["verdicts.parquet", "letters.parquet", "prose.parquet"];

/** Turns one right verdict of the base model into a wrong one and one wrong into a right one. */
function swapTwoVerdicts(file: string): void {
  const rows = readRecordedAnswers(file);
  const at = [true, false].map((official) =>
    rows.findIndex((row) => row.variant === "base" && row.official === official)
  );
  const [right, wrong] = at.map((i) => rows[i]!) as [typeof rows[number], typeof rows[number]];
  const changed = rows.with(at[0]!, { ...wrong, id: right.id, dbId: right.dbId })
    .with(at[1]!, { ...right, id: wrong.id, dbId: wrong.dbId });
  const lines = `${file}.jsonl`;
  Deno.writeTextFileSync(lines, changed.map((row) => `${JSON.stringify(row)}\n`).join(""));
  recordAnswers("verdicts", { from: lines, to: file, logProbsOf: new Set() });
  Deno.removeSync(lines);
}

Deno.test("every recording of answers in the repository has their SHA-256, and they hold", () => {
  const recorded = fromRoot("results/recorded");
  const folders = readdirSync(recorded).map((name) => `${recorded}/${name}`)
    .filter((folder) => readdirSync(folder).some((name) => name.endsWith(".parquet")));
  assert.ok(folders.length >= 5);
  for (const folder of folders) {
    assert.ok(existsSync(`${folder}/${ANSWER_SUMS}`), `${folder} has no ${ANSWER_SUMS}`);
    assert.deepEqual(checkAnswerSums(folder), []);
  }
});

Deno.test("checkAnswerSums() names answers that were changed, although their counts are the same", () => {
  using folder = copied([...ANSWERS, ANSWER_SUMS]);
  const { path } = folder;
  const line = {
    name: "UsageError",
    message: `Cannot use ${path}/verdicts.parquet: it was changed since it was recorded (its ` +
      "SHA-256 is not that of answers.sha256)",
  };
  swapTwoVerdicts(`${path}/verdicts.parquet`);
  const silent = (): void => {};
  assert.throws(() => readAnswers(`${path}::base`, silent), line);
  assert.throws(() => readAnswers(`${path}/verdicts.parquet::base`, silent), line);
  assert.throws(() => readAllAnswers(path, silent), line);
  assert.throws(() => readBrowsedAnswers(path, silent), line);
  // one file alone is read where that one was not changed
  assert.ok(readAnswers(`${path}/letters.parquet::base`, silent).letters.length > 0);
  writeAnswerSums(path);
  assert.ok(readAnswers(`${path}::base`, silent).verdicts.length > 0);
});

Deno.test("checkAnswerSums() names answers that are missing, and those that came later", () => {
  using folder = copied([...ANSWERS, ANSWER_SUMS]);
  const { path } = folder;
  Deno.removeSync(`${path}/letters.parquet`);
  assert.throws(() => checkAnswerSums(path), {
    name: "UsageError",
    message: `Cannot use ${path}/letters.parquet: it is missing, and answers.sha256 names it`,
  });
  writeAnswerSums(path);
  Deno.copyFileSync(`${SAMPLE}/letters.parquet`, `${path}/letters.parquet`);
  assert.throws(() => checkAnswerSums(path), /letters\.parquet: it is not among those that/);
});

Deno.test("answers without checksums are read, and it is said once that a change cannot be told", () => {
  using folder = copied(ANSWERS);
  const { path } = folder;
  for (
    const read of [
      (note: (line: string) => void) => readAnswers(`${path}::base`, note),
      (note: (line: string) => void) => readAllAnswers(path, note),
      (note: (line: string) => void) => readBrowsedAnswers(path, note),
    ]
  ) {
    const notes: string[] = [];
    read((line) => notes.push(line));
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /verdicts\.parquet, .*there is no answers\.sha256 beside/);
  }
});
