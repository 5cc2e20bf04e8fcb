import { natsPerToken } from "../../prose/mod.ts";
import type { RepeatedRow } from "../../report/mod.ts";
import { alignById, type AlignedPair } from "../../stats/mod.ts";
import { judgedAlike, type VariantAnswers } from "../numbers/answers.ts";

/** The file of a repetition, below its results folder. */
export const REPETITION_FILE = "repetition.json";

/** So large a share of a recorded variant's answers has to come again. */
export const MIN_SAME = { sql: 0.98, mmlu: 0.99 } as const;

/** How far one measure of a variant came again. */
export interface RepetitionRow extends RepeatedRow {
  /** The ids whose answers differ. */
  readonly different: readonly string[];
}

/** A variant of a recorded study, answered again. */
export interface Repetition {
  /** Its name. */
  readonly variant: string;
  /** A row for each measure that was recorded. */
  readonly rows: readonly RepetitionRow[];
  /** Whether each measure of {@linkcode MIN_SAME} came again as far as that asks for. */
  readonly repeated: boolean;
}

/** Rounded products are summed in any order: further decimals of nats a token are not asked for. */
const NATS_DECIMALS = 4;

/**
 * Compares what a variant answered when it was recorded with what it answers now, example by example.
 * One that could not be judged then or now counts for neither.
 *
 * @throws {RangeError} If they answered other examples.
 */
export function compareRepetition(then: VariantAnswers, again: VariantAnswers): Repetition {
  const [recorded, now] = judgedAlike([then, again]) as [VariantAnswers, VariantAnswers];
  const rows = [
    row("sql", alignById(recorded.verdicts, now.verdicts), {
      answer: ({ official }) => `${official}`,
      value: ({ official }) => Number(official),
    }),
    row("mmlu", alignById(recorded.letters, now.letters), {
      answer: ({ chosen }) => `${chosen}`,
      value: ({ correct }) => Number(correct),
    }),
    row("prose", alignById(recorded.prose, now.prose), {
      answer: (passage) => natsPerToken(passage).toFixed(NATS_DECIMALS),
      value: natsPerToken,
    }),
  ].filter(({ n }) => n > 0);
  const enough = ({ measure, same, n }: RepetitionRow): boolean =>
    measure === "prose" || same >= MIN_SAME[measure] * n;
  return { variant: recorded.name, rows, repeated: rows.every(enough) };
}

function row<T>(
  measure: RepetitionRow["measure"],
  pairs: readonly AlignedPair<T, T>[],
  { answer, value }: {
    readonly answer: (one: T) => string;
    readonly value: (one: T) => number;
  },
): RepetitionRow {
  const different = pairs.filter(({ base, tuned }) => answer(base) !== answer(tuned));
  const mean = (side: "base" | "tuned"): number =>
    pairs.reduce((total, pair) => total + value(pair[side]), 0) / pairs.length;
  return {
    measure,
    n: pairs.length,
    same: pairs.length - different.length,
    recorded: mean("base"),
    repeated: mean("tuned"),
    different: different.map(({ id }) => id),
  };
}
