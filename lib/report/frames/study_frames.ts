import type { AdapterSettings, Recipe } from "../../runs/mod.ts";
import { count, decimal, type Frame, frame, text } from "./frame.ts";
import { specialSettings } from "./special_settings.ts";
import { NO_LOSS_LOG, type TrainingRow } from "../rows/training_types.ts";

/**
 * The LoRA configurations of a study as a data frame, one row a recipe.
 *
 * @param plannedTokens Tokens that each recipe trains on, in the recipes' order.
 * @param adapters Adapters that are there already, by recipe: one from elsewhere is shown with its
 * own settings, and with null for what is not known of its training.
 * @throws {RangeError} If there are no recipes, or not one number of tokens for each.
 */
export function recipesFrame(
  recipes: readonly Recipe[],
  plannedTokens: readonly number[],
  adapters: Readonly<Record<string, AdapterSettings>> = {},
): Frame {
  if (recipes.length !== plannedTokens.length) {
    throw new RangeError(
      `Cannot list the recipes as each needs its number of tokens: ${recipes.length} recipes, ` +
        `${plannedTokens.length} numbers`,
    );
  }
  const rows = recipes.map((recipe, i) => {
    const own = adapters[recipe.name];
    return own?.trained === "elsewhere"
      ? {
        ...recipe,
        ...own,
        tokens: null,
        examples: null,
        quantization: own.averageOf ? "an average" : "trained elsewhere",
        also: specialSettings({ useRslora: own.rsLora, useDora: own.dora }),
      }
      : {
        ...recipe,
        tokens: plannedTokens[i] ?? 0,
        examples: recipe.batchSize * recipe.gradientAccumulation,
        also: specialSettings(recipe),
      };
  });
  return frame(rows, {
    recipe: text((row) => row.name),
    rank: count((row) => row.rank),
    alpha: decimal((row) => row.alpha),
    dropout: decimal((row) => row.dropout),
    modules: text(({ targetModules }) =>
      typeof targetModules === "string" ? targetModules : targetModules.join(", ")
    ),
    "learning rate": decimal((row) => row.learningRate),
    "tokens (planned)": count((row) => row.tokens),
    "examples a step": count((row) => row.examples),
    quantization: text((row) => row.quantization),
    ...(rows.some(({ also }) => also !== "")
      ? { also: text((row: typeof rows[number]) => row.also) }
      : {}),
  });
}

/**
 * What the training runs did as a data frame: losses in nats a completion token.
 *
 * @param elsewhere Recipes whose adapter was trained elsewhere: a row each that says so.
 * @throws {RangeError} If there are no rows.
 */
export function trainingFrame(
  rows: readonly TrainingRow[],
  elsewhere: readonly string[] = [],
): Frame {
  const rounded = (loss: number | undefined): number | null =>
    loss === undefined ? null : Number(loss.toFixed(3));
  const all: readonly (Pick<TrainingRow, "variant"> & { readonly run?: TrainingRow })[] = [
    ...rows.map((run) => ({ variant: run.variant, run })),
    ...elsewhere.map((variant) => ({ variant })),
  ];
  return frame(all, {
    model: text(({ variant }) => variant),
    steps: count(({ run }) => run?.steps ?? null),
    tokens: count(({ run }) => run?.tokens ?? null),
    seconds: count(({ run }) => run ? Math.round(run.seconds) : null),
    "first loss": decimal(({ run }) => rounded(run?.firstLossNats)),
    "last losses": decimal(({ run }) => rounded(run?.lastLossNats.mean)),
    "95 % from": decimal(({ run }) => rounded(run?.lastLossNats.ci95?.[0])),
    "95 % to": decimal(({ run }) => rounded(run?.lastLossNats.ci95?.[1])),
    ...(elsewhere.length > 0
      ? { note: text(({ run }: typeof all[number]) => run ? "" : NO_LOSS_LOG) }
      : {}),
  });
}

/**
 * Named facts as a data frame of two columns, such as versions or hashes.
 *
 * @param titles The columns' titles: of the names, of the values.
 * @throws {RangeError} If there are no facts.
 */
export function factsFrame(
  facts: Readonly<Record<string, string>>,
  [name, value]: readonly [string, string],
): Frame {
  return frame(Object.entries(facts), {
    [name]: text(([fact]) => fact),
    [value]: text(([, fact]) => fact),
  });
}
