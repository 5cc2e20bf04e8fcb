import type { Engine, TokenAudit } from "../../engine/mod.ts";
import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { MmluSample } from "../../runs/mod.ts";
import type { MmluInputs } from "../inputs/mmlu_inputs.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { sampleIdentity } from "./sample_identity.ts";
import { type AnswerOptions, storedAnswers } from "./stored_answers.ts";
import { mmluPrompts } from "./study_prompts.ts";

/**
 * Scores the letters of the study's multiple-choice questions with one variant,
 * as many of them as a question has choices; stored and resumed as `answerSql` does.
 *
 * The engine is asked for the most letters that a question has. A letter's
 * log-probability is over the whole vocabulary, so it does not depend on which
 * other letters are asked for, and a sample is named by its own letters alone.
 *
 * @returns The samples of all questions, in the suite's order.
 * @throws {RangeError} If a question has more choices than letters were audited.
 */
export async function answerMmlu(
  inputs: ModelInputs & MmluInputs & { readonly audit: TokenAudit },
  engine: Engine,
  options: AnswerOptions<MmluSample>,
): Promise<MmluSample[]> {
  const { questions, audit } = inputs;
  const { variant } = options;
  const prompts = await mmluPrompts(inputs);
  const jobs = questions.map((question, i) => {
    const prompt = prompts[i]!;
    const letters = lettersOf(question, audit);
    const identity = sampleIdentity(inputs, variant, prompt, { task: "mmlu", letters });
    return { question, prompt, identity };
  });
  const samples = await storedAnswers(jobs, {
    unit: "questions",
    ask: (open, call) =>
      engine.choiceLogProbs(open.map(({ prompt }) => prompt), audit.letterIds, call),
    keep({ question: { id, subject, category, choices }, identity }, { logProbs }): MmluSample {
      const own = logProbs.slice(0, choices.length);
      return { ...identity, id, subject, category, variant: variant.name, logProbs: own };
    },
  }, options);
  return jobs.map(({ question: { id, subject, category } }, i) => ({
    ...samples[i]!,
    id,
    subject,
    category,
    variant: variant.name,
  }));
}

function lettersOf({ id, choices }: MmluQuestion, { letterIds }: TokenAudit): readonly number[] {
  if (choices.length <= letterIds.length) return letterIds.slice(0, choices.length);
  throw new RangeError(
    `Cannot score ${id}: it has ${choices.length} choices, and ${letterIds.length} letters are known`,
  );
}
