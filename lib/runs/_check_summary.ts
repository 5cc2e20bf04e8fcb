import { z } from "zod";
import type { ChanceTest } from "../stats/mod.ts";
import { CHANGE, CLUSTERED, COUNT, PAIRED, PROPORTION, SHARE } from "./_check_estimates.ts";
import { checkAdapterSettings } from "./adapter_settings.ts";
import {
  type Check,
  checkRecord,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  record,
  refuse,
  shape,
  text,
} from "../ground/mod.ts";
import type { GitState } from "./git_state.ts";
import { STUDY } from "./study_config.ts";
import {
  type ChoiceComparison,
  type ChoiceScore,
  HARDNESS_LEVELS,
  type MissingDatabaseCount,
  type MmluScores,
  type Provenance,
  SCHEMA_VERSION,
  SQL_MODES,
  SQL_STATUSES,
  type SqlScores,
  type SuiteCounts,
  type Summary,
  type SummaryCounts,
  type UnjudgedExample,
  type VariantSummary,
  type VersusBase,
} from "./summary.ts";

const SHA256 = text({ pattern: /^[0-9a-f]{64}$/, says: "64 hexadecimal digits" });

/** An object with all of the keys. */
function each<const K extends string, T>(
  keys: readonly K[],
  item: Check<T>,
): Check<Readonly<Record<K, T>>> {
  const fields = Object.fromEntries(keys.map((key) => [key, item]));
  return shape<Record<K, T>>(fields as { [P in K]-?: Check<T> });
}

/** An object with some of the keys. */
function some<const K extends string, T>(
  keys: readonly K[],
  item: Check<T>,
): Check<Readonly<Partial<Record<K, T>>>> {
  return each(keys, optional(item)) as Check<Readonly<Partial<Record<K, T>>>>;
}

const SQL: Check<SqlScores> = (value, place) => {
  const checked = shape<SqlScores>({
    overall: each(SQL_MODES, PROPORTION),
    byHardness: some(HARDNESS_LEVELS, each(SQL_MODES, PROPORTION)),
    byStatus: each(SQL_STATUSES, COUNT),
    success: COUNT,
    failure: COUNT,
    cut: optional(COUNT),
    cutInReasoning: optional(COUNT),
    clustered: optional(CLUSTERED),
  })(value, place);
  const { n, successes } = checked.overall.official;
  const counted = Object.values(checked.byStatus).reduce((sum, count) => sum + count, 0);
  if (counted !== n || checked.success !== successes || checked.success + checked.failure !== n) {
    refuse(place, `scores whose counts sum to n = ${n} with ${successes} successes`, {
      byStatus: checked.byStatus,
      success: checked.success,
      failure: checked.failure,
    });
  }
  const { cut = 0, cutInReasoning = 0 } = checked;
  if (cut > n || cutInReasoning > cut) {
    refuse(place, `scores with cutInReasoning <= cut <= n = ${n}`, { cut, cutInReasoning });
  }
  return checked;
};

const CHOICE = shape<ChoiceScore>({
  accuracy: PROPORTION,
  chance: shape<ChanceTest>({ chance: SHARE, pValue: SHARE, above: flag() }),
});

const COMPARISON_FIELDS = {
  difference: PAIRED,
  change: CHANGE,
  smallestDetectable: nullable(SHARE),
};

const VERSUS_BASE = shape<VersusBase>({
  sql: shape<VersusBase["sql"]>({
    overall: each(SQL_MODES, PAIRED),
    byHardness: some(HARDNESS_LEVELS, PAIRED),
    change: CHANGE,
    smallestDetectable: nullable(SHARE),
  }),
  mmlu: shape<VersusBase["mmlu"]>({
    overall: shape<ChoiceComparison>(COMPARISON_FIELDS),
    byCategory: record(
      shape<ChoiceComparison & { readonly holmP: number }>({ ...COMPARISON_FIELDS, holmP: SHARE }),
    ),
  }),
});

const VARIANTS: Check<readonly VariantSummary[]> = (value, place) => {
  const variants = list(
    shape<VariantSummary>({
      name: text(),
      sql: SQL,
      mmlu: shape<MmluScores>({
        overall: CHOICE,
        byCategory: record(CHOICE),
        clustered: optional(CLUSTERED),
      }),
      versusBase: optional(VERSUS_BASE),
    }),
    { min: 1 },
  )(value, place);
  variants.forEach((variant, i) => {
    const at = { ...place, keyPath: `${place.keyPath}[${i}]` };
    if ((variant.name === "base") !== (i === 0)) {
      refuse({ ...at, keyPath: `${at.keyPath}.name` }, '"base" first and only there', variant.name);
    }
    if ((variant.versusBase === undefined) !== (i === 0)) {
      const rule = i === 0 ? "left out for the base model" : "there for every tuned variant";
      refuse({ ...at, keyPath: `${at.keyPath}.versusBase` }, rule, variant.versusBase);
    }
  });
  return variants;
};

const SUITE_FIELDS = { asked: COUNT, scored: COUNT, missing: COUNT };

/** `asked = scored + missing`, whatever else there is. */
function summing<T extends SuiteCounts>(check: Check<T>): Check<T> {
  return (value, place) => {
    const checked = check(value, place);
    return checked.asked === checked.scored + checked.missing
      ? checked
      : refuse(place, "counts with asked = scored + missing", value);
  };
}

const COUNTS = shape<SummaryCounts>({
  sql: summing(shape<SummaryCounts["sql"]>({
    ...SUITE_FIELDS,
    missingDatabases: list(
      shape<MissingDatabaseCount>({ dbId: text(), examples: integer({ min: 1 }) }),
    ),
    unjudged: optional(list(shape<UnjudgedExample>({
      id: text(),
      dbId: text(),
      status: oneOf(["gold_failed", "bad_database"]),
      message: text(),
    }))),
  })),
  mmlu: summing(shape<SuiteCounts>(SUITE_FIELDS)),
});

const PROVENANCE = shape<Provenance>({
  modelFiles: record(SHA256),
  adapters: record(record(SHA256)),
  adapterSettings: optional(record(checkAdapterSettings)),
  prompts: shape<Provenance["prompts"]>({ sql: text(), mmlu: text() }),
  data: record(SHA256),
  seeds: record(COUNT),
  tools: record(nullable(text())),
  git: shape<GitState>({
    commit: nullable(text({ pattern: /^[0-9a-f]{40,64}$/, says: "a commit's full hash" })),
    dirty: nullable(flag()),
  }),
  device: text(),
  dtype: text(),
});

const CONFIG = z.strictObject({ config: STUDY });

const SUMMARY = shape<Summary>({
  schemaVersion: oneOf([SCHEMA_VERSION]),
  taskVersion: integer({ min: 1 }),
  name: text(),
  label: optional(text()),
  configHash: SHA256,
  config: (value, { file }) => checkRecord(CONFIG, { config: value }, file).config,
  counts: COUNTS,
  variants: VARIANTS,
  provenance: PROVENANCE,
});

/** Checks a whole summary, its version apart. */
export const checkSummary: Check<Summary> = (value, place) => {
  const summary = SUMMARY(value, place);
  // a recording's folder is named after it
  if (summary.name === summary.config.name) return summary;
  return refuse(
    { ...place, keyPath: "name" },
    `the study's name "${summary.config.name}"`,
    summary.name,
  );
};
