import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { MmluSample } from "../../runs/mod.ts";
import { alignById } from "../../stats/mod.ts";

/** What a variant answered to multiple-choice questions. */
export interface MmluAnswers {
  /** Chosen letters; empty where they were not asked for. */
  readonly letters: readonly MmluAnswer[];
}

/** One answered multiple-choice question. */
export interface MmluAnswer {
  /** The question's id, such as `astronomy-7`. */
  readonly id: string;
  /** Its subject. */
  readonly subject: string;
  /** Its subject's category. */
  readonly category: string;
  /** Index of the right letter. */
  readonly answer: number;
  /** Index of the letter with the highest log-probability. */
  readonly chosen: number;
  /** Whether the chosen letter is the right one. */
  readonly correct: boolean;
  /** `[options]` nats, over the whole vocabulary. */
  readonly logProbs: readonly number[];
  /** Index of the letter that the model writes, `null` for none; absent where it was not asked. */
  readonly written?: number | null;
}

/**
 * Takes the letter with the highest log-probability as the answer; the first one on a tie.
 *
 * @param written The letters that the model wrote, by question; for those that were asked so.
 */
export function answerLetters(
  questions: readonly MmluQuestion[],
  samples: readonly MmluSample[],
  written: ReadonlyMap<string, number | null> = new Map(),
): MmluAnswer[] {
  return alignById(questions, samples).map(({ id, base: question, tuned: sample }) => {
    const { logProbs } = sample;
    const chosen = logProbs.indexOf(Math.max(...logProbs));
    const { subject, category, answer } = question;
    const letter = written.get(id);
    return {
      id,
      subject,
      category,
      answer,
      chosen,
      correct: chosen === answer,
      logProbs,
      ...(letter === undefined ? {} : { written: letter }),
    };
  });
}
