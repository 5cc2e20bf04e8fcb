import {
  type ChangeRow,
  changeSentence,
  GAUGE_TITLES,
  type GaugeTitles,
  markdownText,
} from "../report/mod.ts";
import type { Gauge, Summary } from "../runs/mod.ts";

/** What the gauges are called where two sets of answers are compared. */
const TITLES: GaugeTitles = { ...GAUGE_TITLES, mmlu: "multiple choice" };

/**
 * What the gauges are called where answers are compared: multiple choice as it is asked for, else as
 * all their studies call data that are not MMLU.
 *
 * @param summaries Of the answers' studies; `undefined` of answers that have none.
 * @param given What it is to be called.
 */
export function titlesOf(
  summaries: readonly (Summary | undefined)[],
  given?: string,
): GaugeTitles {
  const [first, ...others] = new Set(summaries.map((summary) => summary?.counts.mmlu?.title));
  const own = others.length > 0 || first === GAUGE_TITLES.mmlu ? undefined : first;
  return { ...TITLES, mmlu: given ?? own ?? TITLES.mmlu };
}

/** A line of words for each gauge, all its examples together. */
export function gaugeSentences(rows: readonly ChangeRow[], titles: GaugeTitles): string[] {
  return rows.filter(({ group, measure }) => group === "all" && measure in titles)
    .map((row) => `- ${markdownText(titles[row.measure as Gauge])}: ${changeSentence(row)}`);
}
