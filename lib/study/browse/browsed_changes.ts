import { type Progress } from "../../ground/mod.ts";
import type { ProseScore } from "../../prose/mod.ts";
import {
  type BrowserChange,
  browserChange,
  type BrowserChoices,
  type BrowserSql,
  type ChangePlace,
  type ChangeRow,
  letterSentences,
  NO_LETTER,
  NO_OUTCOME,
  summaryRows,
} from "../../report/mod.ts";
import { type Gauge, GAUGES, type PairedChange, type Summary } from "../../runs/mod.ts";
import { HARDNESS_LEVELS } from "../../sql/mod.ts";
import { compareProse } from "../numbers/compare_prose.ts";
import { scoreChange } from "../numbers/paired_change.ts";

/** The right answers of one variant on one measure under one prompt. */
interface Scored {
  readonly name: string;
  readonly gauge: "sql" | "mmlu";
  readonly prompt: number;
  /** `[questions]`; `undefined` where there is no answer. */
  readonly right: readonly (boolean | undefined)[];
}

/** What a study has to browse. */
export interface Browsed {
  /** The variants' names. */
  readonly names: readonly string[];
  readonly sql: BrowserSql | undefined;
  readonly choices: BrowserChoices | undefined;
  /** The scored passages of each variant that was asked for them. */
  readonly prose: readonly ScoredPassages[];
}

/** The passages that one variant scored. */
export interface ScoredPassages {
  readonly name: string;
  /** At least one. */
  readonly scores: readonly ProseScore[];
}

/**
 * What may be said of every pair of variants, both ways round, on each measure: the summary's own
 * changes and words where it has them (claims that its plan names are adjusted there), else the same
 * intervals of this pair alone, unadjusted.
 */
export function browsedChanges(
  { names, sql, choices, prose }: Browsed,
  summary: Summary | undefined,
  progress: Progress,
): BrowserChange[] {
  const known = summary
    ? summaryChanges(summary, sql?.prompts ?? [])
    : new Map<string, BrowserChange>();
  const found: BrowserChange[] = [...known.values()].filter(({ gauge }) => gauge === "prose");
  const clusters = {
    sql: sql?.questions.map(({ dbId }) => dbId) ?? [],
    mmlu: choices?.questions.map(({ subject }) => subject) ?? [],
  };
  const scored = [...sqlScores(names, sql), ...choiceScores(names, choices)];
  for (const [done, from] of scored.entries()) {
    progress.update(done + 1, scored.length, "sets of answers");
    for (const to of scored) {
      if (from === to || from.gauge !== to.gauge || from.prompt !== to.prompt) continue;
      const change = known.get(changeKey(from.name, to.name, from)) ??
        pairChange(from, to, clusters[from.gauge]);
      if (change) found.push(change);
    }
  }
  for (const from of prose) {
    for (const to of prose) {
      if (from === to) continue;
      if (known.has(changeKey(from.name, to.name, { gauge: "prose", prompt: 0 }))) continue;
      const change = proseChange(from, to);
      if (change) found.push(change);
    }
  }
  return found;
}

/** The changes that the summary has. */
function summaryChanges(summary: Summary, prompts: readonly string[]): Map<string, BrowserChange> {
  const rows = summaryRows(summary);
  const base = summary.variants[0]!.name;
  const known = new Map<string, BrowserChange>();
  const keep = (row: ChangeRow, place: Omit<ChangePlace, "more">): void => {
    const { variant, measure } = row;
    const more = measure === "mmlu" && place.from === base
      ? letterSentences(rows, variant, row)
      : [];
    const change = browserChange(row, { ...place, more });
    known.set(changeKey(change.from, change.to, change), change);
  };
  for (const own of Map.groupBy(rows.changes, ({ variant }) => variant).values()) {
    for (const gauge of GAUGES) {
      const groups = Object.fromEntries(
        own.filter(({ measure }) => measure === gauge).map((row) => [row.group, row]),
      );
      const whole = groups.all;
      if (whole) keep(whole, { from: base, prompt: 0, groups: filteredBy(gauge, groups) });
      prompts.forEach((prompt, at) => {
        const row = groups[prompt];
        if (at > 0 && row && gauge === "sql") keep(row, { from: base, prompt: at });
      });
    }
  }
  for (const row of rows.pairs) keep(row, { from: row.first, prompt: 0 });
  return known;
}

/** The groups that the page has a filter for: levels of hardness, and categories. */
function filteredBy(
  gauge: Gauge,
  { all: _all, ...groups }: Readonly<Record<string, ChangeRow>>,
): Readonly<Record<string, ChangeRow>> {
  if (gauge === "mmlu") return groups;
  const levels: readonly string[] = gauge === "sql" ? HARDNESS_LEVELS : [];
  return Object.fromEntries(Object.entries(groups).filter(([name]) => levels.includes(name)));
}

function changeKey(
  from: string,
  to: string,
  { gauge, prompt }: { readonly gauge: string; readonly prompt: number },
): string {
  return JSON.stringify([from, to, gauge, prompt]);
}

function sqlScores(names: readonly string[], sql: BrowserSql | undefined): Scored[] {
  return (sql?.answers ?? []).map(({ variant, prompt, outcomes }) => ({
    name: names[variant]!,
    gauge: "sql",
    prompt,
    right: Array.from(
      outcomes,
      (at) => at === NO_OUTCOME ? undefined : sql!.outcomes[at]!.readings[0]!,
    ),
  }));
}

function choiceScores(names: readonly string[], choices: BrowserChoices | undefined): Scored[] {
  return (choices?.answers ?? []).map(({ variant, chosen }) => ({
    name: names[variant]!,
    gauge: "mmlu",
    prompt: 0,
    right: choices!.questions.map(({ answer }, at) =>
      chosen[at] === NO_LETTER ? undefined : chosen[at] === answer
    ),
  }));
}

/** The change of this pair alone on the questions that both answered. */
function pairChange(
  from: Scored,
  to: Scored,
  clusters: readonly string[],
): BrowserChange | undefined {
  const both = from.right.flatMap((right, at) =>
    right === undefined || to.right[at] === undefined ? [] : [at]
  );
  if (both.length === 0) return undefined;
  const { midP, ...change } = scoreChange(
    both.map((at) => from.right[at]!),
    both.map((at) => to.right[at]!),
    { clusters: both.map((at) => clusters[at]!) },
  );
  const row = { ...unadjusted(from.gauge, to.name, change), midP };
  return browserChange(row, { from: from.name, prompt: from.prompt });
}

/** A change over all questions whose word is that of its own intervals. */
function unadjusted(
  measure: Gauge,
  variant: string,
  { evidence, verdict }: PairedChange,
): ChangeRow {
  return { measure, variant, group: "all", evidence, verdict, outcome: verdict.outcome };
}

/**
 * The change of this pair alone on general text, paired as `compare --run` pairs it; where the two did
 * not score the same passages, why there is none.
 */
function proseChange(from: ScoredPassages, to: ScoredPassages): BrowserChange | undefined {
  // one passage has no spread
  if (from.scores.length < 2) return undefined;
  try {
    const { overall } = compareProse(from.scores, to.scores, undefined);
    return browserChange(unadjusted("prose", to.name, overall), { from: from.name, prompt: 0 });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const sentence = `not compared: ${error.message}`;
    return { from: from.name, to: to.name, gauge: "prose", prompt: 0, sentence };
  }
}
