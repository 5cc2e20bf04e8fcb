import { formatCount, formatCounted, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { FEWEST_PLANNED } from "../tables/plan_text.ts";
import { lossText } from "../words/measures.ts";
import { changeSentence, type WordedChange } from "../words/verdict_words.ts";
import type { StudyRows } from "../rows/row_types.ts";

type Recommendation = NonNullable<StudyRows["recommendation"]>;

/**
 * The recommended variant with its confirmed gain, or why none is recommended and what it would
 * take, as Markdown. Empty where no variant is a step of a path.
 */
export function recommendationFinding(rows: StudyRows): string {
  const { recommendation } = rows;
  if (!recommendation) return "";
  return `**Recommendation.** ${answerText(rows, recommendation)} ${
    ruleText(rows, recommendation)
  }`;
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
      return `None can be recommended: no variant is shown to lose less than ${tolerated} on ${gauge}. ` +
        neededText(rows, neededExamples);
    case "not_confirmed":
      return `None can be recommended: ${excluded} for ${
        formatCounted(passed.length, "variant")
      }, and ` +
        `**${markdownText(chosen!)}** is ${
          chosenText(recommendation)
        }, but its change on the databases that were kept back is ` +
        `${gainText(recommendation)}. ${confirmText(neededExamples)}`;
    case "too_few_databases":
      return `None can be recommended: ${excluded} for ${
        formatCounted(passed.length, "variant")
      }, but with ` +
        `${formatCounted(halves.confirm.length, "database")} ` +
        "to confirm on there is no interval worth its name. It takes more databases.";
  }
}

/** What it takes until a variant passes; few items have no spread that this could be told by. */
function neededText({ plan, coverage }: StudyRows, needed: number | undefined): string {
  if (needed === undefined) {
    return "Every first step of a path was seen to lose as much, so that no number of items would do.";
  }
  const asked = coverage.find(({ measure }) => measure === plan.gauge)?.scored ?? 0;
  return asked < FEWEST_PLANNED
    ? `${
      formatCounted(asked, "item")
    } are too few to tell by their spread how many it takes: the ` +
      "plan has a table of it."
    : `It would take about ${
      formatCount(needed)
    } items, if of the first steps the one that needs ` +
      "the fewest truly changes as much as was seen of it.";
}

/** How the chosen variant did on the half that chose it. */
function chosenText({ passed, chosen }: Recommendation): string {
  const { right, n } = passed.find(({ variant }) => variant === chosen)!;
  const of = passed.length === 1
    ? "the only such variant,"
    : `the best of ${formatCount(passed.length)} such variants,`;
  return `${of} with ${formatCount(right)} of ${formatCount(n)} questions right on the databases ` +
    "to choose by";
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
      "too large on average.";
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
    `${formatCount(passed)} passed. By its level about ` +
    `${formatPercent(plan.alpha)} of such studies at most recommend a variant that loses as ` +
    `much. It is of these adapters, not of their recipes.`;
}
