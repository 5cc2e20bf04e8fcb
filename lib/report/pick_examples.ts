import type { ExampleAnswer, ExampleRow } from "./rows.ts";

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
 * Picks a few examples to look at: the same ones every time, and as many kinds of them as there
 * are. Combinations of status and hardness take turns, so that the commonest does not fill the list.
 *
 * @param rows Questions in file order; the first answer of each is the base model's.
 * @returns At most `count` rows, those answers only that are compared.
 * @throws {RangeError} If a row has no answer of the variant.
 */
export function pickExamples(
  rows: readonly ExampleRow[],
  { variant, kind, count }: PickExamplesOptions,
): ExampleRow[] {
  const turns = new Map<string, number>();
  return rows.flatMap((row, place) => {
    const [base] = row.answers;
    const answer = row.answers.find((answer) => answer.variant === variant);
    if (base === undefined || answer === undefined) {
      throw new RangeError(`Cannot pick ${row.id}: it has no answer of "${variant}"`);
    }
    if (!isOfKind(kind, base, answer)) return [];
    const group = `${answer.status} ${base.status} ${row.hardness}`;
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    const answers = answer === base ? [base] : [base, answer];
    return [{ turn, place, row: { ...row, answers } }];
  })
    .sort((a, b) => a.turn - b.turn || a.place - b.place)
    .slice(0, count)
    .map(({ row }) => row);
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
