import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fromRoot, UsageError } from "../../ground/mod.ts";
import {
  type ChangeRow,
  changeRows,
  GAUGE_TITLES,
  type GaugeTitles,
  summaryRows,
} from "../../report/mod.ts";
import { type Gauge, readSummary, type Summary } from "../../runs/mod.ts";
import { BASE } from "../answers/sample_identity.ts";
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
  /** The variants that are exported, the base model among them where it was not left out. */
  readonly variants: readonly StoredAnswers[];
  /** Their changes against the base model, as the study has them or as `compare` would say them. */
  readonly changes: readonly ChangeRow[];
}

/** Options of {@linkcode openExport}. */
export interface OpenExportOptions {
  /** The variants to export; all if left out. */
  readonly variants?: readonly string[];
  /** The tolerated losses where the study's plan has none to say. */
  readonly tolerances: Readonly<Record<"mmlu" | "prose", number>>;
  /** Is told where changes of recorded answers cannot be told. */
  readonly note?: Note;
}

/**
 * Opens a finished study for export: a folder that `pipeline`, `study` or `compare` wrote, or a
 * recorded one. A name is one of a folder below `results/recorded` or `results`.
 *
 * Where there is no `summary.json`, changes are computed from the answers, as `compare --run` does.
 *
 * @throws {UsageError} If it cannot be read, it lacks a variant, or its summary says other counts
 * than its answers.
 */
export function openExport(study: string, options: OpenExportOptions): ExportedStudy {
  const folder = studyFolder(study);
  const all = readAllAnswers(folder, options.note ?? (() => {}));
  const file = join(folder, RESULT_FILES.summary);
  const summary = existsSync(file) ? readSummary(file) : undefined;
  if (summary) checkCounts(summary, all, folder);
  const variants = chosen(all, options.variants ?? [], folder);
  const base = all.find(({ name }) => name === BASE.name);
  const rows = summary && summaryRows(summary);
  const names = new Set(variants.map(({ name }) => name));
  return {
    folder,
    name: summary?.name ?? basename(resolve(folder)),
    ...(summary?.label === undefined ? {} : { label: summary.label }),
    titles: rows?.titles ?? GAUGE_TITLES,
    ...(summary && { summary }),
    ...(base && { base }),
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

function studyFolder(study: string): string {
  const places = [study, ...["results/recorded", "results"].map((at) => fromRoot(join(at, study)))];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot export "${study}": it is no folder, and none of results/recorded or results`,
  );
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

/** Answers that were changed since their summary was written would be exported beside its numbers. */
function checkCounts(summary: Summary, all: readonly StoredAnswers[], folder: string): void {
  for (const { name, sql, mmlu, prose } of summary.variants) {
    const own = all.find((answers) => answers.name === name);
    const right = (list: readonly boolean[]): string =>
      `${list.filter(Boolean).length} of ${list.length}`;
    const counted: Readonly<Record<Gauge, readonly [string | undefined, string]>> = {
      sql: [
        sql && `${sql.overall.official.successes} of ${sql.overall.official.n}`,
        right((own?.verdicts ?? []).map(({ official }) => official)),
      ],
      mmlu: [
        mmlu && `${mmlu.overall.accuracy.successes} of ${mmlu.overall.accuracy.n}`,
        right((own?.letters ?? []).map(({ correct }) => correct)),
      ],
      prose: [prose && `${prose.passages} passages`, `${own?.prose.length ?? 0} passages`],
    };
    for (const [gauge, [said, found]] of Object.entries(counted)) {
      if (said === undefined || said === found) continue;
      throw new UsageError(
        `Cannot export ${folder}: its summary has ${said} for "${name}" on ${gauge}, its answers ` +
          `have ${found}`,
      );
    }
  }
}
