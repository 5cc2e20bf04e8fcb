import { count, decimal, type Frame, frame, percent, pValue, share, text } from "./frame.ts";
import { checkDifference } from "../format_numbers.ts";
import type {
  AccuracyRow,
  ChanceRow,
  ChangeRow,
  CountRow,
  DifferenceRow,
  LossRow,
} from "../rows.ts";

/**
 * Accuracies as a data frame, percentages rounded to one decimal; one row a variant and group. Where
 * cut completions were counted, a column has them: null for single groups.
 *
 * A frame is shown as an HTML table when it is the last value of a notebook cell: its first 50
 * rows, or as many as the environment variable `POLARS_FMT_MAX_ROWS` says.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function accuracyFrame(rows: readonly AccuracyRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    group: text((row) => row.group),
    correct: count((row) => row.successes),
    n: count((row) => row.n),
    "accuracy %": decimal((row) => share(row.mean)),
    "95 % from": decimal((row) => share(row.ci95[0])),
    "95 % to": decimal((row) => share(row.ci95[1])),
    ...(rows.some(({ cut }) => cut !== undefined)
      ? { "cut completions": count<AccuracyRow>((row) => row.cut ?? null) }
      : {}),
  });
}

/**
 * Paired differences to the base model as a data frame, in percentage points. "Holm p" corrects for
 * the number of categories, and "detectable from" is the smallest difference that so many examples
 * would probably show; both are null where they do not apply.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function differencesFrame(rows: readonly DifferenceRow[]): Frame {
  return frame(rows, {
    measure: text((row) => row.measure),
    model: text((row) => row.variant),
    group: text((row) => row.group),
    n: count((row) => row.n),
    points: decimal((row) => points(row.mean)),
    "95 % from": decimal((row) => points(row.ci95[0])),
    "95 % to": decimal((row) => points(row.ci95[1])),
    gained: count((row) => row.gained),
    lost: count((row) => row.lost),
    "McNemar p": decimal((row) => pValue(row.pValue)),
    "Holm p": decimal((row) => pValue(row.holmP)),
    "detectable from": decimal(({ smallestDetectable = null }) =>
      smallestDetectable === null ? null : share(smallestDetectable)
    ),
  });
}

/**
 * Multiple choice against guessing as a data frame: one row a variant and group.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function chanceFrame(rows: readonly ChanceRow[]): Frame {
  return frame(rows, {
    model: text((row) => row.variant),
    group: text((row) => row.group),
    "guessing %": decimal((row) => share(row.chance)),
    "binomial p": decimal((row) => pValue(row.pValue)),
    verdict: text((row) => row.verdict),
  });
}

/**
 * Percentage changes as a data frame; a change that cannot be stated is null, with its reason.
 *
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function changesFrame(rows: readonly ChangeRow[]): Frame {
  const relative = (row: ChangeRow) => row.change.kind === "relative" ? row.change : undefined;
  return frame(rows, {
    measure: text((row) => row.measure),
    model: text((row) => row.variant),
    group: text((row) => row.group),
    "change %": decimal((row) => percent(relative(row)?.mean)),
    "95 % from": decimal((row) => percent(relative(row)?.ci95[0])),
    "95 % to": decimal((row) => percent(relative(row)?.ci95[1])),
    note: text((row) => REASONS[row.change.kind]),
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

/** A difference of proportions in percentage points. */
function points(difference: number): number | null {
  return percent(checkDifference(difference));
}

const REASONS = {
  relative: "",
  at_chance: "at chance: no loss can be measured",
  base_zero: "base is 0: no ratio",
} as const;
