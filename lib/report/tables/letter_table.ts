import { type Interval, letterName } from "../../stats/mod.ts";
import type { AboveChanceRow, LetterRow } from "../rows/choice_rows.ts";
import type { FlipsRow, ProseRow } from "../rows/row_types.ts";
import { formatCount, formatNats } from "../words/format_numbers.ts";
import {
  bounds,
  change,
  type Column,
  count,
  decimal,
  type FramedColumn,
  markdownOf,
  rightText,
  share,
  shareBounds,
  text,
} from "./column.ts";
import { percentText } from "./change_table.ts";
import { groupTable } from "./markdown_table.ts";

/** How many moves of answers a table names. */
const NAMED_MOVES = 3;

/**
 * What the log-probabilities of the letters say, as tables with one row a variant, narrow enough to
 * be read beside each other: how often each letter was chosen and is the right one, with the entropy
 * of the choices and the right answers that these letters would get in a random order; accuracy with
 * the letter prior taken off, the mean probability of the right letter, Brier score and calibration;
 * and, of variants that were asked for it, the letters that the model writes.
 */
export function lettersTable(rows: readonly LetterRow[]): string {
  const written = rows.filter((row) => row.written !== undefined);
  return [
    markdownOf(rows, [...NAMES, ...chosenColumns(rows)]),
    markdownOf(rows, [...NAMES, ...RIGHT_COLUMNS]),
    ...(written.length > 0 ? [markdownOf(written, [NAMES[0]!, ...WRITTEN_COLUMNS])] : []),
  ].join("\n");
}

const NAMES: readonly Column<LetterRow>[] = [
  text("model", ({ variant }) => variant),
  count("n", (row) => row.letters.n),
];

function chosenColumns(rows: readonly LetterRow[]): Column<LetterRow>[] {
  const letters = Array.from(
    { length: Math.max(0, ...rows.map((row) => row.letters.chosen.length)) },
    (_, at) => at,
  );
  return [
    ...letters.map((at) =>
      count<LetterRow>(`chose ${letterName(at)}`, (row) => row.letters.chosen[at])
    ),
    ...letters.map((at) =>
      count<LetterRow>(`${letterName(at)} right`, (row) => row.letters.gold[at])
    ),
    decimal("entropy (bits)", 2, (row) => row.letters.entropyBits),
    decimal("right by letters alone", 1, (row) => row.letters.expected),
  ];
}

const RIGHT_COLUMNS: readonly Column<LetterRow>[] = [
  count("right", (row) => row.letters.right),
  share("prior-free accuracy %", (row) => row.priorFree.mean),
  shareBounds("prior-free, 95 % interval", (row) => row.priorFree.ci95),
  share("probability of the right letter %", (row) => row.rightProbability),
  decimal("Brier score", 3, (row) => row.brier),
  decimal("calibration error (debiased l2)", 4, (row) => row.calibration?.l2Debiased),
];

const WRITTEN_COLUMNS: readonly Column<LetterRow>[] = [
  count("asked in writing", (row) => row.written?.accuracy.n),
  share("written letter right %", (row) => row.written?.accuracy.mean),
  share("same questions by log-probability %", (row) => row.written?.byLogProbability.mean),
  count("no letter written", (row) => row.written?.noLetter),
];

/**
 * Where answers moved to, one row a variant: how many moved, how many of them were gained or lost,
 * the share of the most frequent target, and the most frequent moves.
 *
 * @param answers What moved, such as "letters".
 */
export function flipsTable(rows: readonly FlipsRow[], answers: string): string {
  return markdownOf(rows, flipColumns(answers));
}

/** The columns of {@linkcode flipsTable}. */
export function flipColumns(answers: string): FramedColumn<FlipsRow>[] {
  return [
    text("model", ({ variant }) => variant),
    count("n", ({ flips }) => flips.n),
    count(`${answers} that moved`, ({ flips }) => flips.moved),
    count("gained", ({ flips }) => flips.gained),
    count("lost", ({ flips }) => flips.lost),
    share(
      "to the most frequent target %",
      ({ flips }) => flips.moved === 0 ? undefined : flips.largestTargetShare,
    ),
    text("most frequent moves", ({ flips }) => movesText(flips.rows)),
  ];
}

/** "A to C 12, B to C 5": the most frequent moves. */
export function movesText(moves: FlipsRow["flips"]["rows"], most: number = NAMED_MOVES): string {
  return moves.slice(0, most)
    .map(({ from, to, count }) => `${from} to ${to} ${formatCount(count)}`).join(", ");
}

/**
 * The change above guessing, one row a variant: in percent of what the base model has above it
 * where that has bounds, and in points of what would be known if all else were guessed.
 */
export function aboveChanceTable(rows: readonly AboveChanceRow[]): string {
  return markdownOf(rows, [
    text("model", ({ variant }) => variant),
    rightText("change of what is above guessing", ({ change }) => ratioText(change)),
    change("points of what is known", () => "mmlu", (row) => row.change.points),
    bounds("95 % interval", () => "mmlu", (row) => row.change.pointsCi95),
  ]);
}

/** A change above guessing in percent, or why it has no bounds. */
export function ratioText({ change, ci95, clusteredCi95 }: AboveChanceRow["change"]): string {
  const bounded: readonly (Interval | null | undefined)[] = [ci95, clusteredCi95];
  if (change === undefined || bounded.includes(null)) {
    return "no bounds: the base model is not shown to be above guessing";
  }
  return percentText({
    change,
    ci95: ci95!,
    ...(clusteredCi95 === undefined ? {} : { clusteredCi95 }),
  });
}

/** General text in nats a token, one row a variant and one column a kind. */
export function proseTable(rows: readonly ProseRow[]): string {
  return groupTable(rows, ({ nats }) => formatNats(nats, 3));
}
