import type { Engine } from "../../engine/mod.ts";
import { cutNotice, type ProseScore, proseScore } from "../../prose/mod.ts";
import type { ProseSample } from "../../runs/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import type { ProseInputs } from "../inputs/prose_inputs.ts";
import { sampleIdentity } from "./sample_identity.ts";
import { type AnswerOptions, storedAnswers } from "./stored_answers.ts";
import { passagePrompts } from "./study_prompts.ts";

/** What a variant made of general text. */
export interface ProseAnswers {
  /** Scored passages; empty where they were not asked for. */
  readonly prose: readonly ProseScore[];
}

/**
 * Scores the study's passages with one variant, in nats; stored and resumed as
 * all answers are.
 *
 * @returns One score a passage, in the order of the files.
 */
export async function answerProse(
  inputs: ModelInputs & ProseInputs,
  engine: Engine,
  options: AnswerOptions<ProseSample>,
): Promise<ProseScore[]> {
  const { variant } = options;
  const jobs = passagePrompts(inputs).map((prompt) => ({
    prompt,
    identity: sampleIdentity(inputs, variant, { prefix: [], suffix: prompt.tokens }, {
      task: "prose",
    }),
  }));
  const samples = await storedAnswers(jobs, {
    unit: "passages",
    size: ({ prompt }) => prompt.tokens.length,
    ask: (open, call) => engine.textLogProbs(open.map(({ prompt }) => prompt.tokens), call),
    keep: ({ prompt, identity }, { logProbs }): ProseSample => ({
      ...identity,
      id: prompt.id,
      kind: prompt.kind,
      topic: prompt.topic,
      variant: variant.name,
      tokens: logProbs.length,
      nats: -logProbs.reduce((sum, logProb) => sum + logProb, 0),
    }),
  }, options);
  return samples.map(({ nats }, i) => proseScore(jobs[i]!.prompt, nats));
}

/** A line on passages that are too long for the model's window, if there are any. */
export function proseNotes(inputs: ModelInputs & ProseInputs): string[] {
  return [cutNotice(passagePrompts(inputs)) ?? []].flat();
}
