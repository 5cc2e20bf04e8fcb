import type { Engine } from "../engine/types.ts";
import type { ExampleRow } from "../report/mod.ts";
import { checkSqlSample, openStore } from "../runs/mod.ts";
import { hardness } from "../sql/mod.ts";
import { alignById } from "../stats/mod.ts";
import { answerSql } from "./answer_sql.ts";
import type { OpenStudy } from "./open_study.ts";
import { SILENT } from "./progress.ts";
import type { NamedVariant } from "./sample_identity.ts";
import type { VariantAnswers } from "./summarize.ts";

/**
 * The text-to-SQL questions of a study with what each variant wrote and what it came to, for
 * looking at: one row a question, in file order.
 *
 * @param variants The variants of the answers, in their order.
 * @param answers What `answerVariants` returned for them.
 * @throws {RangeError} If variants and answers are not each other's.
 */
export function exampleRows(
  { inputs, folder }: OpenStudy,
  variants: readonly NamedVariant[],
  answers: readonly VariantAnswers[],
): Promise<ExampleRow[]> {
  return withCompletions(async (completions) => {
    const columns = await Promise.all(answers.map(async ({ name, verdicts }, i) => {
      const variant = variants[i];
      if (variant?.name !== name) {
        throw new RangeError(`Cannot list examples: answer ${i} is "${name}", not its variant's`);
      }
      const samples = await completions(variant);
      return alignById(samples, verdicts).map(({ base: sample, tuned: verdict }) => ({
        variant: name,
        text: verdict.sql === "" ? sample.text : verdict.sql,
        status: verdict.status,
        ...(verdict.message === undefined ? {} : { why: verdict.message }),
      }));
    }));
    return inputs.asked.map(({ id, dbId, question, query }, row) => ({
      id,
      dbId,
      hardness: hardness(query),
      question,
      gold: query,
      answers: columns.map((column) => column[row]!),
    }));
  });
