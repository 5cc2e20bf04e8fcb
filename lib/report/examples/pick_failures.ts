import { seededOrder } from "../../stats/mod.ts";
import type { ExampleAnswer, ExampleRow } from "../rows/example_types.ts";

/** What became of a question: the base model's answer first, the variant's second. */
export type FailureKind = "repaired" | "broken" | "still wrong";

/** Options of {@linkcode pickFailures}. */
export interface PickFailuresOptions {
  /** The variant that is compared with the base model. */
  readonly variant: string;
  /** The seed of the draw: the study's. */
  readonly seed: number;
  /** How many of each kind at most, 3 by default. */
  readonly count?: number;
}

/** Drawn questions by kind, and of how many each was drawn. */
export type Failures = Readonly<
  Record<FailureKind, {
    /** Questions of this kind in all. */
    readonly of: number;
    /** The drawn ones, with the base model's answer and the variant's. */
    readonly rows: readonly ExampleRow[];
  }>
>;

/**
 * Draws a few questions of each kind by a rule that is stated beforehand, so that none is chosen for
 * what it shows: in the order of the SHA-256 of "SEED:id" the first of each class of error, then the
 * next ones in the same order, at most `count`.
 *
 * The class of a repaired question is that of the base model's error, of the others the variant's.
 *
 * @param rows Questions, each with the base model's answer first.
 * @throws {RangeError} If a row has no answer of the variant.
 */
export function pickFailures(
  rows: readonly ExampleRow[],
  { variant, seed, count = 3 }: PickFailuresOptions,
): Failures {
  const byId = new Map(rows.map((row) => [row.id, pair(row, variant)]));
  const drawn = seededOrder(rows.map(({ id }) => id), seed).map((id) => byId.get(id)!);
  const of = (kind: FailureKind): Failures[FailureKind] => {
    const own = drawn.filter((row) => kindOf(row) === kind);
    const classes = own.map((row) => errorClass(row, kind));
    const first = own.filter((_, i) => classes.indexOf(classes[i]!) === i);
    const others = own.filter((row) => !first.includes(row));
    return { of: own.length, rows: [...first, ...others].slice(0, count) };
  };
  return {
    repaired: of("repaired"),
    broken: of("broken"),
    "still wrong": of("still wrong"),
  };
}

/** The row with the two answers that are compared. */
function pair(row: ExampleRow, variant: string): ExampleRow {
  const [base] = row.answers;
  const answer = row.answers.find((answer) => answer.variant === variant);
  if (base === undefined || answer === undefined || answer === base) {
    throw new RangeError(
      `Cannot pick ${row.id}: it has no answer of "${variant}" beside the base model's`,
    );
  }
  return { ...row, answers: [base, answer] };
}

function kindOf({ answers: [base, answer] }: ExampleRow): FailureKind | undefined {
  if (isRight(base!)) return isRight(answer!) ? undefined : "broken";
  return isRight(answer!) ? "repaired" : "still wrong";
}

function isRight({ status }: ExampleAnswer): boolean {
  return status === "match";
}

function errorClass({ answers: [base, answer] }: ExampleRow, kind: FailureKind): string {
  const wrong = kind === "repaired" ? base! : answer!;
  return wrong.errorClass ?? wrong.status;
}
