import { listed } from "../../ground/mod.ts";
import { MIN_SEEDS_OF_A_RECIPE } from "../../stats/mod.ts";
import { formatCount, formatCounted, formatDecimal } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { changeBounds, changeWithUnit, gaugeText, lossText } from "../words/measures.ts";
import { changeSentence, INTERVAL_NOTE } from "../words/verdict_words.ts";
import { ALL } from "../rows/groups.ts";
import type { ChangeRow, SeedPairRow, SeedRow, StudyRows } from "../rows/row_types.ts";
import { seedChange } from "../tables/change_table.ts";

/**
 * What a recipe changes over its training seeds, as Markdown. A word on the recipe takes 5 seeds;
 * with fewer the numbers are of its adapters. Empty where no recipe was trained twice.
 */
export function seedsFinding(
  rows: Pick<StudyRows, "seeds" | "seedPairs" | "titles" | "plan" | "tradeOff" | "changes">,
): string {
  const { seeds, seedPairs, titles } = rows;
  if (seeds.length === 0) return "";
  const recipes = [...Map.groupBy(seeds, ({ recipe }) => recipe)].map(([recipe, own]) => {
    const { seeds: count, speaksOfRecipe } = own[0]!.change;
    const changes = own.map((row) => `on ${gaugeText(row.measure, titles)} ${seedText(row)}`);
    const of = speaksOfRecipe
      ? `over ${formatCount(count)} seeds and all questions`
      : `${formatCount(count)} seeds are too few for a word on the recipe, which takes ` +
        `${formatCount(MIN_SEEDS_OF_A_RECIPE)}; the mean of these adapters`;
    const whole = `- **${markdownText(recipe)}**, ${of}: ${changes.join("; ")}.`;
    return [whole, excludedText(recipe, rows)].filter(Boolean).join(" ");
  });
  const pairs = [...Map.groupBy(seedPairs, (row) => JSON.stringify([row.against, row.recipe]))]
    .map(([, own]) => seedPairText(own, titles));
  return [`**Recipes over seeds.** ${INTERVAL_NOTE}\n`, ...recipes, ...pairs].join("\n");
}

/** The difference of two recipes, of all measures: trainings of the same seed are paired. */
function seedPairText(own: readonly SeedPairRow[], titles: StudyRows["titles"]): string {
  const { recipe, against, change, adjusted } = own[0]!;
  const count = formatCount(change.seeds);
  const of = change.speaksOfRecipe
    ? `seed by seed over ${count} seeds` +
      (adjusted ? `, adjusted for ${formatCount(adjusted.claims)} pairs (Holm)` : "")
    : `seed by seed, ${count} seeds, too few for a word on the recipes`;
  const changes = own.map((row) => `on ${gaugeText(row.measure, titles)} ${seedText(row)}`);
  return `- **${markdownText(recipe)}** against **${markdownText(against)}**, ${of}: ${
    changes.join("; ")
  }.`;
}

/**
 * Of which of a recipe's adapters the plan's tolerated loss is excluded: a seed that was chosen may
 * pass where others do not. Empty where it was not asked of them.
 */
function excludedText(
  recipe: string,
  { titles, plan: { gauge, delta }, tradeOff, changes }: Parameters<typeof seedsFinding>[0],
): string {
  const isOwn = ({ variant, measure, group }: ChangeRow): boolean =>
    measure === gauge && group === ALL &&
    tradeOff.some(({ variant: name, origin }) =>
      name === variant && origin.source === recipe && origin.scale === 1 && !origin.checkpoint
    );
  const own = changes.filter(isOwn);
  if (own.length < 2) return "";
  const open = own.filter(({ verdict }) => !verdict.lossExcluded);
  const of = open.length === own.length
    ? "none of them"
    : open.length === 0
    ? "each of them"
    : `${formatCount(own.length - open.length)} of ${formatCount(own.length)}, not for ${
      listed(open.map(({ variant }) => markdownText(variant)))
    }`;
  return `Adapter by adapter (unadjusted), a loss of ${lossText(delta, gauge)} or more on ${
    markdownText(titles[gauge])
  } is excluded for ${of}.`;
}

