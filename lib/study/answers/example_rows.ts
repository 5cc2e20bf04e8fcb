import type { ExampleRow } from "../../report/mod.ts";
import { hardness } from "../../sql/mod.ts";
import { alignById } from "../../stats/mod.ts";
import type { OpenStudy } from "../open_study.ts";
import type { NamedVariant } from "./sample_identity.ts";
import { storedCompletions } from "./stored_completions.ts";
import type { VariantAnswers } from "../numbers/answers.ts";

/**
 * The text-to-SQL questions of a study with what each variant wrote and what it came to, for
 * looking at: one row a question, in file order.
 *
 * @param variants The variants of the answers, in their order.
 * @param answers What `answerVariants` returned for them.
 * @throws {RangeError} If variants and answers are not each other's.
 */
export async function exampleRows(
  study: OpenStudy,
  variants: readonly NamedVariant[],
  answers: readonly VariantAnswers[],
): Promise<ExampleRow[]> {
  const columns: ExampleRow["answers"][] = [];
  for (const [i, { name, verdicts }] of answers.entries()) {
    const variant = variants[i];
    if (variant?.name !== name) {
      throw new RangeError(
        `Cannot list the answers of "${name}" as variant ${i} is "${variant?.name ?? "none"}"`,
      );
    }
    const completions = await storedCompletions(study, variant);
    columns.push(
      alignById(completions, verdicts).map(({ base: { text }, tuned: verdict }) => ({
        variant: name,
        text: verdict.sql === "" ? text : verdict.sql,
        status: verdict.status,
        ...(verdict.message === undefined ? {} : { why: verdict.message }),
      })),
    );
  }
  return study.inputs.asked.map(({ id, dbId, question, query }, row) => ({
    id,
    dbId,
    hardness: hardness(query),
    question,
    gold: query,
    answers: columns.map((column) => column[row]!),
  }));
}
