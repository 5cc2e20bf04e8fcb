import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import {
  type ChangeRow,
  changeRows,
  GAUGE_TITLES,
  type GaugeTitles,
  summaryRows,
} from "../../report/mod.ts";
import { readSummary, type Summary } from "../../runs/mod.ts";
import { BASE } from "../answers/sample_identity.ts";
import { checkCounts, counted, type CountedAnswers } from "../results/check_counts.ts";
import { compareResults } from "../results/compare_results.ts";
import { type Note, readAllAnswers, type StoredAnswers } from "../results/read_answers.ts";
import { RESULT_FILES } from "../results/write_results.ts";

/** What of a study is exported. */
export interface ExportedStudy {
  /** The folder that it was read from. */
  readonly folder: string;
  /** The study's name. */
  readonly name: string;
  /** Shown wherever a number of it appears, such as "sample". */
  readonly label?: string;
  /** What the data of each gauge are called. */
  readonly titles: GaugeTitles;
  /** All its numbers; absent where the folder has answers alone. */
  readonly summary?: Summary;
  /** The base model's answers; absent where the folder has none. */
  readonly base?: StoredAnswers;
  /** The names of all tuned variants that the folder has answers of. */
  readonly tuned: readonly string[];
  /** The variants that are exported, the base model among them where it was not left out. */
  readonly variants: readonly StoredAnswers[];
  /** Their changes against the base model, as the study has them or as `compare` would say them. */
  readonly changes: readonly ChangeRow[];
  /** The tolerated losses where the study's plan has none to say. */
  readonly tolerances: Readonly<Record<"mmlu" | "prose", number>>;
}

/** Options of {@linkcode openExport}. */
export interface OpenExportOptions {
  /** The variants to export; all if left out. */
  readonly variants?: readonly string[];
  /** The tolerated losses where the study's plan has none to say. */
  readonly tolerances: Readonly<Record<"mmlu" | "prose", number>>;
  /** What is done with the study, as a refusal says it; `export` if left out. */
  readonly action?: string;
  /** Is told where changes of recorded answers cannot be told. */
  readonly note?: Note;
  /** Is told how many variants were read, and of how many. */
  readonly onVariant?: (done: number, total: number) => void;
}

/**
 * Opens a finished study for export: a folder that `pipeline`, `study` or `compare` wrote, or a
 * recorded one.
 *
 * Where there is no `summary.json`, changes are computed from the answers, as `compare --run` does.
 *
 * @throws {UsageError} If it cannot be read, it lacks a variant, or its summary says other counts
 * than its answers.
 */
export function openExport(folder: string, options: OpenExportOptions): ExportedStudy {
  const all = readAllAnswers(folder, options.note ?? (() => {}), options.onVariant);
  const file = join(folder, RESULT_FILES.summary);
  const summary = existsSync(file) ? readSummary(file) : undefined;
  const action = `${options.action ?? "export"} ${folder}`;
  if (summary) checkCounts(summary, countedAnswers(summary, all), action);
  const variants = chosen(all, options.variants ?? [], folder);
  const base = all.find(({ name }) => name === BASE.name);
  const rows = summary && summaryRows(summary);
  const names = new Set(variants.map(({ name }) => name));
  return {
    folder,
    name: summary?.name ?? basename(resolve(folder)),
    ...(summary?.label === undefined ? {} : { label: summary.label }),
    tolerances: options.tolerances,
    titles: rows?.titles ?? GAUGE_TITLES,
    ...(summary && { summary }),
    ...(base && { base }),
    tuned: all.map(({ name }) => name).filter((name) => name !== BASE.name),
    variants,
    changes: rows
      ? rows.changes.filter(({ variant }) => names.has(variant))
      : base
      ? variants.filter(({ name }) => name !== BASE.name).flatMap((tuned) =>
        comparedRows(base, tuned, options.tolerances)
      )
      : [],
  };
}

/** What is there of every variant of the summary, and of any other. */
function countedAnswers(
  { variants }: Summary,
  all: readonly StoredAnswers[],
): readonly CountedAnswers[] {
  const there = new Set(all.map(({ name }) => name));
  const missing = variants.filter(({ name }) => !there.has(name))
    .map(({ name }) => ({ name, sql: [], mmlu: [], prose: 0 }));
  return [...all.map(counted), ...missing];
}

function chosen(
  all: readonly StoredAnswers[],
  names: readonly string[],
  folder: string,
): readonly StoredAnswers[] {
  if (names.length === 0) return all;
  const there = all.map(({ name }) => name);
  const missing = names.find((name) => !there.includes(name));
  if (missing !== undefined) {
    throw new UsageError(
      `Cannot export "${missing}": ${folder} has no such variant: there are ${there.join(", ")}`,
    );
  }
  return all.filter(({ name }) => names.includes(name));
}

function comparedRows(
  base: StoredAnswers,
  tuned: StoredAnswers,
  tolerances: OpenExportOptions["tolerances"],
): ChangeRow[] {
  const { comparison } = compareResults(base, tuned, tolerances);
  const gauges: readonly (keyof typeof tolerances)[] = ["mmlu", "prose"];
  const rows = changeRows(tuned.name, comparison);
  return gauges.reduce<ChangeRow[]>((rows, gauge) => {
    const tolerance = { gauge, delta: tolerances[gauge] };
    const own = changeRows(tuned.name, comparison, { tolerance });
    return rows.map((row, at) => row.measure === gauge ? own[at]! : row);
  }, rows);
}