function seedText(row: SeedRow | SeedPairRow): string {
  const { measure, change } = row;
  if (change.speaksOfRecipe) return changeSentence(seedChange(row));
  const { difference, ci95 } = change.verdict;
  return changeWithUnit(difference, measure) + (ci95 ? ` ${changeBounds(ci95, measure)}` : "");
}

/** The recipes compared with each other, as Markdown: the word is of the second one. */
export function pairsFinding({ pairs, titles }: Pick<StudyRows, "pairs" | "titles">): string {
  if (pairs.length === 0) return "";
  const byPair = [...Map.groupBy(pairs, ({ first, variant }) => JSON.stringify([first, variant]))];
  const lines = byPair.map(([, own]) => {
    const { first, variant } = own[0]!;
    const changes = own.map((row) => `on ${gaugeText(row.measure, titles)} ${changeSentence(row)}`);
    return `- **${markdownText(variant)}** against **${markdownText(first)}**: ${
      changes.join("; ")
    }.`;
  });
  return [
    `**Recipes against each other**, by pairing, adjusted for all pairs of a measure (Holm). ` +
    `${INTERVAL_NOTE}\n`,
    ...lines,
  ].join("\n");
}

/**
 * How the changes of general text and of multiple choice go together over the variants, as
 * Markdown. Empty where they were not both measured.
 */
export function correlationFinding(
  { proseAndMmlu, titles }: Pick<StudyRows, "proseAndMmlu" | "titles">,
): string {
  if (!proseAndMmlu) return "";
  const { n, groups, pearson, spearman } = proseAndMmlu;
  const of = `${formatCounted(n, "variant")}${
    groups === undefined ? "" : ` of ${formatCounted(groups, "recipe")}`
  }`;
  const prose = markdownText(titles.prose);
  const mmlu = markdownText(titles.mmlu);
  const reading = correlationReading(pearson);
  // Where recipes are too few for the one interval, they are for the other: it would contradict the words.
  const shown = (one: Coefficient): string =>
    coefficient(reading === "no_interval" ? { r: one.r } : one);
  return `**Two gauges.** The correlation over ${of} of the change on ${prose} (above 0 is worse) ` +
    `with the change on ${mmlu} (above 0 is better): r = ${shown(pearson)} (Pearson), ` +
    `${shown(spearman)} (Spearman); ${CORRELATION_WORDS[reading]}.`;
}

interface Coefficient {
  readonly r: number;
  readonly ci95?: readonly [number, number];
}

function coefficient({ r, ci95 }: Coefficient): string {
  const shown = [r, ...(ci95 ?? [])].map((value) => formatDecimal(value, 2));
  return shown[0]! + (saysSomething(ci95) ? ` [${shown[1]}, ${shown[2]}]` : "");
}

/** An interval that reaches so far to both sides leaves nearly every correlation open. */
const NEARLY_ALL = 0.95;

function saysSomething(ci95: readonly number[] | undefined): ci95 is readonly number[] {
  return ci95 !== undefined && !(ci95[0]! < -NEARLY_ALL && ci95[1]! > NEARLY_ALL);
}

/**
 * What a correlation with its interval shows: `no_interval` with too few recipes (none, or one that
 * leaves nearly everything open), `opposite` or `together` where the interval excludes 0, otherwise
 * `not_shown`.
 */
export function correlationReading(
  { ci95 }: Pick<Coefficient, "ci95">,
): "no_interval" | "opposite" | "together" | "not_shown" {
  if (!saysSomething(ci95)) return "no_interval";
  const [low, high] = ci95;
  if (high < 0) return "opposite";
  return low > 0 ? "together" : "not_shown";
}

/** The gauges point opposite ways: more nats are worse, more right answers better. */
const CORRELATION_WORDS = {
  no_interval: "too few recipes for an interval, so that nothing is shown of others",
  opposite: "where one is worse, so is the other (unadjusted)",
  together: "where one is worse, the other is better (unadjusted)",
  not_shown: "that they go together is not shown",
} as const;
