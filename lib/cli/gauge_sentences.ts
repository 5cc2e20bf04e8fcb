import {
  ANY_DATA_TITLES,
  type ChangeRow,
  changeSentence,
  GAUGE_TITLES,
  type GaugeTitles,
  markdownText,
  sharedTitles,
} from "../report/mod.ts";
import type { Gauge, Summary } from "../runs/mod.ts";

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
  const { mmlu } = sharedTitles(
    summaries.map((summary) => ({
      ...ANY_DATA_TITLES,
      mmlu: summary?.counts.mmlu?.title ?? ANY_DATA_TITLES.mmlu,
    })),
  );
  const own = mmlu === GAUGE_TITLES.mmlu ? ANY_DATA_TITLES.mmlu : mmlu;
  return { ...ANY_DATA_TITLES, mmlu: given ?? own };
}

/** A line of words for each gauge, all its examples together. */
export function gaugeSentences(rows: readonly ChangeRow[], titles: GaugeTitles): string[] {
  return rows.filter(({ group, measure }) => group === "all" && measure in titles)
    .map((row) => `- ${markdownText(titles[row.measure as Gauge])}: ${changeSentence(row)}`);
}
