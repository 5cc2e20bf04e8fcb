import { listed } from "../../ground/mod.ts";
import { letterName } from "../../stats/mod.ts";
import { formatCounted, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { pValueText } from "../words/verdict_words.ts";
import type { GeneralRow, StudyRows, VariantRows } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import { BASE_NAME, overallAccuracy } from "../rows/study_lookup.ts";

/** A base model with so many points above guessing, or more, has enough that its loss is seen. */
const MUCH_ABOVE_GUESSING = 10;

/**
 * What to read a change on multiple choice beside, where the base model has less than ten points
 * above guessing: one sentence, or none.
 */
export function guessingNotes(rows: VariantRows): string[] {
  const base = overallAccuracy(rows, "mmlu", BASE_NAME);
  const chance = rows.chance.find((row) => row.variant === BASE_NAME && row.group === ALL);
  if (base === undefined || chance === undefined) return [];
  // as it is printed: 35 % is ten points above 25 %, whatever their difference is in binary
  const above = Number((100 * (base.mean - chance.chance)).toFixed(1));
  if (above >= MUCH_ABOVE_GUESSING) return [];
  const title = markdownText(rows.titles.mmlu);
  const right =
    `On ${title} the base model has ${formatPercent(base.mean)} right, where guessing ` +
    `gives ${formatPercent(chance.chance)}${oneLetterText(rows)}`;
  return [
    chance.shown
      ? `${right}: a change there is to be read beside so little.`
      : `${right}, and is not shown to be above guessing (p ${pValueText(chance.pValue)}): ` +
        "where no change is shown there, that says little of what the model knew.",
  ];
}

/** What the letter that is right most often would get, chosen every time. */
function oneLetterText({ letters }: Pick<VariantRows, "letters">): string {
  const table = letters.find(({ variant }) => variant === BASE_NAME)?.letters;
  if (table === undefined) return "";
  const most = Math.max(...table.gold);
  const letter = letterName(table.gold.indexOf(most));
  return ` and always ${letter} ${formatPercent(most / table.n)}`;
}

/** General records that are drawn from fewer answers than this stand for those answers alone. */
const FEW_GENERAL_ANSWERS = 30;

/** What of a training's general records says how much they can show. */
export type GeneralCounts = Pick<GeneralRow, "records" | "answers">;

/** Whether general records are drawn from so few answers that they show nothing of such records. */
export function areFewAnswers({ answers = Infinity }: GeneralCounts): boolean {
  return answers < FEW_GENERAL_ANSWERS;
}

/** Whether each general record of an epoch is another answer: one comes again only where no other could be used. */
export function areDrawnOnce({ records, answers = 0 }: GeneralCounts): boolean {
  return answers >= records;
}

/**
 * Trainings whose general records are hardly any, or are drawn from hardly any answers: a sentence
 * for all that have as many of both, as the seeds of a recipe do.
 */
export function fewAnswersNotes({ general }: Pick<StudyRows, "general">): string[] {
  const few = general.filter(areFewAnswers);
  const alike = Map.groupBy(few, ({ records, answers }) => `${records} ${answers}`);
  return [...alike.values()].map((rows) => {
    const { records, answers } = rows[0]!;
    const names = listed(rows.map(({ recipe }) => `"${markdownText(recipe)}"`));
    const few = `The ${formatCounted(records, "general record")} of an epoch of ${names} ` +
      (records === 1 ? "is " : "are ");
    const why = areDrawnOnce(rows[0]!)
      ? `all that ${rows.length === 1 ? "its" : "their"} share of so few training examples gives`
      : `drawn from ${formatCounted(answers!, "answer")} of the base model alone: the other ` +
        "prompts had none that could be used (training_data.json)";
    return `${few}${why}. ${rows.length === 1 ? "It does" : "They do"} not show what general ` +
      "records do.";
  });
}
