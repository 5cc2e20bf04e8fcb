import { unstableRange, unstableRecipes } from "../../findings/unstable_notes.ts";
import type { PaperContext } from "../paper_inputs.ts";
import type { TemplateValue } from "../template.ts";
import { identifierOf } from "../typst_text.ts";

/** The recipes whose training was unstable, with how many of their seeds and how far. */
export function unstableValues({ rows, words: { texts } }: PaperContext): TemplateValue {
  return unstableRecipes(rows.unstable).map((own) => {
    const { recipe, seeds } = own[0]!;
    const { least, most, gradientNorm } = unstableRange(own);
    return {
      recipe: identifierOf(recipe),
      several: seeds > 1,
      every: own.length === seeds,
      unstable: own.length,
      seeds,
      least: least === undefined ? null : texts.numbers(least),
      most: texts.numbers(most),
      gradientNorm: gradientNorm === undefined ? null : texts.numbers(gradientNorm),
    };
  });
}
