import type { ChangeRow } from "../rows/row_types.ts";
import { formatCount } from "../words/format_numbers.ts";
import { betterOf, changeNumber, unitOf } from "../words/measures.ts";
import { tooFewClusters } from "../words/shown_interval.ts";
import { changeInUnit } from "./curve_marks.ts";
import { groupedBars } from "./grouped_bars.ts";
import { dataNote, WIDER_INTERVAL } from "./series.ts";
import { figureName } from "./svg.ts";

/** What a figure of changes says besides them. */
export interface ChangePointsOptions {
  /** What the figure shows, for readers who cannot see it; it is not drawn. */
  readonly title: string;
  /** What changes, such as "text-to-SQL". */
  readonly of: string;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string | undefined;
}

/**
 * Changes against the base model by group (hardness level, category, kind of text) and variant: one
 * point a variant with the wider 95 % interval of the two, about a line at 0.
 *
 * @param rows Changes of one measure, at most one for each group and variant.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no rows, they are of several measures, or two share group and
 * variant.
 */
export function changePoints(rows: readonly ChangeRow[], options: ChangePointsOptions): string {
  const [first] = rows;
  if (first === undefined || rows.some(({ measure }) => measure !== first.measure)) {
    throw new RangeError("Cannot draw changes as they need to be of one measure, one at least");
  }
  const { measure } = first;
  const unit = unitOf(measure);
  const better = betterOf(measure) === "lower" ? "\u2190 better" : "better \u2192";
  return groupedBars(
    rows.map((row) => {
      const { y: value, ends: interval } = changeInUnit(row, measure);
      return {
        group: `${row.group} (n = ${formatCount(row.evidence.n)})`,
        variant: row.variant,
        value,
        interval,
        text: changeNumber(row.verdict.difference, measure),
      };
    }),
    {
      title: options.title,
      axis: `Change on ${figureName(options.of)} (${unit}), ${better}`,
      marks: "points",
      notes: [
        `Lines: ${WIDER_INTERVAL}, unadjusted.`,
        ...(rows.some(tooFewClusters) ? ["Without a line: too few clusters for one."] : []),
        ...dataNote(options.label),
      ],
    },
  );
}
