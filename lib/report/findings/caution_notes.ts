import { FEW_GENERAL_ANSWERS } from "../../runs/mod.ts";
import { letterName } from "../../stats/mod.ts";
import { formatCount, formatCounted, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { pValueText } from "../words/verdict_words.ts";
import type { StudyRows, VariantRows } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import { BASE_NAME, overallAccuracy } from "../rows/study_lookup.ts";

/** A base model with so much above guessing, in 0..1, or more has enough that its loss is seen. */
const MUCH_ABOVE_GUESSING = 0.1;

/**
 * What to read a change on multiple choice beside, where the base model has less than ten points
 * above guessing: one sentence, or none.
 */
export function guessingNotes(rows: VariantRows): string[] {
  const base = overallAccuracy(rows, "mmlu", BASE_NAME);
  const chance = rows.chance.find((row) => row.variant === BASE_NAME && row.group === ALL);
  if (base === undefined || chance === undefined) return [];
  const above = base.mean - chance.chance;
  if (above >= MUCH_ABOVE_GUESSING) return [];
  const title = markdownText(rows.titles.mmlu);
  const right =
    `On ${title} the base model has ${formatPercent(base.mean)} right, where guessing ` +
    `gives ${formatPercent(chance.chance)}${oneLetterText(rows)}`;
  return [
    chance.shown
      ? `${right}: a change there is to be read beside so little.`
      : `${right}, and is not shown to be above guessing (p ${
        pValueText(chance.pValue)
      }): that no ` +
        "change is shown there says little of what the model knew.",
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

/** Recipes whose general records are drawn from hardly any answers: a sentence each. */
export function fewAnswersNotes({ general }: Pick<StudyRows, "general">): string[] {
  return general.filter(({ answers = Infinity }) => answers < FEW_GENERAL_ANSWERS).map((
    { recipe, records, answers },
  ) =>
    `The ${formatCount(records)} general records of an epoch of "${markdownText(recipe)}" are ` +
    `drawn from ${formatCounted(answers!, "answer")} of the base model alone: the other prompts ` +
    "had none that could be used (training_data.json). It does not show what general records do."
  );
}
