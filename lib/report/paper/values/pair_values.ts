import { correlationReading } from "../../findings/recipe_findings.ts";
import type { StudyRows } from "../../rows/row_types.ts";
import { formatDecimal } from "../../words/format_numbers.ts";
import { measureName } from "../../words/measures.ts";
import { changeSentence, isShown } from "../../words/verdict_words.ts";
import type { PaperContext } from "../paper_inputs.ts";
import { nameIn, type PaperWords } from "../paper_words.ts";
import { identifierOf } from "../typst_text.ts";
import type { TemplateValues } from "../template.ts";

/** Differences between recipes that a text names. */
const NAMED_PAIRS = 6;

/** The recipes' adapters compared with each other: of those that differ, the main one's first. */
export function pairValues(
  { rows, words, variants: { main } }: PaperContext,
): TemplateValues | null {
  if (rows.pairs.length === 0) return null;
  const shown = rows.pairs.filter(isShown);
  const ofMain = shown.filter(({ first, variant }) => first === main || variant === main);
  return {
    n: rows.pairs.length,
    shown: shown.length,
    open: rows.pairs.length - shown.length,
    ofMain: ofMain.length > 0,
    allNamed: shown.length === Math.min(ofMain.length || shown.length, NAMED_PAIRS),
    list: (ofMain.length > 0 ? ofMain : shown).slice(0, NAMED_PAIRS).map((row) => ({
      one: identifierOf(row.first),
      other: identifierOf(row.variant),
      measure: nameIn(words, measureName(row.measure, rows.titles)),
      change: changeSentence(row, words.texts),
    })),
  };
}

/** How the changes of general text and of multiple choice go together. */
export function correlationValues(
  { proseAndMmlu }: StudyRows,
  { texts }: PaperWords,
): TemplateValues | null {
  if (!proseAndMmlu) return null;
  const { n, groups, pearson } = proseAndMmlu;
  const [r, ...ends] = [pearson.r, ...(pearson.ci95 ?? [])].map((one) => formatDecimal(one, 2));
  const reading = correlationReading(pearson);
  const bounds = reading === "no_interval" ? "" : ` [${ends.join(", ")}]`;
  return {
    n,
    recipes: groups ?? 0,
    r: texts.numbers(`${r}${bounds}`),
    reading,
  };
}
