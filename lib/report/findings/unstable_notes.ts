import { listed } from "../../ground/mod.ts";
import type { StudyRows } from "../rows/row_types.ts";
import type { UnstableRow } from "../rows/training_types.ts";
import { MOST_NAMED } from "../words/cut_text.ts";
import { formatCount, formatCounted, formatDecimal } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";

/** A divergence has so many decimals: that of a model that was held is below 0.01. */
const DIVERGENCE_DECIMALS = 4;

/** From this norm on a gradient's norm is printed without decimals. */
const LARGE_NORM = 10;

/**
 * Trainings that were unstable, the seeds of a recipe in one sentence: a paragraph, or none. Recipes
 * are told one by one where they are five or fewer, and by number above.
 */
export function unstableNotes({ unstable }: Pick<StudyRows, "unstable">): string[] {
  if (unstable.length === 0) return [];
  const recipes = unstableRecipes(unstable);
  const sentences = recipes.length > MOST_NAMED
    ? [
      `${formatCounted(unstable.length, "training")} of ${formatCount(recipes.length)} recipes ` +
      `were unstable: ${rangeText(unstable)}.`,
    ]
    : recipes.map((own) =>
      `The training of "${markdownText(own[0]!.recipe)}" was unstable${seedsText(own)}: ` +
      `${own.length === 1 ? roseText(own[0]!) : rangeText(own)}.`
    );
  const changes = unstable.length === 1 ? "Its changes do" : "Their changes do";
  const what = recipes.length === 1 ? "the recipe does" : "these recipes do";
  return [
    `${sentences.join(" ")} ${changes} not show what ${what} where training is stable: ` +
    `${cureText(unstable)}, and train again.`,
  ];
}

/**
 * What is said when an unstable training ends: where it was worst, how far its losses rose, and what
 * to do.
 */
export function unstableNote(row: UnstableRow): string {
  return `unstable: ${roseText(row)}; ${cureText([row])}, and train again`;
}

/**
 * What is said of the divergence when a training with a penalty ends.
 *
 * @param nats Its mean over the last steps that have anchors, in nats a token.
 * @param steps How many these are.
 */
export function divergenceNote(nats: number, steps: number): string {
  return `the divergence at the anchors was ${
    formatDecimal(nats, DIVERGENCE_DECIMALS)
  } nats a token ` +
    `in the last ${formatCounted(steps, "step")} that ${steps === 1 ? "has" : "have"} any`;
}

/** What to do first about the recipes of unstable trainings: a sentence. */
export function unstableStep(unstable: readonly UnstableRow[]): string {
  const recipes = unstableRecipes(unstable);
  const names = recipes.slice(0, MOST_NAMED).map(([row]) => `"${markdownText(row!.recipe)}"`);
  const more = recipes.length - names.length;
  const all = listed([...names, ...more > 0 ? [`${formatCounted(more, "more recipe")}`] : []]);
  return `The training of ${all} was unstable: ${cureText(unstable)}, and train again, before ` +
    "anything else.";
}

/** Unstable trainings by recipe, in their order. */
export function unstableRecipes(unstable: readonly UnstableRow[]): UnstableRow[][] {
  return [...Map.groupBy(unstable, ({ recipe }) => recipe).values()];
}

/**
 * The least and the largest multiple of the first mean loss, the least left out where both are
 * printed alike, and the largest norm of a gradient, as texts.
 */
export function unstableRange(
  unstable: readonly UnstableRow[],
): { readonly least?: string; readonly most: string; readonly gradientNorm?: string } {
  const times = unstable.map((row) => row.times);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((one) =>
    formatDecimal(one, 1)
  );
  const norms = unstable.flatMap(({ gradientNorm }) => gradientNorm ?? []);
  return {
    ...(least === most ? {} : { least: least! }),
    most: most!,
    ...(norms.length > 0 ? { gradientNorm: normText(Math.max(...norms)) } : {}),
  };
}

function normText(norm: number): string {
  return norm < LARGE_NORM ? formatDecimal(norm, 1) : formatCount(Math.round(norm));
}

function cureText(unstable: readonly UnstableRow[]): string {
  const its = unstableRecipes(unstable).length === 1 ? "its" : "their";
  const penalty = unstable.some(({ isPenalised }) => isPenalised) ? " or `klWeight`" : "";
  return `lower ${its} learning rate${penalty}`;
}

/** With which of a recipe's seeds; empty where it has one. */
function seedsText(own: readonly UnstableRow[]): string {
  const { seeds } = own[0]!;
  if (seeds === 1) return "";
  if (own.length === seeds) return ` with each of its ${formatCount(seeds)} seeds`;
  return ` with ${formatCount(own.length)} of its ${formatCount(seeds)} seeds (${
    listed(own.map(({ seed }) => String(seed)))
  })`;
}

/** How far the losses of one training rose, and where. */
function roseText(row: UnstableRow): string {
  const { most, gradientNorm } = unstableRange([row]);
  return `the mean cross entropy of the ten steps up to step ${
    formatCount(row.step)
  } was ${most} times ` +
    "that of the first ten" +
    (gradientNorm === undefined ? "" : `, and the largest gradient norm was ${gradientNorm}`);
}

/** How far the losses of several trainings rose. */
function rangeText(unstable: readonly UnstableRow[]): string {
  const { least, most, gradientNorm } = unstableRange(unstable);
  return `the mean cross entropy of ten steps in a row rose to ${
    least === undefined ? most : `between ${least} and ${most}`
  } times that of the first ten` +
    (gradientNorm === undefined ? "" : `, and the largest gradient norm was ${gradientNorm}`);
}
