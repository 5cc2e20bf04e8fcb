import { decimalComma, isSingular } from "../words/verdict_texts.ts";

/**
 * Phrases of the library's figures in Portuguese, the longest first: notes are put together from
 * parts, so that whole sentences are not to be found.
 */
const PHRASES: readonly (readonly [RegExp, string])[] = ([
  ["Part of the training (0: base model, 1: finished)", "Parte do treino (0: modelo base, 1: fim)"],
  [
    "Scale of the adapter (0: base model, 1: as trained)",
    "Escala (0: modelo base, 1: como treinado)",
  ],
  ["changes over the scale of the adapter", "variações ao longo da escala do adaptador"],
  ["changes over scales and seeds", "variações ao longo de escalas e sementes"],
  ["changes over the training", "variações ao longo do treinamento"],
  [
    "Pareto front (filled): no first seed is better on both",
    "Pareto (cheias): nenhuma 1ª semente as supera",
  ],
  [
    "Pareto front (filled): nothing here is better on both",
    "fronteira de Pareto (cheias): nada aqui as supera",
  ],
  ["further seeds (small)", "outras sementes (pequenas)"],
  [
    "Right: the shaded part, its x axis stretched",
    "À direita: a parte sombreada, com o eixo x ampliado",
  ],
  ["Changes against the base model", "Variações em relação ao modelo base"],
  ["Seeds: adapters of further", "Sementes: adaptadores de outras"],
  ["at scale 1; mean: over all", "na escala 1; média: de todas as"],
  ["times; outside of it:", "vezes; fora dela:"],
  ["the shaded part", "a parte sombreada"],
  ["all variants", "todas as variantes"],
  [/: the adapter at ([\d.]+) of its scale/g, ": o adaptador a $1 de sua escala"],
  [/: after (\d+\/\d+) of the training/g, ": depois de $1 do treinamento"],
  [/, stretched ([\d.]+) times \(/g, ", ampliado $1 vezes ("],
  [/: seed (\d+)/g, ": semente $1"],
  ["recommended (ring)", "recomendada (anel)"],
  ["recommended:", "recomendada:"],
  ["Bars of finished and recommended adapters", "Barras de adaptadores prontos e recomendados"],
  [/: loss, one of ([\d.]+) excluded/g, ": perda, uma de $1 excluída"],
  [/: loss of ([\d.]+) excluded/g, ": perda de $1 excluída"],
  [": no difference shown", ": nenhuma diferença demonstrada"],
  [/: gain(?=[,;.]|$)/g, ": ganho"],
  [/: loss(?=[,;.]|$)/g, ": perda"],
  ["(recommended):", "(recomendada):"],
  ["Finished adapters only", "Só adaptadores prontos"],
  [
    "the wider of two 95 % intervals (by examples, by clusters)",
    "o mais largo de dois intervalos de 95 % (por exemplos, por grupos)",
  ],
  ["against change on", "contra variação em"],
  ["higher is better", "maior é melhor"],
  ["lower is better", "menor é melhor"],
  ["general text", "texto geral"],
  ["MMLU-style items", "itens tipo MMLU"],
  ["nats a token", "nats por token"],
  ["Change on", "Variação em"],
  ["change on", "variação em"],
  ["tolerated:", "tolerada:"],
  ["each axis", "cada eixo"],
  ["unadjusted", "não ajustado"],
  ["not on it (hollow)", "fora dela (vazadas)"],
  ["questions", "perguntas"],
  ["passages", "trechos"],
  ["variants", "variantes"],
  ["variant", "variante"],
  ["sample.", "amostra."],
  ["points", "pontos"],
  ["better", "melhor"],
  ["alone", "isolado"],
  ["seeds", "sementes"],
  ["mean", "média"],
  ["Bars:", "Barras:"],
  ["Data:", "Dados:"],
] as const).map((
  [english, portuguese],
) => [typeof english === "string" ? phrase(english) : english, portuguese]);

/** A phrase as whole words; a space of any kind parts them. */
function phrase(text: string): RegExp {
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s");
  return new RegExp(`(?<![\\p{L}\\p{N}@_-])${literal}(?![\\p{L}\\p{N}_-])`, "gu");
}

/** A number with the plural of its unit. */
const NUMBERED_UNIT = /(?<![\d.,;\p{L}])([+\u2212]?\d+(?:,\d+)?)\s(pontos|nats)(?!\p{L})/gu;

/**
 * A text of a figure in Portuguese, its numbers with a decimal comma. A phrase that is not known
 * stays in English.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(portugueseFigureText("tolerated: 0.050 nats a token"), "tolerada: 0,050 nat por token");
 * assert.equal(portugueseFigureText("tolerated: 3.0 points"), "tolerada: 3,0 pontos");
 * ```
 */
export function portugueseFigureText(text: string): string {
  return decimalComma(portuguesePhrases(text)).replaceAll(
    NUMBERED_UNIT,
    (all, number: string, unit: string) =>
      isSingular(number) ? all.replace(unit, unit.slice(0, -1)) : all,
  );
}

/**
 * The phrases of a text in Portuguese, its numbers as they are: for texts that are laid out first and
 * are in a figure then, where {@linkcode portugueseFigureText} sees them. Twice it would take the comma
 * of "14,042" for one of decimals.
 */
export function portuguesePhrases(text: string): string {
  return PHRASES.reduce(
    (left, [english, portuguese]) => left.replaceAll(english, portuguese),
    text,
  );
}
