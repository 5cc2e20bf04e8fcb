import { listed } from "../../ground/mod.ts";
import type { Gauge, PlannedNeed, SweepPlan } from "../../runs/mod.ts";
import { FEWEST_TO_CONFIRM, PLANNED_POWER } from "../../stats/mod.ts";
import type { CoverageRow, GaugeTitles } from "../rows/row_types.ts";
import {
  formatCount,
  formatCounted,
  formatDecimal,
  formatPercent,
  formatSeed,
} from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { lossText } from "../words/measures.ts";
import { count, decimal, markdownOf, share } from "./column.ts";

/** Options of {@linkcode planText}. */
export interface PlanTextOptions {
  /** Says how many items there are. */
  readonly coverage?: readonly CoverageRow[];
  /** Whether it is written down in the study's folder, as it is unless the plan alone is asked for. */
  readonly isWritten?: boolean;
  /** The measures that each primary variant has a claim on; none are named if left out. */
  readonly claimed?: readonly Gauge[];
}

/**
 * What was written down before an answer of a tuned variant was read, as Markdown: the tolerated
 * loss, the level, the paths, the halves of the databases, the primary claims, and how many items
 * it takes.
 */
export function planText(
  plan: SweepPlan,
  titles: GaugeTitles,
  { coverage = [], isWritten = true, claimed = [] }: PlanTextOptions = {},
): string {
  const { written, afterAnswers, gauge, delta, alpha, seed, paths, halves, primary } = plan;
  const there = coverage.find(({ measure }) => measure === gauge)?.scored;
  const isAsked = coverage.length === 0 || (there ?? 0) > 0;
  const level = alpha / Math.max(1, paths.length);
  const names = (list: readonly string[]): string =>
    list.map((name) => markdownText(name)).join(", ");
  const facts = [
    isWritten
      ? `Written ${markdownText(written)}, ${
        afterAnswers
          ? "after answers of tuned variants were stored: nothing was fixed beforehand"
          : "before an answer of a tuned variant was stored in this folder"
      }.`
      : `Not written down yet: that is done when the study is started${
        afterAnswers
          ? ", and answers of tuned variants are stored already: nothing is fixed beforehand"
          : ""
      }.`,
    isAsked
      ? `A loss of ${lossText(delta, gauge)} or more on ${
        markdownText(titles[gauge])
      } is not tolerated.`
      : `Of ${markdownText(titles[gauge])} nothing is asked, so that no loss can be excluded and ` +
        "nothing be recommended.",
    ...(paths.length === 0 || !isAsked ? [] : [
      `The level of recommending a variant that loses so much is ${formatPercent(alpha)}: ` +
      `${formatPercent(level)} for ${
        paths.length === 1 ? "its one path" : `each of ${formatCounted(paths.length, "path")}`
      }, one-sided.`,
    ]),
    ...paths.map(({ name, variants }) =>
      `Path ${markdownText(name)}: ${variants.map((one) => markdownText(one)).join(", then ")}.`
    ),
    ...(halves.choose.length + halves.confirm.length === 0 ? [] : [
      `Databases to choose by (seed ${formatSeed(seed)}): ${names(halves.choose) || "none"}.`,
      `Databases to confirm on: ${names(halves.confirm) || "none"}.`,
    ]),
    claimsText(primary, claimed.map((measure) => titles[measure])),
    ...(paths.length === 0 || !isAsked ? [] : noConfirmation(halves, titles)),
    ...(there ? [askedText(plan, titles, there)] : []),
  ];
  const list = facts.map((fact) => `- ${fact}`).join("\n");
  return `${list}\n\n${isAsked ? needsText(plan) : ""}`;
}

const SHOWN_ITEMS = { mmlu: "item", prose: "passage" } as const;

/** The table of needs under the line that says what it counts. */
function needsText(plan: SweepPlan): string {
  if (plan.needs.length === 0) return "";
  return `How many ${SHOWN_ITEMS[plan.gauge]}s it takes to exclude that loss with a chance of ` +
    `${formatDecimal(100 * PLANNED_POWER, 0)} % at a true change of 0:\n\n${needsTable(plan)}`;
}

/** How many items are asked, and whether that is too few by every row of the table of needs. */
function askedText({ gauge, needs }: SweepPlan, titles: GaugeTitles, there: number): string {
  const asked = `Asked of ${markdownText(titles[gauge])}: ${
    formatCounted(there, SHOWN_ITEMS[gauge])
  }`;
  const isEnough = needs.length === 0 || needs.some(({ items }) => items <= there);
  return isEnough
    ? `${asked}.`
    : `${asked}, fewer than each row below needs: expect that no loss can be excluded, and nothing ` +
      "be recommended. Ask more of them, tolerate a larger loss, or decide by another measure.";
}

/** What rules a recommendation out beforehand, whatever will be answered. */
function noConfirmation(halves: SweepPlan["halves"], titles: GaugeTitles): string[] {
  if (halves.choose.length === 0) {
    return [
      `Of ${
        markdownText(titles.sql)
      } nothing is asked, so that no gain can be confirmed and nothing ` +
      "be recommended.",
    ];
  }
  const few = fewDatabasesText(halves);
  return few === "" ? [] : [`Nothing can be recommended, whatever is answered: ${few}`];
}

/** That there are too few databases to confirm a gain on, and how many it takes; empty if there are enough. */
export function fewDatabasesText({ confirm }: SweepPlan["halves"]): string {
  if (confirm.length >= FEWEST_TO_CONFIRM) return "";
  return `with ${formatCounted(confirm.length, "database")} to confirm on, no interval of a gain ` +
    `can be relied on. It takes ${formatCount(FEWEST_TO_CONFIRM)} to confirm on, and so ` +
    `${formatCount(2 * FEWEST_TO_CONFIRM)} in all, as the other half is there to choose by.`;
}

/** The primary claims: of one variant each by its measure, of several the variants and their measures. */
function claimsText(primary: readonly string[], measures: readonly string[]): string {
  const variants = primary.map((name) => markdownText(name));
  const [only] = variants;
  if (variants.length !== 1 || measures.length === 0) {
    const each = variants.length > 1 && measures.length > 0
      ? `, each on ${listed(measures.map((measure) => markdownText(measure)))}`
      : "";
    return `Primary claims, adjusted together: ${variants.join(", ") || "none"}${each}.`;
  }
  const claims = measures.map((measure) => `${only} on ${markdownText(measure)}`);
  return claims.length === 1
    ? `Primary claim: ${claims[0]}.`
    : `Primary claims, adjusted together: ${claims.join(", ")}.`;
}

/**
 * Below so many items the plan's normal approximation says nothing of how many it takes: two or three
 * items have no spread that an interval could be made of.
 */
export const FEWEST_PLANNED = 30;

/** How many items a tolerated loss needs, one row a planned share of flips and design effect. */
export function needsTable({ gauge, needs }: Pick<SweepPlan, "gauge" | "needs">): string {
  return needs.length === 0 ? "" : markdownOf(needs, [
    gauge === "mmlu"
      ? share("items that flip %", ({ flipShare }) => flipShare)
      : decimal("spread of a change (nats a token)", 3, ({ flipShare }) => Math.sqrt(flipShare)),
    decimal("design effect of clusters", 1, ({ designEffect }) => designEffect),
    {
      ...count<PlannedNeed>("items needed", ({ items }) => items),
      cell: ({ items }): string =>
        items < FEWEST_PLANNED ? `< ${FEWEST_PLANNED}` : formatCount(items),
    },
  ]);
}
