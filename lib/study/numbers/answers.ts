import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { ProseScore } from "../../prose/mod.ts";
import type { MmluSample, UnjudgedExample, VariantOrigin } from "../../runs/mod.ts";
import { alignById } from "../../stats/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";

/** What one variant answered, each measure for the same examples in the same order. */
export interface VariantAnswers {
  /** "base", or a name that no other variant has. */
  readonly name: string;
  /** Which weights answered. */
  readonly origin: VariantOrigin;
  /** Judged SQL under the study's own prompt; empty where it was not asked. */
  readonly verdicts: readonly SqlVerdict[];
  /** Judged SQL under prompts with another number of examples, by that number. */
  readonly byShots?: Readonly<Record<string, readonly SqlVerdict[]>>;
  /** Chosen letters; empty where they were not asked for. */
  readonly letters: readonly MmluAnswer[];
  /** Scored passages; empty where they were not asked for. */
  readonly prose: readonly ProseScore[];
  /** Examples that no variant has a verdict on, through a fault of the data; none when left out. */
  readonly unjudged?: readonly UnjudgedExample[];
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
 * Variants with verdicts on the same examples: one that could not be judged for
 * a variant (a gold that ran into its time limit once) counts for none.
 */
export function judgedAlike(answers: readonly VariantAnswers[]): VariantAnswers[] {
  const all = answers.flatMap(({ unjudged = [] }) => unjudged);
  const unjudged = [...new Map(all.map((example) => [example.id, example])).values()];
  const left = new Set(unjudged.map(({ id }) => id));
  const kept = (verdicts: readonly SqlVerdict[]): SqlVerdict[] =>
    verdicts.filter(({ id }) => !left.has(id));
  return answers.map((variant) => ({
    ...variant,
    verdicts: kept(variant.verdicts),
    ...(variant.byShots && {
      byShots: Object.fromEntries(
        Object.entries(variant.byShots).map(([shots, verdicts]) => [shots, kept(verdicts)]),
      ),
    }),
    unjudged,
  }));
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
