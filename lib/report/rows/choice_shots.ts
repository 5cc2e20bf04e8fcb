import type { Summary } from "../../runs/mod.ts";
import { dataKinds } from "../paper/paper_inputs.ts";

/** How many examples stood before a question, where subjects differ the fewest and the most. */
export interface ChoiceShots {
  /** The fewest. */
  readonly fewest: number;
  /** The most. */
  readonly most: number;
}

/**
 * How many examples were shown before each multiple-choice question.
 *
 * Earlier summaries have the number that was asked for alone. MMLU itself and its sample
 * are never asked with fewer; of data of one's own, which may have no examples to show, it is not known.
 *
 * @returns `undefined` where it is not known or nothing was asked.
 */
export function choiceShots(summary: Summary): ChoiceShots | undefined {
  const { counts: { mmlu }, config } = summary;
  if (mmlu === undefined) return undefined;
  const { shots, fewestShots } = mmlu;
  if (shots !== undefined) return { fewest: fewestShots ?? shots, most: shots };
  if (dataKinds(summary).mmlu === "own") return undefined;
  return { fewest: config.mmlu.shots, most: config.mmlu.shots };
}
