/** A language in which sentences are written and checked. */
export type Language = "en" | "pt";

/** What a model may lose, and how one would say that it was looked for and not found. */
const LOSS_EN =
  "(?:(?!an? |the |one )\\w+ )?(?:loss(?:es)?|difference|changes?|drop|decline|degradation|regression|forgetting|damage)\\b";
/** Of these, what is always for the worse. */
const LOST_EN = "(?:loss(?:es)?|drop|decline|degradation|regression|forgetting|damage)\\b";
const WAS_EN = "(?:is|are|was|were|has been|have been|can be|could be)";
const FOUND_EN =
  "(?:find|found|see|saw|seen|observed?|detect(?:ed)?|measured?|noticed?|visible|apparent)\\b";
const LOSS_PT =
  "(?:perdas?|diferenças?|mudanças?|piora|quedas?|degradação|regressão|esquecimento|dano)(?![a-zà-ü])";
const WAS_PT = "(?:foi|foram|é|são|pode ser|pôde ser)";
const FOUND_PT = "(?:encontr|observ|detect|not|med|viu|viram|vist|perceb|constat|aparec)[a-zà-ü]*";
const IS_EN = "(?:is|are|was|were|remains?|remained|stays?|stayed)";
const IS_PT =
  "(?:é|são|era|eram|foi|foram|está|estão|fica|ficam|ficou|ficaram|permanece|permanecem|permaneceu)";
const SKILL_EN =
  "(?:knowledge|accuracy|abilit(?:y|ies)|performance|scores?|skills?|capabilit(?:y|ies)|MMLU)";
const SKILL_PT =
  "(?:conhecimento|acurácia|capacidades?|desempenho|pontuaç(?:ão|ões)|habilidades?|MMLU)";
const MODEL_EN = "(?:models?|adapters?|variants?|it|they|both|accuracy|performance)";
const MODEL_PT =
  "(?:modelos?|adaptador(?:es)?|variantes?|eles?|elas?|ambos|ambas|acurácia|desempenho)";

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
  "what is not found is not excluded": {
    en: new RegExp(
      `\\bno ${LOSS_EN} (?:at all )?${WAS_EN} ${FOUND_EN}|\\b${FOUND_EN} no ${LOSS_EN}|` +
        `\\b(?:without(?: any)?|(?:is|are|was|were) no) ${LOST_EN}|` +
        `(?:^|[.;:!?]\\s)no ${LOSS_EN}(?: at all)?[.;!]`,
      "i",
    ),
    pt: new RegExp(
      `nenhum[ao]? ${LOSS_PT} (?:${WAS_PT} |se )?${FOUND_PT}|` +
        `não (?:se |foi |foram )?${FOUND_PT} (?:nenhum[ao]? |qualquer )?${LOSS_PT}|` +
        `(?:sem|não (?:há|houve|existe)) (?:nenhum[ao]? |qualquer )?${LOSS_PT}|` +
        `(?:^|[.;:!?]\\s)nenhum[ao]? ${LOSS_PT}[.;!]`,
      "i",
    ),
  },
  "nor is nothing lost": {
    en: new RegExp(
      "\\b(?:los[et]|loses|losing|forg[eo]ts?|forgetting|costs?) nothing|" +
        "\\bnothing (?:at all )?(?:is|was|has been|gets|got) (?:lost|forgotten)|" +
        "\\b(?:(?:do|does|did|has|have|had) not|(?:do|does|did|has|have|had)n['\u2019]t|never) " +
        "(?:los[et]|forg[eo]t|forgotten|degraded?|worsen(?:ed)?)\\b|" +
        `\\b(?:keeps?|kept|retain(?:s|ed)?|preserv(?:es?|ed)) (?:all|everything|the whole)|` +
        `${SKILL_EN} ${IS_EN} (?:\\w+ly )?(?:unchanged|unaffected|unharmed|intact|preserved|retained)`,
      "i",
    ),
    pt: new RegExp(
      "(?:perd|esquec)\\p{L}* nada|nada (?:se|foi|é) (?:perd|esquec)|" +
        "(?:não|nunca) (?:se )?(?:perd|esquec)(?:e|em|eu|eram|ia|iam)(?!\\p{L})|" +
        "(?:não|nunca) (?:se )?(?:pior|degrad)(?:a|am|ou|aram)(?!\\p{L})|" +
        "(?:mantém|manteve|conserva|preserva|reteve)\\p{L}* (?:tudo|todo|toda)|" +
        `${SKILL_PT} ${IS_PT} (?:\\p{L}+mente )?(?:inalterad|intact|preservad|intocad|mantid)`,
      "iu",
    ),
  },
  "to be no worse takes a loss that is excluded": {
    en:
      /\b(?:not|no|never) (?:any )?(?:worse|inferior)\b|n['\u2019]t (?:any )?(?:worse|inferior)\b/i,
    pt:
      /(?:não|nunca|nem) (?:(?:é|são|está|estão|era|eram|foi|foram|fica|ficam|ficou|ficaram) )?(?:nada )?(?:pior|inferior)/i,
  },
  "to be equal is shown by no test here": {
    en: new RegExp(
      "\\bequivalent (?:to|with) (?:the |its )?(?:base|original|untuned)|" +
        `${MODEL_EN} ${IS_EN} (?:\\w+ly )?(?:equivalent|equal|identical|the same)\\b|` +
        "\\b(?:just )?as (?:good|accurate|capable) as (?:the |its )?(?:base|original|untuned|before)|" +
        "\\bon (?:a )?par with\\b|\\bmatch(?:es|ed) the base\\b|" +
        `\\bthe same (?:accuracy|score|performance|knowledge) as\\b`,
      "i",
    ),
    pt: new RegExp(
      "(?:equivalente|igual|idêntic[ao])s? (?:ao|à|aos|às) (?:modelo )?(?:base|original)|" +
        `${MODEL_PT} ${IS_PT} (?:\\p{L}+mente )?(?:equivalente|igua(?:l|is)|idêntic)|` +
        "tão (?:bo[ma]|bons|boas|capa(?:z|zes)|precis[ao]s?) quanto (?:o |a )?(?:modelo )?(?:base|original|antes)|" +
        "(?:o mesmo desempenho|a mesma acurácia|a mesma pontuação|o mesmo conhecimento) (?:que|d[oa])",
      "iu",
    ),
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
