import {
  type Change,
  type ChoiceComparison,
  type ChoiceScore,
  parseConfig,
  type SqlMode,
  type Summary,
  type VariantSummary,
  type VersusBase,
} from "../../runs/mod.ts";
import {
  aboveChance,
  holm,
  pairedDifference,
  percentageChange,
  proportion,
  smallestDetectableDifference,
} from "../../stats/mod.ts";

// Made-up outcomes for tests of layout only: they come from no model.

const SQL = {
  base: { easy: outcomes(12, 1), extra: outcomes(8, 0) },
  "all-linear": { easy: outcomes(12, 7), extra: outcomes(8, 2) },
} as const;
const MMLU = {
  base: { STEM: outcomes(50, 13), Humanities: outcomes(50, 12) },
  "all-linear": { STEM: outcomes(50, 10), Humanities: outcomes(50, 14) },
} as const;
const CLUSTERS = Array.from({ length: 20 }, (_, i) => `db_${i % 4}`);

/** A study of one recipe on 20 SQL and 100 multiple-choice questions, the base at chance. */
export const SUMMARY: Summary = {
  schemaVersion: 1,
  taskVersion: 1,
  name: "tiny",
  label: "sample",
  configHash: "0".repeat(64),
  config: parseConfig(
    JSON.stringify({
      name: "tiny",
      model: { id: "own/Tiny-Model", source: "path", path: "models/own" },
      spider: { path: "spider_db/sample" },
      mmlu: { path: "mmlu_db/sample" },
      training: { recipes: [{ name: "all-linear", learningRate: 1e-4 }] },
    }),
    { path: "config/tiny.json" },
  ),
  counts: {
    sql: {
      asked: 22,
      scored: 20,
      missing: 2,
      missingDatabases: [{ dbId: "world_1", examples: 2 }],
    },
    mmlu: { asked: 100, scored: 100, missing: 0 },
  },
  variants: [variant("base"), { ...variant("all-linear"), versusBase: versusBase() }],
  provenance: {
    modelFiles: { "model.safetensors": "1".repeat(64) },
    adapters: { "all-linear": { "adapter_model.safetensors": "2".repeat(64) } },
    prompts: { sql: "1", mmlu: "1" },
    data: { "spider/dev.json": "3".repeat(64) },
    seeds: { study: 42 },
    tools: { deno: "2.9.6", torch: null },
    git: { commit: "4".repeat(40), dirty: false },
    device: "CPU, 2 cores",
    dtype: "float32",
  },
};

function variant(name: "base" | "all-linear"): VariantSummary {
  const { easy, extra } = SQL[name];
  const sql = [...easy, ...extra];
  const success = sql.filter(Boolean).length;
  return {
    name,
    sql: {
      overall: modes(() => proportion(success, sql.length)),
      byHardness: { easy: modes(() => share(easy)), extra: modes(() => share(extra)) },
      byStatus: {
        match: success,
        mismatch: 3,
        no_sql: sql.length - success - 4,
        sql_error: 1,
        timeout: 0,
        too_many_rows: 0,
      },
      success,
      failure: sql.length - success,
    },
    mmlu: {
      overall: choice([...MMLU[name].STEM, ...MMLU[name].Humanities]),
      byCategory: { STEM: choice(MMLU[name].STEM), Humanities: choice(MMLU[name].Humanities) },
    },
  };
}

function versusBase(): VersusBase {
  const { base, "all-linear": tuned } = SQL;
  const easy = pairedDifference(base.easy, tuned.easy);
  const before = [...base.easy, ...base.extra];
  const after = [...tuned.easy, ...tuned.extra];
  const all = pairedDifference(before, after, { clusters: CLUSTERS });
  const stem = comparison(MMLU.base.STEM, MMLU["all-linear"].STEM);
  const humanities = comparison(MMLU.base.Humanities, MMLU["all-linear"].Humanities);
  const [stemP = 1, humanitiesP = 1] = holm([
    stem.difference.mcnemarExactP,
    humanities.difference.mcnemarExactP,
  ]);
  return {
    sql: {
      overall: modes(() => all),
      byHardness: { easy, extra: pairedDifference(base.extra, tuned.extra) },
      change: change(before, after, undefined),
      smallestDetectable: smallestDetectableDifference(20, 0.5) ?? null,
    },
    mmlu: {
      overall: comparison(
        [...MMLU.base.STEM, ...MMLU.base.Humanities],
        [...MMLU["all-linear"].STEM, ...MMLU["all-linear"].Humanities],
      ),
      byCategory: {
        STEM: { ...stem, holmP: stemP },
        Humanities: { ...humanities, holmP: humanitiesP },
      },
    },
  };
}

function comparison(base: readonly boolean[], tuned: readonly boolean[]): ChoiceComparison {
  return {
    difference: pairedDifference(base, tuned),
    change: change(base, tuned, 0.25),
    smallestDetectable: smallestDetectableDifference(base.length, 0.1) ?? null,
  };
}

function change(
  base: readonly boolean[],
  tuned: readonly boolean[],
  chance: number | undefined,
): Change {
  const found = percentageChange(base, tuned, chance === undefined ? {} : { chance });
  if (found === undefined) return { kind: chance === undefined ? "base_zero" : "at_chance" };
  return { kind: "relative", mean: found.change, ci95: found.ci95 };
}

function choice(right: readonly boolean[]): ChoiceScore {
  const successes = right.filter(Boolean).length;
  return { accuracy: share(right), chance: aboveChance(successes, right.length) };
}

function share(right: readonly boolean[]): ReturnType<typeof proportion> {
  return proportion(right.filter(Boolean).length, right.length);
}

function modes<T>(value: () => T): Record<SqlMode, T> {
  return { official: value(), assignment: value(), strict: value() };
}

function outcomes(n: number, right: number): boolean[] {
  return Array.from({ length: n }, (_, i) => i < right);
}
