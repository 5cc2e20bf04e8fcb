import type { Summary } from "../../../runs/mod.ts";
import { choiceShots } from "../../rows/choice_shots.ts";
import { namesOf } from "./outcome_values.ts";
import type { PaperWords } from "../paper_words.ts";
import type { TemplateValues } from "../template.ts";

/**
 * Whether the study trained anything, and which sources of variants it did not train: of these only
 * what their own files say is known.
 */
export function trainingPlaces(
  { config, provenance, variants }: Summary,
  words: PaperWords,
): TemplateValues {
  const settings = Object.entries(provenance.adapterSettings);
  const others = [
    ...settings.flatMap(([name, { trained }]) => trained === "elsewhere" ? [name] : []),
    ...variants.slice(1).map(({ origin }) => origin.source)
      .filter((source) => config.models.some(({ name }) => name === source)),
  ];
  const foreign = [...new Set(others)];
  return {
    trained: config.training.recipes.length > 0 &&
      (settings.length === 0 || settings.some(([, { trained }]) => trained === "here")),
    foreign: foreign.length === 0 ? null : namesOf(words, foreign),
  };
}

/** How many examples stood before a multiple-choice question, as far as it is known. */
export function shownValues(summary: Summary): TemplateValues {
  const shown = choiceShots(summary);
  return {
    shotsKnown: shown !== undefined,
    shots: shown?.most ?? 0,
    oneShot: shown?.most === 1,
    fewestShots: shown?.fewest ?? 0,
    shotsDiffer: shown !== undefined && shown.fewest !== shown.most,
  };
}
