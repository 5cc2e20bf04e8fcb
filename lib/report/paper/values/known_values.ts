import type { AdapterParent, Summary } from "../../../runs/mod.ts";
import { choiceShots } from "../../rows/choice_shots.ts";
import { identifierOf } from "../typst_text.ts";
import { namesOf } from "./outcome_values.ts";
import type { PaperWords } from "../paper_words.ts";
import type { TemplateValues } from "../template.ts";

/**
 * Whether the study trained anything, and which sources of variants it did not train: of these only
 * what their own files say is known, such as the adapters that one is the mean of.
 */
export function trainingPlaces(
  summary: Summary,
  words: PaperWords,
): TemplateValues {
  const { config, provenance, variants } = summary;
  const settings = Object.entries(provenance.adapterSettings);
  const others = [
    ...settings.flatMap(([name, { trained, averageOf }]) =>
      trained === "elsewhere" && averageOf === undefined ? [name] : []
    ),
    ...variants.slice(1).map(({ origin }) => origin.source)
      .filter((source) => config.models.some(({ name }) => name === source)),
  ];
  const foreign = [...new Set(others)];
  return {
    trained: config.training.recipes.length > 0 &&
      (settings.length === 0 || settings.some(([, { trained }]) => trained === "here")),
    foreign: foreign.length === 0 ? null : namesOf(words, foreign),
    averages: averages(summary, words),
  };
}

/**
 * Each adapter that is a mean, of which ones, which of these are none of the study's, and which are
 * known to have been trained on general records.
 */
function averages({ provenance }: Summary, words: PaperWords): TemplateValues[] {
  const own = new Map(
    Object.entries(provenance.adapters).flatMap(([name, files]) =>
      Object.values(files).map((hash) => [hash, name] as const)
    ),
  );
  return Object.entries(provenance.adapterSettings).flatMap(([name, { averageOf }]) => {
    if (averageOf === undefined) return [];
    const nameOf = ({ name, sha256 }: AdapterParent): string => own.get(sha256) ?? name;
    const others = averageOf.filter(({ sha256 }) => !own.has(sha256)).map(({ name }) => name);
    const general = averageOf.filter((parent) =>
      (parent.general ?? provenance.adapterSettings[nameOf(parent)]?.general) !== undefined
    );
    return [{
      name: identifierOf(name),
      parents: namesOf(words, averageOf.map(nameOf)),
      others: others.length === 0 ? null : namesOf(words, others),
      general: general.length === 0 ? null : namesOf(words, general.map(nameOf)),
    }];
  });
}

/** How many examples stood before a multiple-choice question, as far as it is known. */
export function shownValues(summary: Summary): TemplateValues {
  const shown = choiceShots(summary);
  return {
    shotsKnown: shown !== undefined,
    shots: shown?.most ?? 0,
    fewestShots: shown?.fewest ?? 0,
    shotsDiffer: shown !== undefined && shown.fewest !== shown.most,
  };
}
