/** A language in which sentences are written and checked. */
export type Language = "en" | "pt";

/** Sentences that no number warrants, and all of their kind, by what is wrong with them. */
const UNWARRANTED: Readonly<Record<string, Readonly<Record<Language, RegExp>>>> = {
  "not to show chance is not chance": {
    en: /\bat chance\b|no better than guess|only guess|just guess/i,
    pt:
      /\bao acaso\b|não é melhor que (?:o acaso|chut)|apenas (?:chuta|adivinha)|só (?:chuta|adivinha)/i,
  },
  "the paired test needs no knowledge": {
    en: /cannot forget|no loss can be measured|noise/i,
    pt: /não pode esquecer|nenhuma perda pode ser medida|ruído/i,
  },
  "a test that found nothing bounds nothing": {
    en: /would probably|hardly any test|could (?:not )?tell/i,
    pt: /provavelmente|dificilmente algum teste/i,
  },
  "the bound is the interval's end": {
    en: /detectable|smallest (?:loss|difference)|no loss (?:is )?found/i,
    pt: /detectável|menor (?:perda|diferença)|nenhuma perda (?:foi )?encontrada/i,
  },
  "one interval is not both": {
    en: /the whole (?:95 % )?interval|whole interval/i,
    pt: /todo o intervalo|o intervalo (?:inteiro|todo)/i,
  },
  "the wider interval is not the more careful one": {
    en: /more careful/i,
    pt: /mais cuidados|mais cautelos/i,
  },
  "recipes are compared by pairing": {
    en: /unless their intervals|intervals? (?:do not )?overlap/i,
    pt: /a menos que seus intervalos|intervalos? (?:não )?se sobrep/i,
  },
  "guessed answers are no share of a score": {
    en: /quarter of the score/i,
    pt: /um quarto da pontuação|um quarto dos acertos/i,
  },
  "learning is not shown by a loss or a point": {
    en: /\bis learnt\b|\bhas learnt\b|\bit fell\b|no fall is/i,
    pt: /\bfoi aprendid|\baprendeu\b|\bela caiu\b|nenhuma queda/i,
  },
  "a heading asserts no direction": {
    en: /gained \(points\)|lost \(points\)|accuracy (?:gained|lost)/i,
    pt: /(?:ganhos?|perdas?) \(pontos\)|acurácia (?:ganha|perdida)/i,
  },
  "nor does a title": {
    en: /gains on .* (?:and )?loses|brought and cost/i,
    pt: /ganha em .* perde|trouxe e custou/i,
  },
  "no difference shown is not no difference": {
    en: /(?:is|was|there is) no (?:difference|change|loss)\b/i,
    pt:
      /não (?:há|houve|existe) (?:diferença|mudança|variação|perda)|sem (?:diferença|mudança|perda)\b/i,
  },
  "nothing proves": {
    en: /\bproves?\b|\bproof\b|significant/i,
    pt: /\bprova(?:m|mos|do|da)?\b|significativ|significância/i,
  },
};

/** A sentence that no number warrants. */
export interface UnwarrantedSentence {
  /** What is wrong with sentences of its kind. */
  readonly why: string;
  /** The words, with what stands round them. */
  readonly found: string;
}

/** So many characters are shown before what was found. */
const BEFORE = 80;
const SHOWN = 200;

/**
 * The sentences of a text that no number warrants, at most one a kind.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [found] = unwarrantedSentences("This proves that the model learns.");
 * assert.equal(found?.why, "nothing proves");
 * assert.deepEqual(unwarrantedSentences("No difference is shown."), []);
 * ```
 */
export function unwarrantedSentences(
  text: string,
  language: Language = "en",
): UnwarrantedSentence[] {
  return Object.entries(UNWARRANTED).flatMap(([why, kinds]) => {
    const found = kinds[language].exec(text);
    if (!found) return [];
    return [{ why, found: text.slice(Math.max(0, found.index - BEFORE)).slice(0, SHOWN) }];
  });
}
