import type { ChangeRow } from "../rows/row_types.ts";
import { percentText } from "../tables/change_table.ts";
import { formatEstimate, formatSigned, type PrintedEstimate } from "../words/format_numbers.ts";
import { changeBounds, changeNumber } from "../words/measures.ts";
import { shownInterval } from "../words/shown_interval.ts";
import { isShown } from "../words/verdict_words.ts";
import type { PaperWords } from "./paper_words.ts";
import { typstText } from "./typst_text.ts";

/**
 * A change with its wider interval as a cell of a table, in bold where it is a gain or a loss, with
 * a dagger where that word is of an adjusted claim.
 */
export function changeCell({ texts }: PaperWords, row: ChangeRow | undefined): string {
  if (!row) return "[]";
  const { measure, adjusted, verdict: { difference } } = row;
  const ci95 = shownInterval(row);
  const number = texts.numbers(changeNumber(difference, measure));
  const marked = typstText(number + (adjusted ? "†" : ""));
  const ends = ci95 === undefined
    ? ""
    : ` #box[${typstText(texts.numbers(changeBounds(ci95, measure)))}]`;
  return `[${isShown(row) ? `#strong[${marked}]` : marked}${ends}]`;
}

/**
 * A change in percent of the base score with its interval, or why it has none; empty where there is
 * nothing to show.
 */
export function percentIn({ texts, table }: PaperWords, row: ChangeRow | undefined): string {
  if (row?.percent === undefined) return "";
  if (row.percent === null) return table.noPercent;
  const { clusteredCi95, change } = row.percent;
  // what has no bounds by clusters is shown without any
  if (!clusteredCi95) return texts.numbers(`${formatSigned(change)} %`);
  return texts.numbers(percentText(row.percent));
}

/** A share with its interval: "12.5 [7.0, 20.6]". */
export function shareCell(
  { texts }: PaperWords,
  row: PrintedEstimate | undefined,
): string {
  if (!row) return "[]";
  const [shown, ends] = texts.numbers(formatEstimate(row)).split(" % ");
  return `[${typstText(shown!)} #box[${typstText(ends!)}]]`;
}
