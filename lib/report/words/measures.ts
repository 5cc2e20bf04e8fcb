import { type Gauge, GAUGE_SCALES } from "../../runs/mod.ts";
import type { Interval } from "../../stats/mod.ts";
import type { GaugeTitles, Measure } from "../rows/row_types.ts";
import { checkDifference, formatNats, formatSignedDecimal } from "./format_numbers.ts";
import { markdownText } from "./markdown_text.ts";
import { type Cluster, ENGLISH, type Unit, type VerdictTexts } from "./verdict_texts.ts";

/** The unit of a measure's change: percentage points for all that is a share. */
export function unitOf(measure: Measure): Unit {
  if (isGauge(measure)) return GAUGE_SCALES[measure].unit;
  return measure === "brier" ? "Brier score" : "points";
}

/** Which way a measure gets better. */
export function betterOf(measure: Measure): "higher" | "lower" {
  if (isGauge(measure)) return GAUGE_SCALES[measure].better;
  return measure === "brier" ? "lower" : "higher";
}

/** What the intervals of each gauge are clustered by. */
export const CLUSTERS: Readonly<Record<Gauge, Cluster>> = {
  sql: "database",
  mmlu: "subject",
  prose: "topic",
};

/** What a measure's intervals are clustered by. */
export function clusterOf(measure: Measure): Cluster {
  if (isGauge(measure)) return CLUSTERS[measure];
  return measure === "runs" ? CLUSTERS.sql : CLUSTERS.mmlu;
}

/** Whether it is one of the measures of a study. */
export function isGauge(measure: Measure): measure is Gauge {
  return Object.hasOwn(GAUGE_SCALES, measure);
}

/** A measure's name in a sentence, as Markdown, with a note where less of it is better. */
export function gaugeText(measure: Measure, titles: GaugeTitles): string {
  const name = markdownText(measureName(measure, titles));
  return betterOf(measure) === "lower" ? `${name} (lower is better)` : name;
}

/** A measure's name in tables, figures and sentences. */
export function measureName(measure: Measure, titles: GaugeTitles): string {
  if (isGauge(measure)) return titles[measure];
  const { sql, mmlu } = titles;
  const names: Readonly<Record<Exclude<Measure, Gauge>, string>> = {
    runs: `${sql}, statements that run`,
    prior_free: `${mmlu}, letter prior taken off`,
    habit: `${mmlu}, by choosing letters otherwise`,
    right_probability: `${mmlu}, probability of the right letter`,
    brier: `${mmlu}, Brier score`,
    written: `${mmlu}, written letter`,
  };
  return names[measure];
}

/**
 * A change without its unit: points with one decimal, others with three, signed.
 *
 * @param change In 0..1 where the unit is points.
 * @param decimals As many as it has at least.
 * @throws {RangeError} If it cannot be one.
 */
export function changeNumber(
  change: number,
  measure: Measure,
  decimals: number = decimalsOf(measure),
): string {
  if (unitOf(measure) !== "points") return formatSignedDecimal(change, decimals);
  // a habit is the difference of two differences
  const share = measure === "habit" ? 2 * checkDifference(change / 2) : checkDifference(change);
  return formatSignedDecimal(100 * share, decimals);
}

/** A change with its unit in a language: "+2.1 points", "−0.012 nats a token". */
export function changeWithUnit(change: number, measure: Measure, texts = ENGLISH): string {
  return withUnit(texts.numbers(changeNumber(change, measure)), measure, texts);
}

/** The decimals of a change of a measure. */
function decimalsOf(measure: Measure): number {
  return unitOf(measure) === "points" ? 1 : 3;
}

/**
 * Both ends of an interval: "[−1.0, +2.1]". Student's interval of the mean of a few shares goes past
 * what a share can be: it is cut there.
 */
export function changeBounds([low, high]: Interval, measure: Measure): string {
  return `[${changeNumber(possible(low, measure), measure)}, ${
    changeNumber(possible(high, measure), measure)
  }]`;
}

/** The value, or the nearest one that a change of the measure can have. */
export function possible(value: number, measure: Measure): number {
  if (unitOf(measure) !== "points") return value;
  const most = measure === "habit" ? 2 : 1;
  return Math.min(most, Math.max(-most, value));
}

/**
 * A tolerated loss in a language, which has no sign: "3.0 points", "0.030 nats a token". It has as many
 * decimals as it was given with, or those of a change if they are more.
 */
export function lossText(delta: number, measure: Measure, texts = ENGLISH): string {
  return withUnit(texts.numbers(lossNumber(delta, measure)), measure, texts);
}

/**
 * The bound by which a loss is excluded, with its unit in a language: with further decimals than a
 * change has where it would else print as large as the loss, or larger.
 *
 * @param worst The bound, in 0..1 where the unit is points.
 * @param delta The loss that is excluded; `undefined` if it is not known.
 */
export function boundWithUnit(
  worst: number,
  measure: Measure,
  { delta, texts = ENGLISH }: { readonly delta: number | undefined; readonly texts?: VerdictTexts },
): string {
  const bound = possible(worst, measure);
  if (delta === undefined) return changeWithUnit(bound, measure, texts);
  const loss = Number(lossNumber(delta, measure));
  let decimals = lossDecimals(delta, measure);
  let number = changeNumber(bound, measure, decimals);
  while (lossOf(number, measure) >= loss && decimals < MOST_DECIMALS) {
    number = changeNumber(bound, measure, ++decimals);
  }
  return withUnit(texts.numbers(number), measure, texts);
}

// Doubles have no more to tell.
const MOST_DECIMALS = 17;

function lossNumber(delta: number, measure: Measure): string {
  const size = unitOf(measure) === "points" ? 100 * delta : delta;
  return formatNats(size, lossDecimals(delta, measure));
}

/** The decimals of a tolerated loss as it was given, in the unit that it is printed in. */
function lossDecimals(delta: number, measure: Measure): number {
  const [digits, exponent = "0"] = String(delta).split("e");
  const given = (digits!.split(".")[1] ?? "").length - Number(exponent);
  const moved = unitOf(measure) === "points" ? 2 : 0;
  return Math.min(MOST_DECIMALS, Math.max(decimalsOf(measure), given - moved));
}

/** How large a loss a printed change is. */
function lossOf(number: string, measure: Measure): number {
  const change = Number(number.replace("\u2212", "-"));
  return betterOf(measure) === "lower" ? change : -change;
}

/** A printed number of a measure, in the language already, with its unit. */
export function withUnit(number: string, measure: Measure, texts = ENGLISH): string {
  const unit = texts.unit(unitOf(measure), number);
  return unit === "" ? number : `${number} ${unit}`;
}
