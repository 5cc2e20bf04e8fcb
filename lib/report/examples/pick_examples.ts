import type { ExampleAnswer, ExampleRow } from "../rows/example_types.ts";

/** What examples to pick: by how the variant's answer compares with the base model's. */
export type ExampleKind = "failed" | "repaired" | "broken";

/** Options of {@linkcode pickExamples}. */
export interface PickExamplesOptions {
  /** The variant whose answers are looked at. */
  readonly variant: string;
  /**
   * `failed`: the variant's answer is no match; `repaired`: it is one and the base model's is not;
   * `broken`: the other way round.
   */
  readonly kind: ExampleKind;
  /** How many at most. */
  readonly count: number;
}

/**
 * Picks a few examples to look at: the same ones every time, and as different as there are. Each
 * next one has the statuses, then the hardness, that were picked least so far; of equals it is the
 * first in the file.
 *
 * @param rows Questions in file order; the first answer of each is the base model's.
 * @returns At most `count` rows, in file order, with those answers only that are compared.
 * @throws {RangeError} If a row has no answer of the variant.
 */
export function pickExamples(
  rows: readonly ExampleRow[],
  { variant, kind, count }: PickExamplesOptions,
): ExampleRow[] {
  const open = rows.flatMap((row, place) => {
    const [base] = row.answers;
    const answer = row.answers.find((answer) => answer.variant === variant);
    if (base === undefined || answer === undefined) {
      throw new RangeError(`Cannot pick ${row.id}: it has no answer of "${variant}"`);
    }
    if (!isOfKind(kind, base, answer)) return [];
    const answers = answer === base ? [base] : [base, answer];
    return [{ place, row: { ...row, answers } }];
  });
  const picked: typeof open = [];
  const shown = (same: (row: ExampleRow) => string, row: ExampleRow): number =>
    picked.filter((other) => same(other.row) === same(row)).length;
  while (picked.length < count && open.length > 0) {
    open.sort((a, b) =>
      shown(statuses, a.row) - shown(statuses, b.row) ||
      shown(hardness, a.row) - shown(hardness, b.row) || a.place - b.place
    );
    picked.push(...open.splice(0, 1));
  }
  return picked.sort((a, b) => a.place - b.place).map(({ row }) => row);
}

function statuses({ answers }: ExampleRow): string {
  return answers.map((answer) => answer.status).join(" ");
}

function hardness(row: ExampleRow): string {
  return row.hardness;
}

function isOfKind(kind: ExampleKind, base: ExampleAnswer, answer: ExampleAnswer): boolean {
  const before = base.status === "match";
  const after = answer.status === "match";
  switch (kind) {
    case "failed":
      return !after;
    case "repaired":
      return after && !before;
    case "broken":
      return before && !after;
  }
}
