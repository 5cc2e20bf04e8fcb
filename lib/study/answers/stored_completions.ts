import type { Engine } from "../../engine/mod.ts";
import { openStore, SAMPLES, type SqlSample } from "../../runs/mod.ts";
import { answerSql } from "./answer_sql.ts";
import type { OpenStudy } from "../open_study.ts";
import { SILENT } from "../../ground/mod.ts";
import type { NamedVariant } from "./sample_identity.ts";

/**
 * The stored completions of a variant that has answered already, in the order of the questions.
 *
 * @throws {RangeError} If it has not.
 */
export async function storedCompletions(
  { inputs, folder }: OpenStudy,
  variant: NamedVariant,
): Promise<SqlSample[]> {
  using store = openStore(folder.sqlSamples, { schema: SAMPLES.sql });
  return await answerSql(inputs, REFUSING, { variant, store, progress: SILENT });
}

/** An engine for no questions. */
const REFUSING: Engine = {
  async *generate(prompts): ReturnType<Engine["generate"]> {
    yield* refuseAny(prompts.length);
  },
  async *choiceLogProbs(prompts): ReturnType<Engine["choiceLogProbs"]> {
    yield* refuseAny(prompts.length);
  },
  async *textLogProbs(texts): ReturnType<Engine["textLogProbs"]> {
    yield* refuseAny(texts.length);
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function refuseAny(questions: number): [] {
  if (questions === 0) return [];
  throw new RangeError(`Cannot read stored answers as ${questions} questions have none yet`);
}
