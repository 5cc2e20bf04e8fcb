import { GAUGES } from "../../runs/mod.ts";
import type { AnswerRows } from "./measure.ts";
import { type MeasureAnswers, MEASURES, NO_ANSWERS } from "./measures.ts";

/** The kinds of answers that are recorded. */
export type AnswerKind = keyof typeof NO_ANSWERS;

/** The kinds of answers that are recorded, each in a file of its own. */
export const ANSWER_KINDS = Object.keys(NO_ANSWERS) as readonly AnswerKind[];

/** How answers of one kind stand in files of results. */
export function rowsOf(kind: AnswerKind): AnswerRows<MeasureAnswers> {
  return GAUGES.map((gauge) => MEASURES[gauge].rows).find(({ file }) => file === kind)!;
}
