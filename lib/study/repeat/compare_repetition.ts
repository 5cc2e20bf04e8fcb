import type { RepeatedRow } from "../../report/mod.ts";
import { type Gauge, GAUGES } from "../../runs/mod.ts";
import { alignById, type AlignedPair } from "../../stats/mod.ts";
import type { AnswerOutcome } from "../measures/measure.ts";
import { MEASURES } from "../measures/measures.ts";
import { judgedAlike, type VariantAnswers } from "../numbers/answers.ts";
import { type ComparedResults, compareResults } from "../results/compare_results.ts";
import { mean } from "../numbers/groups.ts";

/** The file of a repetition, below its results folder. */
export const REPETITION_FILE = "repetition.json";

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
  /** Whether each measure of a study came again as far as that asks for. */
  readonly repeated: boolean;
}

/**
 * Compares what a variant answered when it was recorded with what it answers now, example by example.
 * One that could not be judged then or now counts for neither.
 *
 * @throws {RangeError} If they answered other examples.
 */
export function compareRepetition(then: VariantAnswers, again: VariantAnswers): Repetition {
  const [recorded, now] = judgedAlike([then, again]) as [VariantAnswers, VariantAnswers];
  const rows = GAUGES.map((measure) => {
    const [before, after] = [recorded, now].map(MEASURES[measure].outcomes);
    return row(measure, alignById(before!, after!));
  }).filter(({ n }) => n > 0);
  const enough = ({ measure, same, n }: RepetitionRow): boolean =>
    same >= (MEASURES[measure].minSame ?? 0) * n;
  return { variant: recorded.name, rows, repeated: rows.every(enough) };
}

/**
 * The changes from what a variant answered when it was recorded to what it answers now, with their
 * intervals, on the examples that were judged both times.
 */
export function repetitionChanges(then: VariantAnswers, again: VariantAnswers): ComparedResults {
  const [recorded, now] = judgedAlike([then, again]) as [VariantAnswers, VariantAnswers];
  return compareResults(recorded, { ...now, name: `${now.name}, now` });
}

function row(
  measure: Gauge,
  pairs: readonly AlignedPair<AnswerOutcome, AnswerOutcome>[],
): RepetitionRow {
  const different = pairs.filter(({ base, tuned }) => base.same !== tuned.same);
  return {
    measure,
    n: pairs.length,
    same: pairs.length - different.length,
    recorded: mean(pairs.map(({ base }) => base.value)),
    repeated: mean(pairs.map(({ tuned }) => tuned.value)),
    different: different.map(({ id }) => id),
  };
}
