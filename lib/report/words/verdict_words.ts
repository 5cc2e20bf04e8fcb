import type { ChangeRow } from "../rows/row_types.ts";
import { formatPValue } from "./format_numbers.ts";
import {
  boundWithUnit,
  changeBounds,
  changeNumber,
  changeWithUnit,
  clusterOf,
  lossText,
  possible,
  unitOf,
} from "./measures.ts";
import { tooFewClusters } from "./shown_interval.ts";
import { ENGLISH, type VerdictTexts } from "./verdict_texts.ts";

// Every word on a change is made here, and of its outcome alone: "a gain" and "a loss" stand only
// where both 95 % intervals exclude 0 and, of a claim that is adjusted, it holds after that too. That
// a loss of the tolerated size is excluded is a fact of its own: sentences say it beside them.

/** What a change is called, and why, as far as it needs no unit of its own. */
export type WordedChange =
  & Pick<
    ChangeRow,
    "measure" | "verdict" | "outcome" | "adjusted" | "delta" | "lossExcluded"
  >
  & Partial<Pick<ChangeRow, "evidence">>;

/** What the brackets of a list of changes are, for its heading. */
export const INTERVAL_NOTE =
  "Intervals: the wider ends of both 95 % intervals, with examples and with clusters as the unit.";

/** What "unadjusted" means, for the foot of a table or list. */
export const UNADJUSTED_NOTE =
  "Unadjusted: of twenty such claims where nothing changed, about one is called a gain or a loss.";

/** Whether a change is called a gain or a loss. */
export function isShown(row: Pick<ChangeRow, "outcome"> | undefined): boolean {
  return row?.outcome === "gain" || row?.outcome === "loss";
}

/**
 * The word that a change may be given, for a table's cell.
 *
 * @param texts The language; English if left out, as below.
 * @throws {RangeError} If a loss is excluded of which the size is not known.
 */
export function outcomeWord(row: WordedChange, texts = ENGLISH): string {
  switch (row.outcome) {
    case "gain":
      return texts.gain;
    case "loss":
      return texts.loss;
    case "loss_excluded":
      return texts.excluded(toleratedText(row, texts));
    case "no_difference_shown":
      return texts.noDifferenceShown;
  }
}

/**
 * The same for a label of a figure, in a few words: "gain", "loss", "no difference shown", "loss of 1.0
 * excluded", or "loss, one of 1.0 excluded". The unit is that of the axis beside it.
 *
 * @throws {RangeError} If a loss is excluded of which the size is not known.
 */
export function outcomeLabel(row: WordedChange): string {
  const size = (): string => toleratedText(row, ENGLISH).split(" ")[0]!;
  switch (row.outcome) {
    case "loss":
      return row.lossExcluded ? `loss, one of ${size()} excluded` : "loss";
    case "loss_excluded":
      return `loss of ${size()} excluded`;
    case "gain":
      return "gain";
    case "no_difference_shown":
      return "no difference shown";
  }
}

/**
 * The same for a sentence: with the interval where the word leaves the difference open, why it is
 * open where its own intervals alone would not leave it so, and whether it is unadjusted. Beside a
 * gain or a loss stands that a loss of the tolerated size is excluded, where it is.
 *
 * @throws {RangeError} If a loss is excluded of which the size is not known.
 */
export function verdictWords(row: WordedChange, texts = ENGLISH): string {
  const word = outcomeWord(row, texts);
  const mark = row.adjusted ? "" : texts.unadjusted;
  if (!isShown(row)) return `${word}${mark}; ${leftOpen(row, texts)}`;
  if (!row.lossExcluded) return word + mark;
  const excluded = texts.excluded(toleratedText(row, texts)) + mark;
  // a gain's interval says as much; that of a loss may reach beyond the loss that is excluded
  const bound = row.outcome === "loss" ? boundText(row, texts) : [];
  return [word + mark, excluded, ...bound].join("; ");
}

/**
 * A change with its word and its interval once: "+4.1 points [+2.0, +6.2]: a gain", or "+2.1 points:
 * no difference shown; between −1.0 and +5.2 points". With a tolerated loss that is excluded: "−1.1
 * points [−1.9, −0.3]: a loss; a loss of 3.0 points or more is excluded; its bound, one-sided at 5 %,
 * is −1.8 points".
 */
export function changeSentence(row: WordedChange, texts = ENGLISH): string {
  const { measure, verdict: { difference, ci95 } } = row;
  const bounds = isShown(row) && ci95 ? ` ${texts.numbers(changeBounds(ci95, measure))}` : "";
  return `${changeWithUnit(difference, measure, texts)}${bounds}: ${verdictWords(row, texts)}`;
}

/** A p-value behind "p": "= 0.042", or "< 0.001". */
export function pValueText(pValue: number): string {
  const text = formatPValue(pValue);
  return text.startsWith("<") ? text : `= ${text}`;
}

function toleratedText({ delta, measure }: WordedChange, texts: VerdictTexts): string {
  if (delta !== undefined) return lossText(delta, measure, texts);
  throw new RangeError("Cannot say that a loss is excluded as its size is not known");
}

/**
 * What a change that is not shown leaves open: "between −1.0 and +5.2 points", or why there is no
 * interval.
 */
export function leftOpen(row: WordedChange, texts = ENGLISH): string {
  const { verdict, adjusted } = row;
  const { ci95, plainCi95 } = verdict;
  if (tooFewClusters(row)) return fewText(row, texts);
  if (!ci95) return plainCi95 ? texts.oneCluster(clusterOf(row.measure)) : texts.nothingVaries;
  const between = betweenText(row, texts);
  const open = !adjusted || !isShown(verdict)
    ? between
    : texts.alone(between, adjusted.claims, texts.numbers(pValueText(adjusted.p)));
  return [...(row.outcome === "loss_excluded" ? boundText(row, texts) : []), open].join("; ");
}

/** The one-sided bound by which a loss is excluded, which the 95 % interval may reach beyond. */
function boundText(
  { measure, delta, verdict: { worst } }: WordedChange,
  texts: VerdictTexts,
): string[] {
  return worst === undefined ? [] : [texts.bound(boundWithUnit(worst, measure, { delta, texts }))];
}

/** Too few of what: of passages, where each is a cluster of its own. */
export function fewText({ measure, evidence }: WordedChange, texts = ENGLISH): string {
  return measure === "prose" && evidence?.clustered?.clusters === evidence?.n
    ? texts.fewPassages
    : texts.fewClusters;
}

/** "between −1.0 and +5.2 points". */
function betweenText({ measure, verdict: { ci95 } }: WordedChange, texts: VerdictTexts): string {
  const [low, high] = ci95!.map((end) =>
    texts.numbers(changeNumber(possible(end, measure), measure))
  );
  return texts.between(low!, high!, texts.unit(unitOf(measure), low!, high!));
}
