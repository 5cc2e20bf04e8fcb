import {
  aboveChance,
  pairedDifference,
  percentageChange,
  proportion,
  smallestDetectableDifference,
} from "../../stats/mod.ts";
import { parseConfig } from "../config.ts";
import type {
  Change,
  ChoiceComparison,
  ChoiceScore,
  MmluScores,
  SqlScores,
  Summary,
} from "../summary.ts";

const SQL_BASE = outcomes(8, 1);
const SQL_TUNED = outcomes(8, 5);
const MMLU_BASE = outcomes(60, 30);
const MMLU_TUNED = outcomes(60, 24);
const CLUSTERS = [..."aabbccdd"];

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

/** For tests: a summary of eight statements and sixty questions, whose numbers agree. */
export const SUMMARY: Summary = {
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
