import type { ChangeRow } from "../rows/row_types.ts";
import { formatPValue } from "./format_numbers.ts";
import {
  changeBounds,
  changeNumber,
  changeWithUnit,
  lossText,
  possible,
  unitOf,
} from "./measures.ts";

// Every word on a change is made here, and of its outcome alone: "a gain" and "a loss" stand only
// where both 95 % intervals exclude 0 and, of a claim that is adjusted, it holds after that too.

/** What a change is called, and why, as far as it needs no unit of its own. */
export type WordedChange = Pick<
  ChangeRow,
  "measure" | "verdict" | "outcome" | "adjusted" | "delta"
>;

/** What the brackets of a list of changes are, for its heading. */
export const INTERVAL_NOTE =
  "Intervals: the wider ends of both 95 % intervals, with examples and with clusters as the unit.";

/** What "unadjusted" means, for the foot of a table or list. */
export const UNADJUSTED_NOTE =
  "Unadjusted: of twenty such claims where nothing changed, about one is called a gain or a loss.";

/**
 * The word that a change may be given, for a table's cell.
 *
 * @throws {RangeError} If a loss is excluded of which the size is not known.
 */
export function outcomeWord(row: WordedChange): string {
  switch (row.outcome) {
    case "gain":
      return "a gain";
    case "loss":
      return "a loss";
    case "loss_excluded":
      return `a loss of ${toleratedText(row)} or more is excluded`;
    case "no_difference_shown":
      return "no difference shown";
  }
}

/**
 * The same for a sentence: with the interval where the word leaves the difference open, why it is
 * open where its own intervals alone would not leave it so, and whether it is unadjusted.
 *
 * @throws {RangeError} If a loss is excluded of which the size is not known.
 */
export function verdictWords(row: WordedChange): string {
  const word = outcomeWord(row);
  const mark = row.adjusted ? "" : " (unadjusted)";
  if (row.outcome === "gain" || row.outcome === "loss") return word + mark;
  return `${word}${mark}; ${openText(row)}`;
}

/**
 * A change with its word and its interval once: "+4.1 points [+2.0, +6.2]: a gain", or "+2.1 points:
 * no difference shown; between −1.0 and +5.2 points".
 */
export function changeSentence(row: WordedChange): string {
  const { measure, verdict: { difference, ci95 }, outcome } = row;
  const shown = outcome === "gain" || outcome === "loss";
  const bounds = shown && ci95 ? ` ${changeBounds(ci95, measure)}` : "";
  return `${changeWithUnit(difference, measure)}${bounds}: ${verdictWords(row)}`;
}

/** A p-value behind "p": "= 0.042", or "< 0.001". */
export function pValueText(pValue: number): string {
  const text = formatPValue(pValue);
  return text.startsWith("<") ? text : `= ${text}`;
}

function toleratedText({ delta, measure }: WordedChange): string {
  if (delta !== undefined) return lossText(delta, measure);
  throw new RangeError("Cannot say that a loss is excluded as its size is not known");
}

function openText(row: WordedChange): string {
  const { verdict: { ci95, plainCi95, outcome }, adjusted } = row;
  if (!ci95) {
    return plainCi95
      ? "there is no interval by clusters, as all examples are of one"
      : "there is no interval, as nothing varies";
  }
  const between = boundText(row) + betweenText(row);
  if (!adjusted || (outcome !== "gain" && outcome !== "loss")) return between;
  return `alone it is ${between}, but not beside the ${adjusted.claims} claims that are adjusted ` +
    `together (p ${pValueText(adjusted.p)})`;
}

/** The one-sided bound by which a loss is excluded, which the 95 % interval may reach beyond. */
function boundText({ measure, outcome, verdict: { worst } }: WordedChange): string {
  if (outcome !== "loss_excluded" || worst === undefined) return "";
  return `its bound, one-sided at 5 %, is ${changeNumber(possible(worst, measure), measure)}; `;
}

/** "between −1.0 and +5.2 points". */
function betweenText({ measure, verdict: { ci95 } }: WordedChange): string {
  const [low, high] = ci95!.map((end) => changeNumber(possible(end, measure), measure));
  const unit = unitOf(measure);
  return `between ${low} and ${high}${unit === "Brier score" ? "" : ` ${unit}`}`;
}
