import { type Gauge, GAUGE_SCALES } from "../../runs/mod.ts";
import type { Interval } from "../../stats/mod.ts";
import type { GaugeTitles, Measure } from "../rows/row_types.ts";
import { checkDifference, formatNats, formatSigned, formatSignedScore } from "./format_numbers.ts";
import { markdownText } from "./markdown_text.ts";
import { type Cluster, ENGLISH, type Unit } from "./verdict_texts.ts";

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
 * @throws {RangeError} If it cannot be one.
 */
export function changeNumber(change: number, measure: Measure): string {
  if (unitOf(measure) !== "points") return formatSignedScore(change);
  // a habit is the difference of two differences
  return formatSigned(
    measure === "habit" ? 2 * checkDifference(change / 2) : checkDifference(change),
  );
}

/** A change with its unit in a language: "+2.1 points", "−0.012 nats a token". */
export function changeWithUnit(change: number, measure: Measure, texts = ENGLISH): string {
  return withUnit(texts.numbers(changeNumber(change, measure)), measure, texts);
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

/** A tolerated loss in a language, which has no sign: "3.0 points", "0.030 nats a token". */
export function lossText(delta: number, measure: Measure, texts = ENGLISH): string {
  const points = unitOf(measure) === "points";
  const number = formatNats(points ? 100 * delta : delta, points ? 1 : 3);
  return withUnit(texts.numbers(number), measure, texts);
}

/** A printed number of a measure, in the language already, with its unit. */
export function withUnit(number: string, measure: Measure, texts = ENGLISH): string {
  const unit = texts.unit(unitOf(measure), number);
  return unit === "" ? number : `${number} ${unit}`;
}
