import type { LetterRow } from "../rows/choice_rows.ts";
import type { AccuracyRow, ClassRow } from "../rows/row_types.ts";
import { errorClasses } from "../tables/accuracy_table.ts";
import { letterName } from "../../stats/mod.ts";
import { formatCount, formatEstimate, formatPercent } from "../words/format_numbers.ts";
import { groupedBars, type GroupedRow, RIGHT_ANSWERS } from "./grouped_bars.ts";
import { dataNote } from "./series.ts";

/** What a figure of bars says besides them. */
export interface AccuracyBarsOptions {
  /** What the figure shows, for readers who cannot see it; it is not drawn. */
  readonly title: string;
  /** Chance level in 0..1, drawn as a dashed line: 0.25 for four choices. */
  readonly chance?: number;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string | undefined;
}

/**
 * Accuracy by group (hardness level or category) and variant: one bar a variant, with its 95 %
 * interval and its raw counts.
 *
 * @param rows Rows of one measure, at most one for each group and variant.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no rows, two rows share group and variant, or a number cannot be.
 */
export function accuracyBars(rows: readonly AccuracyRow[], options: AccuracyBarsOptions): string {
  const { chance, title } = options;
  for (const row of rows) formatEstimate(row);
  return groupedBars(
    rows.map(({ group, variant, mean, ci95, successes, n }) => ({
      group,
      variant,
      value: 100 * mean,
      interval: [100 * ci95[0], 100 * ci95[1]],
      text: `${formatPercent(mean)}, ${formatCount(successes)}/${formatCount(n)}`,
    })),
    {
      title,
      axis: "Accuracy (%)",
      marks: "bars",
      most: 100,
      reference: chance === undefined ? undefined : 100 * chance,
      notes: [
        "Lines: 95 % intervals; at the right: right answers of n" +
        (chance === undefined ? "." : `; dashed: guessing, ${formatPercent(chance)}.`),
        ...dataNote(options.label),
      ],
    },
  );
}

/**
 * Wrong statements by class of error, before and after: the share of all questions whose statement
 * first departs from its gold so.
 *
 * @param rows Of the variants to compare, the base model first.
 */
export function errorClassBars(rows: readonly ClassRow[], options: AccuracyBarsOptions): string {
  const variants = [...Map.groupBy(rows, ({ variant }) => variant)];
  const bars = errorClasses(rows).flatMap((errorClass) =>
    variants.map(([variant, own]) => {
      const count = own.find((row) => row.errorClass === errorClass)?.count ?? 0;
      return share(errorClass, variant, count, own[0]!.n);
    })
  );
  return groupedBars(bars, {
    title: options.title,
    axis: "Share of all questions (%)",
    marks: "bars",
    notes: ["At the right: wrong statements of n questions.", ...dataNote(options.label)],
  });
}

/** Which letters were chosen, before and after, beside how often each is the right one. */
export function letterBars(rows: readonly LetterRow[], options: AccuracyBarsOptions): string {
  const [first] = rows;
  const letters = first?.letters.gold ?? [];
  const bars = letters.flatMap((gold, at) => [
    share(letterName(at), RIGHT_ANSWERS, gold, first!.letters.n),
    ...rows.map(({ variant, letters: { chosen, n } }) =>
      share(letterName(at), variant, chosen[at] ?? 0, n)
    ),
  ]);
  return groupedBars(bars, {
    title: options.title,
    axis: "Share of all questions (%)",
    marks: "bars",
    notes: ["At the right: answers of n questions.", ...dataNote(options.label)],
  });
}

function share(group: string, variant: string, count: number, n: number): GroupedRow {
  return {
    group,
    variant,
    value: 100 * count / n,
    text: `${formatPercent(count / n)}, ${formatCount(count)}/${formatCount(n)}`,
  };
}
