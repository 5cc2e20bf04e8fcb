import { formatCount, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { changeBounds, changeWithUnit } from "../words/measures.ts";
import { changeSentence, isShown, leftOpen } from "../words/verdict_words.ts";
import type { ChangeRow, FlipsRow, VariantRows } from "../rows/row_types.ts";
import { BASE_NAME, overallChange } from "../rows/study_lookup.ts";
import { movesText } from "../tables/letter_table.ts";

/** From this share of all moved answers on, one target is named. */
const MOST = 0.6;

/** The share of the moved letters that went to one; `undefined` where most did not. */
export function shareToOne({ moved, largestTargetShare }: FlipsRow["flips"]): number | undefined {
  return moved > 0 && largestTargetShare > MOST ? largestTargetShare : undefined;
}

/**
 * A few sentences, each a line of a list: what part of a change of multiple choice is a habit of letters, what the form of the answer, and
 * what stays with the letter prior taken off; nothing where the log-probabilities were not kept.
 *
 * @param raw The change of the accuracy as it is.
 */
export function letterSentences(rows: VariantRows, variant: string, raw: ChangeRow): string[] {
  const priorFree = overallChange(rows, "prior_free", variant);
  const habit = overallChange(rows, "habit", variant);
  if (!priorFree || !habit) return [];
  return [
    [
      `With the letter prior taken off: ${changeSentence(priorFree)}.`,
      habitText(rows, habit),
      ...partText(raw, { priorFree, habit }),
    ].join(" "),
    ...writtenText(rows, variant, raw),
  ];
}

/** The part of the change that comes from choosing letters otherwise, and where the letters went. */
function habitText({ letterFlips }: VariantRows, habit: ChangeRow): string {
  const { measure, verdict: { difference, ci95 }, variant } = habit;
  const size = changeWithUnit(difference, measure);
  const bounds = ci95 ? ` ${changeBounds(ci95, measure)}` : "";
  const flips = letterFlips.find((row) => row.variant === variant)?.flips;
  const toOne = flips && shareToOne(flips);
  const moved = !flips || flips.moved === 0
    ? ""
    : ` ${formatCount(flips.moved)} of ${formatCount(flips.n)} letters moved` +
      (toOne === undefined ? "" : `, ${formatPercent(toOne)} of them to one letter`) +
      ` (${markdownText(movesText(flips.rows))}).`;
  // letters may well move without the score: what is not shown is that the score does
  return "The rest, " +
    (isShown(habit)
      ? `${size}${bounds}, comes from choosing letters otherwise: a habit of letters is shown ` +
        "(unadjusted)."
      : `${size}, comes from choosing letters otherwise; that such a habit changes the score is ` +
        `not shown (unadjusted): ${leftOpen(habit)}.`) +
    moved;
}

/**
 * What the letters say of a change of multiple choice:
 *
 * - `both`, `knowledge`, `habit`, `open`: of a raw change that is shown, whether it is in part a
 *   habit of letters and in part there without it, there without a habit too, a habit as far as
 *   anything is shown, or neither is shown;
 * - `hidden_by_habit`, `hidden`: of one that is not shown while it is with the prior taken off, as
 *   the habit goes the other way, or for no reason that is shown;
 * - `nothing`: neither is shown.
 */
export type LetterReading =
  | "both"
  | "knowledge"
  | "habit"
  | "open"
  | "hidden_by_habit"
  | "hidden"
  | "nothing";

/** What the letters say of a change: see {@linkcode LetterReading}. */
export function letterReading(
  raw: ChangeRow,
  { priorFree, habit }: { readonly priorFree: ChangeRow; readonly habit: ChangeRow },
): LetterReading {
  if (!isShown(raw)) {
    if (!isShown(priorFree)) return "nothing";
    return isShown(habit) && habit.outcome !== priorFree.outcome ? "hidden_by_habit" : "hidden";
  }
  const byHabit = habit.outcome === raw.outcome;
  if (priorFree.outcome === raw.outcome) return byHabit ? "both" : "knowledge";
  return byHabit ? "habit" : "open";
}

/** What a drop or a rise is to be called, or why the raw score does not show one. */
function partText(
  raw: ChangeRow,
  parts: { readonly priorFree: ChangeRow; readonly habit: ChangeRow },
): string[] {
  const [move, knowledge] = raw.outcome === "loss" ? ["drop", "went"] : ["rise", "came"];
  switch (letterReading(raw, parts)) {
    case "both":
      return [`So the ${move} is in part a habit of letters, and in part there without it.`];
    case "knowledge":
      return [`So the ${move} is there without a habit of letters too.`];
    case "habit":
      return [
        `So the ${move} is a habit of letters as far as it is shown; that knowledge ${knowledge} ` +
        "is not shown.",
      ];
    case "open":
      return [
        `So which part of the ${move} is a habit of letters, and which is knowledge, is not shown.`,
      ];
    case "hidden_by_habit":
      return ["The raw score does not show that, as the habit of letters goes the other way."];
    case "hidden":
      return [
        "The raw score does not show that; which part of it is a habit of letters is not shown.",
      ];
    case "nothing":
      return [];
  }
}

/** The same by the letters that the model writes: a drop there alone is one of the form. */
function writtenText({ letters, ...rows }: VariantRows, variant: string, raw: ChangeRow): string[] {
  const change = overallChange(rows, "written", variant);
  if (!change) return [];
  const [before, after] = [BASE_NAME, variant].map((name) =>
    letters.find((row) => row.variant === name)?.written?.noLetter
  );
  const none = before === undefined || after === undefined
    ? ""
    : ` Without any letter: ${formatCount(after)} answers, of the base model ${
      formatCount(before)
    }.`;
  const form = change.outcome === "loss" && raw.outcome !== "loss"
    ? " A loss in writing that the log-probabilities do not show is one of the form of the answer, " +
      "as far as anything is shown."
    : "";
  const { n } = change.evidence;
  return [
    `By the letter that the model writes, n = ${formatCount(n)}: ${
      changeSentence(change)
    }.${none}${form}`,
  ];
}
