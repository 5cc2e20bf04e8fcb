import { changeNumber } from "../../words/measures.ts";
import { changeSentence, isShown } from "../../words/verdict_words.ts";
import { seedChange } from "../../tables/change_table.ts";
import type { SeedPairRow, SeedRow, StudyRows } from "../../rows/row_types.ts";
import { numbersOf } from "./outcome_values.ts";
import type { PaperContext } from "../paper_inputs.ts";
import { nameIn, type PaperWords } from "../paper_words.ts";
import { identifierOf } from "../typst_text.ts";
import type { TemplateValue, TemplateValues } from "../template.ts";

/** Recipes over their seeds: a word on a recipe stands only where there are enough of them. */
export function seedValues({ rows, words }: PaperContext): TemplateValue {
  return [...Map.groupBy(rows.seeds, ({ recipe }) => recipe)].map(([recipe, own]) => {
    const { seeds, speaksOfRecipe } = own[0]!.change;
    return {
      recipe: identifierOf(recipe),
      seeds,
      speaksOfRecipe,
      changes: own.map((row) => changeValues(rows, words, row)),
    };
  });
}

/** Pairs of recipes that a text names. */
const NAMED_PAIRS = 3;

/**
 * Recipes compared seed by seed: those alone of which a word may be said, first those that differ.
 * `null` where there are none.
 */
export function seedPairValues({ rows, words }: PaperContext): TemplateValues | null {
  const spoken = rows.seedPairs.filter(({ change }) => change.speaksOfRecipe);
  if (spoken.length === 0) return null;
  const [differ, open] = [true, false].map((wanted) =>
    [...Map.groupBy(spoken, (row) => JSON.stringify([row.against, row.recipe])).values()]
      .filter((own) => own.some(isShown) === wanted)
  ) as [SeedPairRow[][], SeedPairRow[][]];
  const named = [...differ, ...open].slice(0, NAMED_PAIRS);
  const claims = Math.max(...spoken.map(({ adjusted }) => adjusted?.claims ?? 1));
  return {
    list: named.map((own) => ({
      recipe: identifierOf(own[0]!.recipe),
      against: identifierOf(own[0]!.against),
      seeds: own[0]!.change.seeds,
      changes: own.map((row) => ({
        measure: nameIn(words, rows.titles[row.measure]),
        change: changeSentence(seedChange(row), words.texts),
      })),
    })),
    adjusted: claims > 1 ? claims : null,
    others: differ.length + open.length - named.length,
    othersDiffer: Math.max(0, differ.length - named.length),
  };
}

function changeValues(rows: StudyRows, words: PaperWords, row: SeedRow): TemplateValues {
  const { measure, change } = row;
  const worded = seedChange(row);
  const [least, most] = rangeOf(rows, row).map((value) =>
    words.texts.numbers(changeNumber(value, measure))
  );
  return {
    measure: nameIn(words, rows.titles[measure]),
    change: change.speaksOfRecipe ? changeSentence(worded, words.texts) : numbersOf(words, worded),
    numbers: numbersOf(words, worded),
    least: least ?? null,
    most: most ?? null,
  };
}

/** The smallest and the largest change of a recipe's finished adapters; empty where none is known. */
function rangeOf({ tradeOff }: StudyRows, { recipe, measure, change }: SeedRow): number[] {
  const own = tradeOff.flatMap((row) => {
    const { source, checkpoint, scale = 1 } = row.origin;
    const found = row[measure]?.verdict.difference;
    return source === recipe && !checkpoint && scale === 1 && found !== undefined ? [found] : [];
  });
  return own.length === change.seeds ? [Math.min(...own), Math.max(...own)] : [];
}
