import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { GaugeTitles, TradeOffRow } from "../rows/row_types.ts";
import { betterOf, changeNumber } from "../words/measures.ts";
import { outcomeLabel } from "../words/verdict_words.ts";
import { figureName } from "./svg.ts";

/** What says whether a variant is named in a figure. */
export interface Nameable {
  /** Its change on the measure of what is known. */
  readonly x: number;
  readonly recommended: boolean;
  /** Whether it is a finished adapter at its full scale, of the first seed. */
  readonly plain: boolean;
}

/**
 * What a figure of many variants names: what is recommended, and of the other finished adapters the one
 * that does worst on a measure of what is known.
 */
export function namedOf<Item extends Nameable>(items: readonly Item[], gauge: Gauge): Item[] {
  const sign = betterOf(gauge) === "lower" ? 1 : -1;
  const [worst] = items.filter(({ plain, recommended }) => plain && !recommended)
    .toSorted((a, b) => sign * (b.x - a.x));
  return [...items.filter(({ recommended }) => recommended), ...(worst ? [worst] : [])];
}

/**
 * The result of a figure in words, for readers who cannot see it: the changes of the variants that
 * {@linkcode namedOf} names, each with the word that it may be given. "2e-4 (recommended): text-to-SQL
 * +22.7: gain, MMLU +0.8: loss of 1.0 excluded; 1e-3: text-to-SQL +21.1: gain, MMLU −5.9: loss".
 *
 * @param gauges Which changes; all that there are if left out.
 * @returns The empty text where nothing is to be named.
 */
export function resultText(
  rows: readonly TradeOffRow[],
  titles: GaugeTitles,
  gauges: readonly Gauge[] = GAUGES,
): string {
  const known = gauges.find((gauge) => gauge !== "sql" && rows.some((row) => row[gauge]));
  if (known === undefined) return "";
  const items = rows.filter((row) => row[known]).map((row) => ({
    row,
    x: row[known]!.verdict.difference,
    recommended: row.recommended,
    plain: row.variant === row.origin.source,
  }));
  return namedOf(items, known).map(({ row }) => changesText(row, titles, gauges)).join("; ");
}

/** "2e-4 (recommended): text-to-SQL +22.7: gain, MMLU +0.8: loss of 1.0 excluded". */
export function changesText(
  row: TradeOffRow,
  titles: GaugeTitles,
  gauges: readonly Gauge[] = GAUGES,
): string {
  const changes = gauges.flatMap((gauge) => {
    const change = row[gauge];
    if (!change) return [];
    const number = changeNumber(change.verdict.difference, gauge);
    return [`${figureName(titles[gauge])} ${number}: ${outcomeLabel(change)}`];
  });
  return `${figureName(row.variant)}${row.recommended ? " (recommended)" : ""}: ${
    changes.join(", ")
  }`;
}

/** What a figure shows, and its result where there is one: its title for readers who cannot see it. */
export function titleWith(shown: string, result: string): string {
  return result === "" ? shown : `${shown}. ${result}`;
}
