import { join } from "node:path";
import { z } from "zod";
import {
  checkRecord,
  counted,
  jsonLines,
  parseJson,
  readTextFile,
  UsageError,
} from "../ground/mod.ts";

import { type Summary } from "../runs/mod.ts";
import { changedTexts, RESULT_FILES, resultFiles, trainings } from "../study/mod.ts";

type Json = Readonly<Record<string, unknown>>;

const OBJECT = z.record(z.string(), z.unknown());

/**
 * Compares the files of a study's results with its summary: rows, successes and texts have to be
 * those that its numbers are of, and the loss logs those of the runs that are recorded beside them.
 *
 * @param from The study's results folder.
 * @throws {UsageError} If a file is not the summary's; the line names it and says why.
 */
export function checkResultFiles(summary: Summary, from: string): void {
  const refuse = (file: string, why: string): never => {
    throw new UsageError(
      `Cannot record "${summary.name}": ${
        join(from, file)
      } is not the summary's: ${why}: run the ` +
        "study again",
    );
  };
  const { counts, variants, config } = summary;
  const asked = resultFiles(config);
  const check = (
    kind: "verdicts" | "letters" | "prose",
    right: string | undefined,
    expected: Expected,
  ): void => {
    if (!asked.includes(kind)) return;
    const file = RESULT_FILES[kind];
    // verdicts under another prompt than the study's own are beside its numbers
    const rows = readRows(join(from, file)).filter(({ shots }) => shots === undefined);
    const why = rowsFault(rows, right, expected);
    if (why !== undefined) refuse(file, why);
  };
  check("verdicts", "official", {
    n: counts.sql?.scored ?? 0,
    right: variants.map(({ name, sql }) => [name, sql?.overall.official.successes ?? 0]),
  });
  check("letters", "correct", {
    n: counts.mmlu?.scored ?? 0,
    right: variants.map(({ name, mmlu }) => [name, mmlu?.overall.accuracy.successes ?? 0]),
  });
  check("prose", undefined, {
    n: counts.prose?.scored ?? 0,
    right: variants.map(({ name }) => [name, 0]),
  });
  for (const [file] of changedTexts(summary, from)) refuse(file, "its numbers make another text");
  for (const { name, recipe: { learningRate } } of trainings(summary.config)) {
    if (summary.provenance.adapterSettings?.[name]?.trained === "elsewhere") continue;
    const log = `training/${name}/loss.jsonl`;
    const run = join(from, `training/${name}/config.json`);
    const record = checkRecord(OBJECT, parseJson(readTextFile(run), run), run);
    if (record.learning_rate !== learningRate) {
      refuse(`training/${name}/config.json`, `the recipe's learning rate is ${learningRate}`);
    }
    const why = logFault(readRows(join(from, log)), record);
    if (why !== undefined) refuse(log, why);
  }
}

interface Expected {
  /** Rows of each variant. */
  readonly n: number;
  /** How many of them are right, by variant. */
  readonly right: readonly (readonly [string, number])[];
}

/** Why rows are not those of the summary; undefined where they are. */
function rowsFault(
  rows: readonly Json[],
  field: string | undefined,
  { n, right }: Expected,
): string | undefined {
  const other = rows.find((row) => !right.some(([name]) => name === row.variant));
  if (other !== undefined) return `it has a row of variant ${JSON.stringify(other.variant)}`;
  for (const [name, successes] of right) {
    const own = rows.filter(({ variant }) => variant === name);
    if (own.length !== n) return `it has ${counted(own.length, "row")} of "${name}", not ${n}`;
    if (new Set(own.map(({ id }) => id)).size !== n) return `"${name}" has an id twice`;
    if (field === undefined) continue;
    const found = own.filter((row) => row[field] === true).length;
    if (found !== successes) return `"${name}" has ${found} right in it, not ${successes}`;
  }
  return undefined;
}

/** Why a loss log is not that of the run whose record is given: steps, tokens, learning rate. */
function logFault(
  rows: readonly Json[],
  { planned, learning_rate }: Json,
): string | undefined {
  const { steps, tokens } = (planned ?? {}) as Json;
  if (rows.some(({ step }, i) => step !== i + 1)) return "its steps do not count up from 1";
  if (steps !== undefined && rows.length !== steps) {
    return `it has ${counted(rows.length, "step")}, and its run ${steps}`;
  }
  if (tokens !== undefined && rows.at(-1)?.tokens !== tokens) {
    return `it ends at ${rows.at(-1)?.tokens} tokens, and its run at ${tokens}`;
  }
  if (rows[0]?.learning_rate !== learning_rate) {
    return `it begins with learning rate ${
      rows[0]?.learning_rate
    }, and its run with ${learning_rate}`;
  }
  return undefined;
}

function readRows(path: string): Json[] {
  return jsonLines(OBJECT, readTextFile(path), path).map(({ record }) => record);
}
