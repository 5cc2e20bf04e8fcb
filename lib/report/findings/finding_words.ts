import { formatDifference, formatPValue } from "../format_numbers.ts";
import type { DifferenceRow } from "../rows.ts";

// The words of a finding follow from its numbers: nothing is called a gain or a loss whose interval
// has 0 in it.

/** What a paired difference's interval says of its sign. */
export type Sign = "gain" | "loss" | "open";

/** Whether the whole 95 % interval is above 0 or below it. */
export function signOf({ ci95: [low, high] }: Pick<DifferenceRow, "ci95">): Sign {
  if (low > 0) return "gain";
  return high < 0 ? "loss" : "open";
}

/** The sign in a sentence of its own. */
export function signSentence(difference: Pick<DifferenceRow, "ci95">): string {
  switch (signOf(difference)) {
    case "gain":
      return "The whole 95 % interval is above 0: a gain.";
    case "loss":
      return "The whole 95 % interval is below 0: a loss.";
    case "open":
      return "The 95 % interval has 0 in it: neither gain nor loss is shown.";
  }
}

/** A paired difference as "+10.0 points [−1.0, +21.0]". */
export function pointsText(difference: Pick<DifferenceRow, "mean" | "ci95">): string {
  return formatDifference(difference).replace(" ", " points ");
}

/** A p-value behind "p": "= 0.042", or "< 0.001". */
export function pValueText(pValue: number): string {
  const text = formatPValue(pValue);
  return text.startsWith("<") ? text : `= ${text}`;
}
