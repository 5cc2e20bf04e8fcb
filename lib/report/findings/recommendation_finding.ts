import { formatCount, formatCounted, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { fewDatabasesText, FEWEST_PLANNED } from "../tables/plan_text.ts";
import { gaugeText, lossText } from "../words/measures.ts";
import { changeSentence, type WordedChange } from "../words/verdict_words.ts";
import { type Gauge, KNOWLEDGE_GAUGES } from "../../runs/mod.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { overallChange } from "../rows/study_lookup.ts";

type Recommendation = NonNullable<StudyRows["recommendation"]>;

/**
 * The recommended variant with its confirmed gain, or why none is recommended and what it would
 * take, as Markdown: all reasons at once. Where none was looked for, as a measure was not asked, it
 * says so. Empty where no variant is a step of a path.
 */
export function recommendationFinding(rows: StudyRows): string {
  const { recommendation } = rows;
  const answer = shortRecommendation(rows);
  return recommendation ? `${answer} ${ruleText(rows, recommendation)}` : answer;
}

/** The recommendation without the rule that it follows, for the last lines of a command. */
export function shortRecommendation(rows: StudyRows): string {
  const { recommendation } = rows;
  return recommendation
    ? `**Recommendation.** ${answerText(rows, recommendation)}${besideText(rows, recommendation)}`
    : notLookedFor(rows);
}

/** Why no variant was looked for to recommend: it takes a gauge of what is known, and text-to-SQL. */
function notLookedFor({ plan, titles, coverage }: StudyRows): string {
  if (plan.paths.length === 0) return "";
  const isAsked = (gauge: Gauge): boolean =>
    coverage.some(({ measure, scored }) => measure === gauge && scored > 0);
  const why = [
    ...(isAsked(plan.gauge) ? [] : [
      `of ${markdownText(titles[plan.gauge])} nothing was asked, so that no loss can be excluded`,
    ]),
    ...(isAsked("sql")
      ? []
      : [`of ${markdownText(titles.sql)} nothing was asked, so that no gain can be confirmed`]),
  ];
  return why.length === 0 ? "" : `**No recommendation** was looked for: ${why.join(", and ")}.`;
}

/** What the rule did not look at: the recommended variant's shown losses on the other gauges. */
function besideText(rows: StudyRows, { outcome, chosen }: Recommendation): string {
  if (outcome !== "recommended") return "";
  const { plan, titles } = rows;
  const lost = KNOWLEDGE_GAUGES.flatMap((gauge) => {
    const change = gauge === plan.gauge ? undefined : overallChange(rows, gauge, chosen!);
    return change?.outcome === "loss"
      ? [`on ${gaugeText(gauge, titles)} it has ${changeSentence(change)}`]
      : [];
  });
  return lost.length === 0
    ? ""
    : ` The rule looks at ${markdownText(titles[plan.gauge])} alone: ${lost.join("; ")}.`;
}

function answerText(rows: StudyRows, recommendation: Recommendation): string {
  const { outcome, chosen, passed, halves, neededExamples } = recommendation;
  const { plan, titles } = rows;
  const gauge = markdownText(titles[plan.gauge]);
  const tolerated = lossText(plan.delta, plan.gauge);
  const excluded = `a loss of ${tolerated} or more on ${gauge} is excluded`;
  switch (outcome) {
    case "recommended":
      return `**${markdownText(chosen!)}** is recommended: ${excluded}, it is ` +
        `${
          chosenText(recommendation)
        }, and on the databases that were kept back for it its change ` +
        `on ${markdownText(rows.titles.sql)} is ${gainText(recommendation)}.`;
    case "none_passed":
      return nonePassedText(
        `no variant is shown to lose less than ${tolerated} on ${gauge}. ` +
          neededText(rows, neededExamples),
        fewDatabasesText(halves),
      );
    case "not_confirmed":
      return `None can be recommended: ${excluded} for ${
        formatCounted(passed.length, "variant")
      }, and ` +
        `**${markdownText(chosen!)}** is ${
          passed.length === 1 ? "the only one" : "the best of them"
        }, ${rightText(recommendation)}, but its change on the databases that were kept back is ` +
        `${gainText(recommendation)}. ${confirmText(neededExamples)}`;
    case "too_few_databases":
      return `None can be recommended: ${excluded} for ${
        formatCounted(passed.length, "variant")
      }, but ${fewDatabasesText(halves)}`;
  }
}

/** Both reasons at once: the second would else be found only when the first is mended. */
function nonePassedText(loss: string, databases: string): string {
  return databases === ""
    ? `None can be recommended: ${loss}`
    : `None can be recommended, for two reasons. First, ${loss} Second, ${databases}`;
}

/** What can be said of how many items it takes until a variant passes. */
export interface NeededItems {
  /** Asked of the gauge. */
  readonly asked: number;
  /** Whether so few have no spread that it could be told by. */
  readonly few: boolean;
  /** As many as would do if the change that was seen is the true one; undefined where none would. */
  readonly needed: number | undefined;
}

/** As {@linkcode NeededItems}, of a study none of whose variants passed. */
export function neededItems(
  { plan, coverage }: StudyRows,
  needed: number | undefined,
): NeededItems {
  const asked = coverage.find(({ measure }) => measure === plan.gauge)?.scored ?? 0;
  return { asked, few: asked < FEWEST_PLANNED, needed };
}

/** What it takes until a variant passes. */
function neededText(rows: StudyRows, found: number | undefined): string {
  const { asked, few, needed } = neededItems(rows, found);
  const { plan } = rows;
  const item = plan.gauge === "prose" ? "passage" : "item";
  if (few) {
    return `${formatCounted(asked, item)} ${
      asked === 1 ? "is" : "are"
    } too few to tell by their spread how many it takes: the plan has a table of it.`;
  }
  if (needed === undefined) {
    return "Of the first step of every path a loss as large was seen: if that is the true one, no " +
      `number of ${item}s would exclude it.`;
  }
  return `It would take about ${formatCount(needed)} ${item}s where ${
    formatCount(asked)
  } were asked, if the change that was seen is the true one (of the variants that begin a path, ` +
    `the one that needs the fewest).${
      plan.gauge === "mmlu"
        ? " Fewer than 3 items that flipped are counted as 3, as chance may hide so many (the rule of three)."
        : ""
    } Go by this number, not by the plan's table: that one was made before anything was asked.`;
}

/** How the chosen variant did on the half that chose it. */
function chosenText(recommendation: Recommendation): string {
  const { passed } = recommendation;
  const of = passed.length === 1
    ? "the only such variant"
    : `the best of ${formatCount(passed.length)} such variants`;
  return `${of}, ${rightText(recommendation)}`;
}

function rightText({ passed, chosen }: Recommendation): string {
  const { right, n } = passed.find(({ variant }) => variant === chosen)!;
  return `with ${formatCount(right)} of ${formatCount(n)} questions right on the databases to ` +
    "choose by";
}

function gainText(recommendation: Recommendation): string {
  return changeSentence(confirmedGain(recommendation));
}

/**
 * The chosen variant's change on the databases that were kept back: one claim, and planned, so that
 * there is nothing to adjust for.
 */
export function confirmedGain({ gain }: Pick<Recommendation, "gain">): WordedChange {
  const alone = { p: gain!.pValue, claims: 1 };
  return { measure: "sql", verdict: gain!, outcome: gain!.outcome, adjusted: alone };
}

function confirmText(neededExamples: number | undefined): string {
  return neededExamples === undefined
    ? "The databases to choose by show no gain either, so no number of questions can be given that " +
      "would confirm one."
    : `It would take about ${
      formatCount(neededExamples)
    } questions on databases to confirm on, if ` +
      "the change that was seen where it was chosen is the true one; as the best of several it is " +
      "too large on average, and that questions of one database are alike is not counted in it.";
}

/** By which rule, and what the rule promises. */
function ruleText({ plan }: StudyRows, { paths, level }: Recommendation): string {
  const steps = paths.flatMap((path) => path.steps);
  const tested = steps.filter((step) => step.tested).length;
  const passed = steps.filter((step) => step.passed).length;
  const when = plan.afterAnswers
    ? "The rule was written down after answers of tuned variants were stored, so that its levels promise nothing: "
    : "The rule was written down before an answer of a tuned variant was stored: ";
  return when +
    `${formatCounted(paths.length, "path")} at ${formatPercent(level)}` +
    (paths.length === 1 ? "; " : " each; ") +
    `of ${formatCounted(steps.length, "step")} ${formatCount(tested)} tested and ` +
    `${formatCount(passed)} passed. At most about ${formatPercent(plan.alpha)} of such studies ` +
    "recommend a variant that in truth loses as much, as long as no answers of earlier runs were " +
    "known. It is of these adapters, not of their recipes.";
}
