import type { GaugeScale } from "../../runs/mod.ts";

/** The unit that a change of a measure is printed in. */
export type Unit = GaugeScale["unit"] | "Brier score";

/** What the examples of a measure come in: those of one have something in common. */
export type Cluster = "database" | "subject" | "topic";

/**
 * The words that a change may be given, in one language. Which of them stands is decided once, in
 * `verdict_words.ts`, whatever the language.
 */
export interface VerdictTexts {
  readonly gain: string;
  readonly loss: string;
  readonly noDifferenceShown: string;
  /** A loss of a size, such as "3.0 points", that is excluded. */
  excluded(size: string): string;
  /** Behind the word of a claim that is not adjusted, with the space before it. */
  readonly unadjusted: string;
  /** Why there is no interval: all examples are of one cluster. */
  oneCluster(cluster: Cluster): string;
  /** Why there is no interval: nothing varies. */
  readonly nothingVaries: string;
  /** Why there is no interval: too few clusters. */
  readonly fewClusters: string;
  /** The same of passages, each of which is a cluster of its own. */
  readonly fewPassages: string;
  /** The one-sided bound of an excluded loss with its unit. */
  bound(value: string): string;
  /** Both ends of an interval; the unit is empty where there is none. */
  between(low: string, high: string, unit: string): string;
  /** Of a difference that does not hold beside the other claims; `p` is "= 0.042" or "< 0.001". */
  alone(between: string, claims: number, p: string): string;
  /**
   * The unit's name behind the numbers that it is of, as they are printed; empty where there is none.
   */
  unit(unit: Unit, ...numbers: readonly string[]): string;
  /** Whether so many of something take the singular. */
  isOne(count: number): boolean;
  /** A text with numbers as the language writes them. */
  numbers(text: string): string;
}

/** English, the language of everything but a paper in another one. */
export const ENGLISH: VerdictTexts = {
  gain: "a gain",
  loss: "a loss",
  noDifferenceShown: "no difference shown",
  excluded: (size) => `a loss of ${size} or more is excluded`,
  unadjusted: " (unadjusted)",
  oneCluster: (cluster) =>
    `there is no interval by clusters, as all examples are of one ${cluster}`,
  nothingVaries: "there is no interval, as nothing varies",
  fewClusters: "too few clusters for an interval",
  fewPassages: "too few passages to say",
  bound: (value) => `its bound, one-sided at 5 %, is ${value}`,
  between: (low, high, unit) => `between ${low} and ${high}${behind(unit)}`,
  alone: (between, claims, p) =>
    `by itself it is ${between}, but that is not shown once ${claims} claims are adjusted together ` +
    `(p ${p})`,
  unit: (unit) => unit === "Brier score" ? "" : unit,
  isOne: (count) => count === 1,
  numbers: (text) => text,
};

const PORTUGUESE_CLUSTERS: Readonly<Record<Cluster, string>> = {
  database: "banco de dados",
  subject: "assunto",
  topic: "tema",
};

/** Of one and of several. */
const PORTUGUESE_UNITS: Readonly<Record<Unit, readonly [string, string]>> = {
  "points": ["ponto", "pontos"],
  "nats a token": ["nat por token", "nats por token"],
  "Brier score": ["", ""],
};

/**
 * Whether Portuguese takes the singular behind a printed number: below 2, whatever its sign and its
 * decimals.
 *
 * Source: Unicode CLDR, plural rules of "pt": one is i = 0..1; a range is so if both its ends are.
 */
export function isSingular(number: string): boolean {
  return /^[+\u2212-]?[01](?![\d])/.test(number);
}

/** Portuguese as it is written in Brazil, with a decimal comma. */
export const PORTUGUESE: VerdictTexts = {
  gain: "um ganho",
  loss: "uma perda",
  noDifferenceShown: "nenhuma diferença demonstrada",
  excluded: (size) => `uma perda de ${size} ou mais está excluída`,
  unadjusted: " (não ajustado)",
  oneCluster: (cluster) =>
    `não há intervalo por grupos, pois todos os exemplos são de um só ${
      PORTUGUESE_CLUSTERS[cluster]
    }`,
  nothingVaries: "não há intervalo, pois nada varia",
  fewClusters: "grupos insuficientes para um intervalo",
  fewPassages: "trechos insuficientes para dizer",
  bound: (value) => `seu limite, unilateral a 5 %, é ${value}`,
  between: (low, high, unit) => `entre ${low} e ${high}${behind(unit)}`,
  alone: (between, claims, p) =>
    `isolada, está ${between}, mas isso não é demonstrado quando ${claims} afirmações são ajustadas em ` +
    `conjunto (p ${p})`,
  unit: (unit, ...numbers) => PORTUGUESE_UNITS[unit][numbers.every(isSingular) ? 0 : 1],
  isOne: (count) => isSingular(String(count)),
  numbers: decimalComma,
};

/**
 * A text with English numbers as Portuguese writes them: a comma before the decimals, points between
 * thousands, and a semicolon between the ends of an interval.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(decimalComma("+8.8 [+4.2, +13.3], p = 0.042"), "+8,8 [+4,2; +13,3], p = 0,042");
 * assert.equal(decimalComma("8,325 of 14,042"), "8.325 of 14.042");
 * ```
 */
export function decimalComma(text: string): string {
  return text
    .replaceAll(/\[([+\u2212]?[\d.]+), ([+\u2212]?[\d.]+)\]/g, "[$1; $2]")
    .replaceAll(
      /(?<![\d.,\p{L}_-])(\d+)(?:\.(\d+)(?![\d.]*\p{L}|\d*\.\d)|((?:,\d{3})+)(?!,?\d))/gu,
      (_, whole: string, decimals: string | undefined, thousands = "") =>
        whole + (decimals === undefined ? thousands.replaceAll(",", ".") : `,${decimals}`),
    );
}

function behind(unit: string): string {
  return unit === "" ? "" : ` ${unit}`;
}
