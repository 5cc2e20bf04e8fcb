import type { Engine } from "../../engine/mod.ts";
import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { WrittenSample } from "../../runs/mod.ts";
import type { MmluInputs } from "../inputs/mmlu_inputs.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { sampleIdentity } from "./sample_identity.ts";
import { type AnswerOptions, storedAnswers } from "./stored_answers.ts";
import { mmluPrompts } from "./study_prompts.ts";

/** Enough for a letter and a few words round it. */
export const MAX_WRITTEN_TOKENS = 8;

/**
 * Lets one variant write its answer to multiple-choice questions: the same
 * prompt as for the letters' log-probabilities, completed greedily.
 *
 * @returns The index of the letter that each question's completion names, `null` for none.
 */
export async function answerWritten(
  inputs: ModelInputs & MmluInputs,
  engine: Engine,
  options: AnswerOptions<WrittenSample>,
): Promise<ReadonlyMap<string, number | null>> {
  const { variant } = options;
  const { tokenizer, endTokenIds, written, questions } = inputs;
  const task = { task: "written", maxNewTokens: MAX_WRITTEN_TOKENS, endTokenIds };
  const prompts = await mmluPrompts(inputs);
  const asked = new Set(written.map(({ id }) => id));
  const jobs = questions.flatMap((question, i) => {
    if (!asked.has(question.id)) return [];
    const prompt = prompts[i]!;
    return [{ question, prompt, identity: sampleIdentity(inputs, variant, prompt, task) }];
  });
  const samples = await storedAnswers(jobs, {
    unit: "written answers",
    ask: (open, call) =>
      engine.generate(open.map(({ prompt }) => prompt), {
        ...call,
        maxNewTokens: MAX_WRITTEN_TOKENS,
        endTokenIds,
      }),
    keep: ({ question, identity }, { tokens, finishReason }): WrittenSample => ({
      ...identity,
      id: question.id,
      variant: variant.name,
      tokens,
      text: tokenizer.decode(tokens),
      finishReason,
    }),
  }, options);
  return new Map(
    jobs.map(({ question }, i) => [question.id, writtenLetter(samples[i]!.text, question)]),
  );
}

/** A letter at the start, in brackets or quotes or not, that no word goes on with. */
const AT_START = /^[\s"'`([*]*([A-J])(?![\p{L}\p{N}'’])/u;

/** A letter after the words that announce it. */
const ANNOUNCED = /\b(?:answer|option|choice)(?:\s+is)?[\s:"'`([*]*([A-J])(?![\p{L}\p{N}'’])/u;

/**
 * Which letter a completion names.
 *
 * @returns Its index; `null` if there is none, or the question has no such option.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const four = { choices: ["1", "2", "3", "4"] };
 * assert.equal(writtenLetter(" B. Because", four), 1);
 * assert.equal(writtenLetter(" The answer is (C)", four), 2);
 * assert.equal(writtenLetter(" A cat has four legs", { choices: ["1"] }), 0);
 * assert.equal(writtenLetter(" Because it is", four), null);
 * assert.equal(writtenLetter(" E", four), null);
 * ```
 */
export function writtenLetter(
  text: string,
  { choices }: Pick<MmluQuestion, "choices">,
): number | null {
  const letter = (AT_START.exec(text) ?? ANNOUNCED.exec(text))?.[1];
  const index = letter === undefined ? -1 : letter.charCodeAt(0) - "A".charCodeAt(0);
  return index >= 0 && index < choices.length ? index : null;
}
