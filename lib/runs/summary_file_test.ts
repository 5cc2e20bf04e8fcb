import assert from "node:assert/strict";
import type { Hardness, VerdictStatus } from "../sql/verdict.ts";
import {
  aboveChance,
  pairedDifference,
  percentageChange,
  proportion,
  smallestDetectableDifference,
} from "../stats/mod.ts";
import { parseConfig } from "./config.ts";
import { SchemaVersionError } from "./schema_version_error.ts";
import type {
  Change,
  ChoiceComparison,
  ChoiceScore,
  HardnessLevel,
  MmluScores,
  SqlScores,
  SqlStatus,
  Summary,
} from "./summary.ts";
import { readSummary, writeSummary } from "./summary_file.ts";

// The room of SQL and this one use the same words, or this file does not compile.
const _statuses: [SqlStatus] extends [VerdictStatus] ? [VerdictStatus] extends [SqlStatus] ? true
  : false
  : false = true;
const _levels: [HardnessLevel] extends [Hardness] ? [Hardness] extends [HardnessLevel] ? true
  : false
  : false = true;

const SQL_BASE = outcomes(8, 1);
const SQL_TUNED = outcomes(8, 5);
const MMLU_BASE = outcomes(60, 30);
const MMLU_TUNED = outcomes(60, 24);
const CLUSTERS = [..."aabbccdd"];

Deno.test("readSummary() gives back what writeSummary() wrote", () => {
  inFolder((folder) => {
    const path = `${folder}/results/tiny/summary.json`;
    writeSummary(path, SUMMARY);
    assert.deepEqual(readSummary(path), SUMMARY);
    assert.match(Deno.readTextFileSync(path), /^\{\n {2}"schemaVersion": 1,\n[^]*\n\}\n$/);
    assert.equal(readSummary(path).variants[1]?.versusBase?.sql.overall.official.gained, 4);
  });
});

Deno.test("readSummary() refuses another schema version with both numbers", () => {
  for (const found of [2, "1", undefined]) {
    refuses({ ...SUMMARY, schemaVersion: found }, (error) => {
      assert.ok(error instanceof SchemaVersionError);
      assert.deepEqual([error.found, error.expected], [found, 1]);
      assert.match(error.message, /summary\.json: its schemaVersion is .* this code reads 1/);
    });
  }
  refuses([], (error) => assert.ok(error instanceof SchemaVersionError));
});

const WRONG: readonly (readonly [what: string, path: string, value: unknown, message: RegExp])[] = [
  ["an unknown key", "variant", [], /unknown key "variant": did you mean "variants"\?/],
  [
    "a missing n",
    "variants.0.sql.overall.official.n",
    undefined,
    /"variants\[0\]\.sql\.overall\.official\.n" must be an integer >= 1: it is missing/,
  ],
  [
    "a mean that is not successes / n",
    "variants.0.sql.overall.strict.mean",
    0.5,
    /overall\.strict" must be a proportion whose mean/,
  ],
  [
    "an interval of one end",
    "variants.1.mmlu.overall.accuracy.ci95",
    [0.1],
    /accuracy\.ci95" must be a list of 2/,
  ],
  [
    "an interval upside down",
    "variants.1.mmlu.overall.accuracy.ci95",
    [0.5, 0.1],
    /ci95" must be an interval, the lower/,
  ],
  [
    "a number that JSON has no form for",
    "variants.1.mmlu.overall.chance.pValue",
    NaN,
    /pValue" must be a number >= 0 and <= 1: current value is null/,
  ],
  [
    "counts that do not add up",
    "counts.sql.asked",
    11,
    /"counts\.sql" must be counts with asked = scored/,
  ],
  [
    "statuses that do not add up",
    "variants.0.sql.byStatus.mismatch",
    0,
    /"variants\[0\]\.sql" must be scores whose counts/,
  ],
  [
    "more cut completions than there are",
    "variants.0.sql.cut",
    9,
    /"variants\[0\]\.sql" must be scores with cutInReasoning <= cut <= n = 8/,
  ],
  [
    "cut completions without their number",
    "variants.1.sql.cutInReasoning",
    1,
    /"variants\[1\]\.sql" must be scores with cutInReasoning <= cut/,
  ],
  [
    "an unknown status",
    "variants.0.sql.byStatus.crashed",
    0,
    /unknown key "variants\[0\]\.sql\.byStatus\.crashed"/,
  ],
  [
    "an unknown hardness",
    "variants.0.sql.byHardness.extr",
    {},
    /unknown key .*extr": did you mean "extra"/,
  ],
  [
    "a base model compared with itself",
    "variants.0.versusBase",
    "copy",
    /"variants\[0\]\.versusBase" must be left out/,
  ],
  [
    "a variant without comparison",
    "variants.1.versusBase",
    undefined,
    /"variants\[1\]\.versusBase" must be there/,
  ],
  ["two base models", "variants.1.name", "base", /"variants\[1\]\.name" must be "base" first/],
  [
    "a difference that its flips deny",
    "variants.1.versusBase.sql.overall.official.difference",
    0.1,
    /must be a comparison whose difference/,
  ],
  ["another kind of change", "variants.1.versusBase.sql.change.kind", "none", /change/],
  [
    "a hash of another length",
    "provenance.modelFiles.a",
    "abc",
    /"provenance\.modelFiles\.a" must be 64 hex/,
  ],
  ["a config with a typo", "config.sede", 1, /unknown key "config\.sede": did you mean "seed"/],
];

