import type { ChangeRow } from "../rows/row_types.ts";
import { percentText } from "../tables/change_table.ts";
import { formatPercent, formatSigned } from "../words/format_numbers.ts";
import { changeBounds, changeNumber } from "../words/measures.ts";
import { isShown } from "../words/verdict_words.ts";
import type { PaperWords } from "./paper_words.ts";
import { typstText } from "./typst_text.ts";

/**
 * A change with its wider interval as a cell of a table, in bold where it is a gain or a loss, with
 * a dagger where that word is of an adjusted claim.
 */
export function changeCell({ texts }: PaperWords, row: ChangeRow | undefined): string {
  if (!row) return "[]";
  const { measure, adjusted, verdict: { difference, ci95 } } = row;
  const number = texts.numbers(changeNumber(difference, measure));
  const bounds = ci95 === undefined ? "" : ` ${texts.numbers(changeBounds(ci95, measure))}`;
  const marked = typstText(number + (adjusted ? "†" : ""));
  const ends = bounds === "" ? "" : ` #box[${typstText(bounds.trim())}]`;
  return `[${isShown(row) ? `#strong[${marked}]` : marked}${ends}]`;
}

/** A change in percent of the base score with its interval, or why it has none. */
export function percentCell(words: PaperWords, row: ChangeRow | undefined): string {
  return `[${typstText(percentIn(words, row))}]`;
}

/** The same as a text; empty where there is nothing to show. */
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
  row: { readonly mean: number; readonly ci95: readonly [number, number] } | undefined,
): string {
  if (!row) return "[]";
  const [mean, low, high] = [row.mean, ...row.ci95].map((share) =>
    formatPercent(share).split(" ")[0]!
  );
  const [shown, ends] = [mean!, `[${low}, ${high}]`].map(texts.numbers);
  return `[${typstText(shown!)} #box[${typstText(ends!)}]]`;
}
