import { type ChoiceExample, choicesText, formatCount, markdownText } from "../../report/mod.ts";
import type { Summary } from "../../runs/mod.ts";
import { alignById, seededOrder } from "../../stats/mod.ts";
import type { MmluInputs } from "../inputs/mmlu_inputs.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { shownVariants } from "./shown_variants.ts";

/** Questions that are shown of each variant, at most. */
const SHOWN = 2;

/**
 * Multiple-choice questions that the base model has right and a variant has not, drawn by a stated
 * rule, each with its options, their probabilities and both letters. One such question alone does not
 * show that anything was forgotten: the letters' probabilities say how near the choice was.
 *
 * They are those of the variants that `failuresReport` shows; where these have none, of all others.
 *
 * @param answers The base model's first.
 * @returns Markdown; a sentence where there is none.
 */
export function forgottenReport(
  { questions }: Pick<MmluInputs, "questions">,
  summary: Pick<Summary, "config" | "plan" | "findings">,
  answers: readonly VariantAnswers[],
): string {
  const [base, ...tuned] = answers;
  if (!base || base.letters.length === 0) return "No multiple choice was asked.\n";
  const shown = shownVariants(summary, tuned);
  const others = tuned.filter((variant) => !shown.includes(variant));
  const { seed } = summary.config;
  const drawn = [shown, others].map((variants) =>
    variants.flatMap((variant) => {
      const examples = brokenExamples(questions, base, variant);
      return examples.size === 0 ? [] : [drawnText(variant.name, examples, seed)];
    })
  ).find((texts) => texts.length > 0);
  if (!drawn) return "No question that the base model has right is wrong by a tuned variant.\n";
  return [
    `Drawn by rule: the first ones in the order of the SHA-256 of "${seed}:id". Probabilities are ` +
    "of all letters of the question together.\n",
    ...drawn,
  ].join("\n");
}

function drawnText(
  variant: string,
  examples: ReadonlyMap<string, ChoiceExample>,
  seed: number,
): string {
  const ids = seededOrder([...examples.keys()], seed).slice(0, SHOWN);
  const drawn = ids.map((id) => examples.get(id)!);
  return `#### ${markdownText(variant)}: ${formatCount(drawn.length)} of ` +
    `${formatCount(examples.size)}\n\n${choicesText(drawn)}`;
}

/** The questions that the first one has right and the second one has not, by id. */
function brokenExamples(
  questions: MmluInputs["questions"],
  base: VariantAnswers,
  tuned: VariantAnswers,
): ReadonlyMap<string, ChoiceExample> {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const broken = alignById(base.letters, tuned.letters).filter((pair) =>
    pair.base.correct && !pair.tuned.correct
  );
  return new Map(broken.map((pair) => {
    const { id, subject, question, choices, answer } = byId.get(pair.id)!;
    const answers = ([[base.name, pair.base], [tuned.name, pair.tuned]] as const)
      .map(([variant, { logProbs, chosen }]) => ({ variant, logProbs, chosen }));
    return [id, { id, subject, question, choices, answer, answers }];
  }));
}
