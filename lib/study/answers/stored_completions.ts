import { SILENT } from "../../ground/mod.ts";
import { openStore, SAMPLES, type SqlSample } from "../../runs/mod.ts";
import type { OpenStudy } from "../open_study.ts";
import { answerSql } from "./answer_sql.ts";
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
  return await answerSql(inputs, { generate: refuseAny }, { variant, store, progress: SILENT });
}

/** Answers no questions. */
async function* refuseAny({ length }: readonly unknown[]): AsyncGenerator<never> {
  if (length > 0) {
    throw new RangeError(`Cannot read stored answers as ${length} questions have none yet`);
  }
  yield* [];
}
