import type { Engine } from "../../engine/mod.ts";
import type { SqlSample } from "../../runs/mod.ts";
import { isCutInReasoning } from "../../sql/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";
import { sampleIdentity } from "./sample_identity.ts";
import { type AnswerOptions, storedAnswers } from "./stored_answers.ts";
import { sqlPrompts } from "./study_prompts.ts";

/** A completion as it is judged. */
export interface AnsweredSql extends SqlSample {
  /** Whether it was cut at the token limit inside its reasoning part, before any statement. */
  readonly cutInReasoning: boolean;
}

/**
 * Completes the study's SQL prompts with one variant. Samples that the store
 * has are not made again; new ones are stored batch by batch, so a killed run
 * loses at most the batch in flight.
 *
 * @returns The samples of all asked questions, in file order.
 */
export async function answerSql(
  inputs: ModelInputs & SqlInputs,
  engine: Pick<Engine, "generate">,
  options: AnswerOptions<SqlSample>,
): Promise<AnsweredSql[]> {
  const { config, asked, endTokenIds, tokenizer } = inputs;
  const { variant } = options;
  const { maxNewTokens } = config.spider;
  const task = { task: "sql", maxNewTokens, endTokenIds };
  const prompts = sqlPrompts(inputs);
  const jobs = asked.map((example, i) => {
    const prompt = prompts[i]!;
    return { example, prompt, identity: sampleIdentity(inputs, variant, prompt, task) };
  });
  const samples = await storedAnswers(jobs, {
    unit: "questions",
    ask: (open, call) =>
      engine.generate(open.map(({ prompt }) => prompt), { ...call, maxNewTokens, endTokenIds }),
    keep({ example: { id, dbId }, identity }, { tokens, finishReason }): SqlSample {
      const text = tokenizer.decode(tokens);
      return { ...identity, id, dbId, variant: variant.name, tokens, text, finishReason };
    },
  }, options);
  return samples.map((sample, i) => {
    const { id, dbId } = jobs[i]!.example;
    const cutInReasoning = sample.finishReason === "length" &&
      isCutInReasoning(tokenizer.answerOpening + tokenizer.decodeWhole(sample.tokens));
    // the prompt names no database: databases of one schema share it, and the sample
    return { ...sample, id, dbId, variant: variant.name, cutInReasoning };
  });
}
