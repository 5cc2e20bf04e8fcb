import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { REPOSITORY_ROOT } from "../ground/mod.ts";

import { readSummary } from "../runs/mod.ts";
import { ANSWER_KINDS } from "../study/measures/answer_kinds.ts";
import { readRecordedAnswers } from "../study/results/recorded_answers.ts";
import { checkResultFiles } from "./check_result_files.ts";

const RECORDED = `${REPOSITORY_ROOT}/results/recorded`;

/** The records of a file of the recorded sample. */
function rowsOf<T>(file: string): readonly T[] {
  const parquet = `${RECORDED}/sample/${file.replace(/jsonl$/, "parquet")}`;
  if (existsSync(parquet)) return readRecordedAnswers(parquet) as T[];
  return Deno.readTextFileSync(`${RECORDED}/sample/${file}`).trim().split("\n")
    .map((line) => JSON.parse(line));
}

/** A copy of a recording, its answers as JSON lines again, to be spoilt. */
function withCopy(fn: (dir: string) => void, name = "sample"): void {
  const dir = Deno.makeTempDirSync({ prefix: "result-files-" });
  try {
    cpSync(`${RECORDED}/${name}`, dir, { recursive: true });
    for (const kind of ANSWER_KINDS) {
      const rows = readRecordedAnswers(`${dir}/${kind}.parquet`);
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      Deno.writeTextFileSync(`${dir}/${kind}.jsonl`, lines);
    }
    fn(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("checkResultFiles() takes every recorded study", () => {
  const studies = [...Deno.readDirSync(RECORDED)].map(({ name }) => name)
    .filter((name) => existsSync(`${RECORDED}/${name}/summary.json`));
  assert.ok(studies.includes("sample"));
  for (const name of studies) {
    withCopy((dir) => checkResultFiles(readSummary(`${dir}/summary.json`), dir), name);
  }
});

Deno.test("checkResultFiles() names the file that is not the summary's, and says why", () => {
  const log = "training/qv-lr2e-3/loss.jsonl";
  const first = (text: string): string => text.slice(0, text.indexOf("\n") + 1);
  // What the recording says, so that the cases hold for another one of the same study.
  const base = rowsOf<{ variant: string; official?: boolean }>("verdicts.jsonl")
    .filter((row) => row.variant === "base");
  const right = base.filter((row) => row.official).length;
  const asked = rowsOf<{ variant: string }>("letters.jsonl")
    .filter((row) => row.variant === "base").length;
  const { step: steps, tokens } = rowsOf<{ step: number; tokens: number }>(log).at(-1)!;
  const cases: readonly (readonly [string, (text: string) => string, string])[] = [
    [
      "verdicts.jsonl",
      (text) => text.slice(first(text).length),
      `it has ${base.length - 1} rows of "base", not ${base.length}`,
    ],
    [
      "verdicts.jsonl",
      (text) => text + first(text),
      `it has ${base.length + 1} rows of "base", not ${base.length}`,
    ],
    [
      "verdicts.jsonl",
      (text) => first(text) + first(text) + text.split("\n").slice(2).join("\n"),
      '"base" has an id twice',
    ],
    [
      "verdicts.jsonl",
      (text) => text.replace('"official":false', '"official":true'),
      `"base" has ${right + 1} right in it, not ${right}`,
    ],
    [
      "verdicts.jsonl",
      (text) => text.replace('"variant":"base"', '"variant":"other"'),
      'it has a row of variant "other"',
    ],
    ["letters.jsonl", (text) => text.slice(first(text).length), `not ${asked}`],
    ["letters.jsonl", (text) => text.replace('"correct":true', '"correct":false'), '"base" has '],
    ["summary.md", (text) => `${text}\n`, "its numbers make another text"],
    ["trade_off.svg", (text) => text.replace("sample", "full"), "its numbers make another text"],
    [log, first, `it has 1 step, and its run ${steps}`],
    [log, (text) => text.slice(first(text).length), "its steps do not count up from 1"],
    [
      log,
      (text) => text.replace(`"tokens": ${tokens},`, `"tokens": ${tokens + 1},`),
      `it ends at ${tokens + 1} tokens, and its run at ${tokens}`,
    ],
    [
      log,
      (text) => text.replace('"learning_rate": 0.002,', '"learning_rate": 0.003,'),
      "it begins with learning rate 0.003, and its run with 0.002",
    ],
    [
      "training/qv-lr2e-3/config.json",
      (text) => text.replace('"learning_rate": 0.002', '"learning_rate": 0.003'),
      "the recipe's learning rate is 0.002",
    ],
  ];
  const summary = readSummary(`${RECORDED}/sample/summary.json`);
  for (const [file, spoil, why] of cases) {
    withCopy((dir) => {
      const text = Deno.readTextFileSync(`${dir}/${file}`);
      Deno.writeTextFileSync(`${dir}/${file}`, spoil(text));
      assert.throws(() => checkResultFiles(summary, dir), (error: Error) => {
        const start = `Cannot record "sample": ${dir}/${file} is not the summary's: `;
        assert.equal(error.name, "UsageError");
        assert.ok(error.message.startsWith(start) && error.message.includes(why), error.message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
