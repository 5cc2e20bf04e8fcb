import type { Engine } from "../../../engine/mod.ts";
import type { WrittenSample } from "../../../runs/mod.ts";
import type { ChatMessage } from "../../../spider/mod.ts";
import type { ModelInputs } from "../../inputs/model_inputs.ts";
import { BASE, sampleIdentity } from "../../answers/sample_identity.ts";
import { type AnswerOptions, storedAnswers } from "../../answers/stored_answers.ts";
import type { GeneralPrompt } from "./general_prompts.ts";

/** Where an answer to a general prompt is cut, in tokens. */
export const GENERAL_ANSWER_TOKENS = 256;

/** A general prompt with the base model's answer. */
export interface GeneralAnswer {
  /** The prompt's id. */
  readonly id: string;
  /** The prompt as a conversation. */
  readonly prompt: readonly ChatMessage[];
  /** What the base model answers, without spaces at its ends. */
  readonly answer: string;
}

/** The base model's answers to general prompts, and the prompts that have none. */
export interface GeneralAnswers {
  /** Those that came to their end, in the order of the prompts. */
  readonly answers: readonly GeneralAnswer[];
  /**
   * Those that were cut: learnt like others they would teach to end in the midst of a sentence, but
   * the divergence from the base model can be held small at their tokens.
   */
  readonly cut: readonly GeneralAnswer[];
  /** Ids of those that say nothing, whether they came to their end or not. */
  readonly empty: readonly string[];
}

/**
 * Lets the base model answer general prompts greedily, each in the chat template as the only turn.
 * An answer is stored under a key that has the hash of the model's files, so that a model never
 * learns from another's answers; what the store has is not asked again.
 *
 * @param engine Answers without any adapter.
 */
export async function answerGeneral(
  inputs: ModelInputs,
  engine: Engine,
  { prompts, ...options }:
    & { readonly prompts: readonly GeneralPrompt[] }
    & Omit<AnswerOptions<WrittenSample>, "variant">,
): Promise<GeneralAnswers> {
  const { tokenizer, endTokenIds } = inputs;
  const maxNewTokens = GENERAL_ANSWER_TOKENS;
  const jobs = prompts.map(({ id, prompt: content }) => {
    const messages = [{ role: "user", content }] as const;
    const prompt = tokenizer.encodeConversation({ messages, sharedLength: 0 });
    const task = { task: "general", maxNewTokens, endTokenIds };
    return { id, messages, prompt, identity: sampleIdentity(inputs, BASE, prompt, task) };
  });
  const samples = await storedAnswers(jobs, {
    unit: "general prompts",
    ask: (open, call) =>
      engine.generate(open.map(({ prompt }) => prompt), { ...call, maxNewTokens, endTokenIds }),
    keep: ({ id, identity }, { tokens, finishReason }): WrittenSample => ({
      ...identity,
      id,
      variant: BASE.name,
      tokens,
      text: tokenizer.decode(tokens),
      finishReason,
    }),
  }, { ...options, variant: BASE });
  const all = jobs.map(({ id, messages }, i) => {
    const { text, finishReason } = samples[i]!;
    return { id, prompt: messages, answer: text.trim(), cut: finishReason === "length" };
  });
  const said = all.filter(({ answer }) => answer !== "");
  const those = (wanted: boolean): GeneralAnswer[] =>
    said.filter(({ cut }) => cut === wanted).map(({ cut: _, ...rest }) => rest);
  return {
    answers: those(false),
    cut: those(true),
    empty: all.filter(({ answer }) => answer === "").map(({ id }) => id),
  };
}