for (const [what, path, value, message] of WRONG) {
  Deno.test(`readSummary() refuses ${what} and names the key`, () => {
    const changed = JSON.parse(JSON.stringify(SUMMARY));
    const keys = path.split(".");
    const parent: Record<string, unknown> = keys.slice(0, -1).reduce(
      (at, key) => at[key] as Record<string, unknown>,
      changed,
    );
    const copied = SUMMARY.variants[1]?.versusBase;
    parent[keys.at(-1)!] = value === "copy" ? copied : value;
    refuses(changed, (error) => {
      assert.equal(error.name, "UsageError");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
    });
  });
}

Deno.test("writeSummary() refuses a wrong summary as a fault of the code and writes nothing", () => {
  inFolder((folder) => {
    const wrong = { ...SUMMARY, configHash: "x" };
    assert.throws(() => writeSummary(`${folder}/summary.json`, wrong), {
      name: "TypeError",
      message: /"configHash" must be 64 hexadecimal digits/,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

function refuses(summary: unknown, look: (error: Error) => void): void {
  inFolder((folder) => {
    const path = `${folder}/summary.json`;
    Deno.writeTextFileSync(path, JSON.stringify(summary));
    assert.throws(() => readSummary(path), (error: Error) => {
      look(error);
      return true;
    });
  });
}

function outcomes(n: number, right: number): boolean[] {
  return Array.from({ length: n }, (_, i) => i < right);
}

function sqlScores(right: number): SqlScores {
  const accuracy = proportion(right, 8);
  const overall = { official: accuracy, assignment: accuracy, strict: accuracy };
  const statuses = { no_sql: 2, sql_error: 0, timeout: 0, too_many_rows: 0 };
  return {
    overall,
    byHardness: { easy: overall },
    byStatus: { match: right, mismatch: 6 - right, ...statuses },
    success: right,
    failure: 8 - right,
  };
}

function mmluScores(right: number): MmluScores {
  const score: ChoiceScore = { accuracy: proportion(right, 60), chance: aboveChance(right, 60) };
  return { overall: score, byCategory: { "STEM": score } };
}

function change(base: readonly boolean[], tuned: readonly boolean[]): Change {
  const { change: mean, ci95 } = percentageChange(base, tuned)!;
  return { kind: "relative", mean, ci95 };
}

const COMPARISON: ChoiceComparison = {
  difference: pairedDifference(MMLU_BASE, MMLU_TUNED),
  change: change(MMLU_BASE, MMLU_TUNED),
  smallestDetectable: smallestDetectableDifference(60, 0.1) ?? null,
};

const SQL_DIFFERENCE = pairedDifference(SQL_BASE, SQL_TUNED, { clusters: CLUSTERS });

const SUMMARY: Summary = {
  schemaVersion: 1,
  taskVersion: 1,
  name: "tiny",
  label: "sample",
  configHash: "0".repeat(64),
  config: parseConfig(
    JSON.stringify({
      name: "tiny",
      model: { id: "own", source: "path", path: "models/own" },
      spider: { path: "spider_db/sample" },
      mmlu: { path: "mmlu_db/sample" },
      training: { recipes: [{ name: "a", learningRate: 1e-4 }] },
    }),
    { path: "config/tiny.json" },
  ),
  counts: {
    sql: {
      asked: 10,
      scored: 8,
      missing: 2,
      missingDatabases: [{ dbId: "world_1", examples: 2 }],
    },
    mmlu: { asked: 60, scored: 60, missing: 0 },
  },
  variants: [
    { name: "base", sql: sqlScores(1), mmlu: mmluScores(30) },
    {
      name: "a",
      sql: sqlScores(5),
      mmlu: mmluScores(24),
      versusBase: {
        sql: {
          overall: {
            official: SQL_DIFFERENCE,
            assignment: SQL_DIFFERENCE,
            strict: SQL_DIFFERENCE,
          },
          byHardness: { easy: SQL_DIFFERENCE },
          change: change(SQL_BASE, SQL_TUNED),
          smallestDetectable: null,
        },
        mmlu: { overall: COMPARISON, byCategory: { "STEM": { ...COMPARISON, holmP: 0.1 } } },
      },
    },
  ],
  provenance: {
    modelFiles: { "model.safetensors": "1".repeat(64) },
    adapters: { a: { "adapter_model.safetensors": "2".repeat(64) } },
    prompts: { sql: "1", mmlu: "1" },
    data: { "spider/dev.json": "3".repeat(64) },
    seeds: { study: 42 },
    tools: { deno: "2.9.6", torch: null },
    git: { commit: "4".repeat(40), dirty: false },
    device: "CPU, 2 cores",
    dtype: "float32",
  },
};

function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
