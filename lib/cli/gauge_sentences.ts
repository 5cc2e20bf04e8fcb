import { type ChangeRow, changeSentence, GAUGE_TITLES } from "../report/mod.ts";
import type { Gauge } from "../runs/mod.ts";

/** What the gauges are called where two sets of answers are compared. */
export const TITLES = { ...GAUGE_TITLES, mmlu: "multiple choice" };

/** A line of words for each gauge, all its examples together. */
export function gaugeSentences(rows: readonly ChangeRow[]): string[] {
  return rows.filter(({ group, measure }) => group === "all" && measure in TITLES)
    .map((row) => `- ${TITLES[row.measure as Gauge]}: ${changeSentence(row)}`);
}
