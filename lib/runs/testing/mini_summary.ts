import {
  aboveChance,
  changeAboveChance,
  flipTable,
  mcnemarMidP,
  meanEvidence,
  percentageChange,
  proportion,
  scoreEvidence,
  verdict,
} from "../../stats/mod.ts";
import { byReading } from "../../sql/mod.ts";
import { parseConfig } from "../config/config.ts";
import type { ChoiceScore, MmluScores, SqlFunnel, SqlScores } from "../measures/measures.ts";
import type { PairedChange, ScoreChange } from "../paired_change.ts";
import type { Summary } from "../summary.ts";

const SQL_BASE = outcomes(8, 1);
const SQL_TUNED = outcomes(8, 5);
const MMLU_BASE = outcomes(60, 30);
const MMLU_TUNED = outcomes(60, 24);
const DATABASES = [..."aabbccdd"];
const SUBJECTS = MMLU_BASE.map((_, i) => `subject ${i % 3}`);

function outcomes(n: number, right: number): boolean[] {
  return Array.from({ length: n }, (_, i) => i < right);
}

function sqlScores(right: number): SqlScores {
  const accuracy = proportion(right, 8);
  const overall = byReading(() => accuracy);
  const statuses = { no_sql: 2, sql_error: 0, timeout: 0, too_many_rows: 0 };
  const ran = proportion(6, 8);
  const funnel: SqlFunnel = { parses: ran, runs: ran, right: accuracy };
  return {
    overall,
    byHardness: { easy: overall },
    byStatus: { match: right, mismatch: 6 - right, ...statuses },
    byClass: { join: 6 - right, empty: 2 },
    funnel,
    success: right,
    failure: 8 - right,
    cut: 0,
    cutInReasoning: 0,
  };
}

function mmluScores(right: number): MmluScores {
  const score: ChoiceScore = { accuracy: proportion(right, 60), chance: aboveChance(right, 60) };
  return { overall: score, byCategory: { "STEM": score } };
}

function change(
  base: readonly boolean[],
  tuned: readonly boolean[],
  clusters: readonly string[],
): ScoreChange {
  const evidence = scoreEvidence(base, tuned, { clusters });
  return {
    evidence,
    verdict: verdict(evidence),
    midP: mcnemarMidP(evidence.gained, evidence.lost),
    percent: percentageChange(base, tuned, { clusters }) ?? null,
  };
}

const SQL_CHANGE = change(SQL_BASE, SQL_TUNED, DATABASES);
const MMLU_CHANGE = change(MMLU_BASE, MMLU_TUNED, SUBJECTS);
const NATS = meanEvidence([2, 2.5, 3, 2], [2.1, 2.7, 3.2, 2.1], { better: "lower" });
const PROSE_CHANGE: PairedChange = { evidence: NATS, verdict: verdict(NATS) };
const COUNTS = { title: "own", scored: 4, missing: 0, asked: 4 };

/** For tests: a summary of eight statements, sixty questions and four passages that agree. */
export const SUMMARY: Summary = {
  schemaVersion: 2,
  taskVersion: 2,
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
      title: "Spider",
      asked: 10,
      scored: 8,
      missing: 2,
      shots: 3,
      databases: 4,
      missingDatabases: [{ dbId: "world_1", examples: 2 }],
    },
    mmlu: { title: "MMLU", asked: 60, scored: 60, missing: 0, subjects: 3 },
    prose: { ...COUNTS, topics: 4 },
  },
  plan: {
    written: "2026-11-26T00:00:00.000Z",
    gauge: "mmlu",
    delta: 0.03,
    alpha: 0.05,
    seed: 42,
    paths: [{ name: "a", variants: ["a"] }],
    halves: { choose: ["a", "b"], confirm: ["c", "d"] },
    primary: ["a"],
    needs: [{ flipShare: 0.1, designEffect: 1, items: 700 }],
  },
  variants: [
    {
      name: "base",
      origin: { source: "base" },
      sql: sqlScores(1),
      mmlu: mmluScores(30),
      prose: { passages: 4, tokens: 80, nats: 2.375, byKind: { narrative: 2.375 } },
    },
    {
      name: "a",
      origin: { source: "a", scale: 1, seed: 42 },
      sql: sqlScores(5),
      mmlu: mmluScores(24),
      prose: { passages: 4, tokens: 80, nats: 2.525, byKind: { narrative: 2.525 } },
      versusBase: {
        sql: {
          overall: byReading(() => SQL_CHANGE),
          byHardness: { easy: SQL_CHANGE },
          runs: change(outcomes(8, 6), outcomes(8, 6), DATABASES),
          flips: flipTable(SQL_BASE.map((before, i) => ({
            from: before ? "right" : "join",
            to: SQL_TUNED[i] ? "right" : "join",
            rightBefore: before,
            rightAfter: SQL_TUNED[i]!,
          }))),
        },
        mmlu: {
          overall: MMLU_CHANGE,
          byCategory: { "STEM": MMLU_CHANGE },
          aboveChance: changeAboveChance(MMLU_BASE, MMLU_TUNED, { chance: 0.25 }),
        },
        prose: { overall: PROSE_CHANGE, byKind: { narrative: PROSE_CHANGE } },
      },
    },
  ],
  findings: { claims: [], pairs: [], seeds: [] },
  provenance: {
    modelFiles: { "model.safetensors": "1".repeat(64) },
    adapters: { a: { "adapter_model.safetensors": "2".repeat(64) } },
    adapterSettings: {},
    prompts: { sql: "1", mmlu: "1", prose: "1" },
    data: { "spider/dev.json": "3".repeat(64) },
    seeds: { study: 42 },
    tools: { deno: "2.9.6", torch: null },
    git: { commit: "4".repeat(40), dirty: false },
    device: "CPU, 2 cores",
    dtype: "float32",
  },
};
