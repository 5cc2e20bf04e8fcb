import type {
  AboveChanceRow,
  AccuracyRow,
  ChanceRow,
  ChangeRow,
  CountRow,
  FlipsRow,
  GaugeTitles,
  LetterRow,
  PairRow,
  ProseRow,
  SeedRow,
  TradeOffRow,
} from "../rows/row_types.ts";
import type { LossRow } from "../rows/training_types.ts";
import { ACCURACY_COLUMNS, CHANCE_COLUMNS } from "../tables/accuracy_table.ts";
import {
  changeColumns,
  pairColumns,
  seedColumns,
  tradeOffColumns,
} from "../tables/change_table.ts";
import { type Column, filledColumns } from "../tables/column.ts";
import { ABOVE_CHANCE_COLUMNS, flipColumns, letterColumns } from "../tables/letter_table.ts";
import { count, decimal, type Frame, frame, text } from "./frame.ts";

/**
 * A table as a data frame: the same columns, intervals as two of them, percentages and points with
 * one decimal, nats with three, null where there is no value. Columns without any value are left out.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function frameOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Frame {
  const filled = filledColumns(rows, columns);
  return frame(rows, Object.assign({}, ...filled.map(({ series }) => series)));
}

/** Accuracies, one row a variant and group. */
export function accuracyFrame(rows: readonly AccuracyRow[]): Frame {
  return frameOf(rows, ACCURACY_COLUMNS);
}

/** Paired changes to the base model, one row a change; changes in the unit of their measure. */
export function changesFrame(rows: readonly ChangeRow[], titles: GaugeTitles): Frame {
  return frameOf(rows, changeColumns(titles));
}

/** Recipes compared with each other, one row a pair and gauge. */
export function pairsFrame(rows: readonly PairRow[], titles: GaugeTitles): Frame {
  return frameOf(rows, pairColumns(titles));
}

/** Recipes over their training seeds. */
export function seedsFrame(rows: readonly SeedRow[], titles: GaugeTitles): Frame {
  return frameOf(rows, seedColumns(titles));
}

/** The trade-off, one row a tuned variant. */
export function tradeOffFrame(rows: readonly TradeOffRow[], titles: GaugeTitles): Frame {
  return frameOf(rows, tradeOffColumns(titles, rows));
}

/** Multiple choice against guessing, one row a variant and group. */
export function chanceFrame(rows: readonly ChanceRow[]): Frame {
  return frameOf(rows, CHANCE_COLUMNS);
}

/** The change above guessing, one row a variant. */
export function aboveChanceFrame(rows: readonly AboveChanceRow[]): Frame {
  return frameOf(rows, ABOVE_CHANCE_COLUMNS);
}

/** What the log-probabilities of the letters say, one row a variant. */
export function lettersFrame(rows: readonly LetterRow[]): Frame {
  return frameOf(rows, letterColumns(rows));
}

/** Where answers moved to, one row a variant. */
export function flipsFrame(rows: readonly FlipsRow[], answers: string): Frame {
  return frameOf(rows, flipColumns(answers));
}

/** General text in nats a token, one row a variant and kind. */
export function proseFrame(rows: readonly ProseRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    kind: text((row) => row.group),
    "nats a token": decimal((row) => Number(row.nats.toFixed(3))),
  });
}

/**
 * Raw counts of verdicts as a data frame: one row a variant, with its successes, its failures, and
 * every status that a failure has.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function countsFrame(rows: readonly CountRow[]): Frame {
  const statuses = [...new Set(rows.map((row) => row.status))].filter((s) => s !== "match");
  const variants = [...new Set(rows.map((row) => row.variant))].map((variant) =>
    rows.filter((row) => row.variant === variant)
  );
  const of = (own: readonly CountRow[], status: string): number =>
    own.find((row) => row.status === status)?.count ?? 0;
  return frame(variants, {
    model: text((own) => own[0]?.variant ?? ""),
    n: count((own) => own[0]?.n ?? 0),
    success: count((own) => of(own, "match")),
    failure: count((own) => (own[0]?.n ?? 0) - of(own, "match")),
    ...Object.fromEntries(statuses.map((status) => [status, count((own) => of(own, status))])),
  });
}

/**
 * The loss log as a data frame, in nats a token.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function lossFrame(rows: readonly LossRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    step: count((row) => row.step),
    "loss (nats)": decimal((row) => Number(row.lossNats.toFixed(4))),
  });
}
