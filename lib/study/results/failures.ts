import { type ExampleRow, failuresText, pickFailures, type ResultTable } from "../../report/mod.ts";
import type { Summary } from "../../runs/mod.ts";
import { resultTables, type StatementResult } from "../../sql/mod.ts";
import { alignById } from "../../stats/mod.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { shownVariants } from "./shown_variants.ts";

/**
 * A few questions that the study's variants repair, break and still get wrong, drawn by a stated rule
 * and each shown with its gold, both predictions and what all three give.
 *
 * They are those of the recommended variant, or of every primary one where none is recommended.
 *
 * @param answers The base model's first.
 * @returns Markdown; a sentence where text-to-SQL was not asked.
 */
export async function failuresReport(
  inputs: SqlInputs,
  summary: Pick<Summary, "config" | "plan" | "findings">,
  answers: readonly VariantAnswers[],
): Promise<string> {
  const [base, ...tuned] = answers;
  const shown = shownVariants(summary, tuned);
  if (!base || base.verdicts.length === 0 || shown.length === 0) {
    return "No text-to-SQL of a tuned variant was asked.\n";
  }
  const { config } = summary;
  const { timeoutMs } = config.spider;
  const parts: string[] = [];
  for (const variant of shown) {
    const rows = exampleRowsOf(inputs, base, variant);
    const drawn = pickFailures(rows, { variant: variant.name, seed: config.seed });
    const withTables: Record<string, unknown> = {};
    for (const [kind, { of, rows }] of Object.entries(drawn)) {
      withTables[kind] = { of, rows: await withResults(inputs, rows, timeoutMs) };
    }
    parts.push(
      `### ${variant.name}\n`,
      failuresText(withTables as typeof drawn, config.seed),
    );
  }
  return `${parts.join("\n")}\n`;
}

/**
 * Questions with their gold, the base model's answer and a variant's.
 *
 * @param base Judged on the same questions as the variant.
 */
export function exampleRowsOf(
  { asked }: Pick<SqlInputs, "asked">,
  base: VariantAnswers,
  tuned: VariantAnswers,
): ExampleRow[] {
  const examples = new Map(asked.map((example) => [example.id, example]));
  const answer = (variant: string, verdict: SqlVerdict): ExampleRow["answers"][number] => ({
    variant,
    text: verdict.sql,
    ...(verdict.wrote === undefined ? {} : { wrote: verdict.wrote }),
    status: verdict.status,
    ...(verdict.errorClass === undefined ? {} : { errorClass: verdict.errorClass }),
    ...(verdict.message === undefined ? {} : { why: verdict.message }),
  });
  return alignById(base.verdicts, tuned.verdicts).map((pair) => {
    const { question, query } = examples.get(pair.id)!;
    return {
      id: pair.id,
      dbId: pair.base.dbId,
      hardness: pair.base.hardness,
      question,
      gold: query,
      answers: [answer(base.name, pair.base), answer(tuned.name, pair.tuned)],
    };
  });
}

/** The rows with what their statements give. */
async function withResults(
  { spider }: SqlInputs,
  rows: readonly ExampleRow[],
  timeoutMs: number,
): Promise<ExampleRow[]> {
  const results = await resultTables(
    rows.flatMap(({ dbId, gold, answers }) =>
      [gold, ...answers.map(({ text }) => text)].map((sql) => ({
        dbPath: spider.databasePath(dbId),
        sql,
      }))
    ),
    { timeoutMs },
  );
  let at = 0;
  return rows.map((row) => {
    const gold = tableOf(results[at++]);
    const answers = row.answers.map((answer) => {
      const result = tableOf(results[at++]);
      return result ? { ...answer, result } : answer;
    });
    return { ...row, ...(gold && { goldResult: gold }), answers };
  });
}

function tableOf(result: StatementResult | undefined): ResultTable | undefined {
  if (result === undefined) return undefined;
  const { rows, columnCount, names, truncated } = result;
  return {
    columns: Array.from({ length: columnCount }, (_, i) => names[i] ?? ""),
    rows,
    truncated,
  };
}
