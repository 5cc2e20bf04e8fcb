import type { Recipe } from "../runs/mod.ts";
import { count, decimal, type Frame, frame, text } from "./_frame.ts";
import type { TrainingRow } from "./rows.ts";

/**
 * The LoRA configurations of a study as a data frame, one row a recipe.
 *
 * @param plannedTokens Tokens that each recipe trains on, in the recipes' order.
 * @throws {RangeError} If there are no recipes, or not one number of tokens for each.
 */
export function recipesFrame(recipes: readonly Recipe[], plannedTokens: readonly number[]): Frame {
  if (recipes.length !== plannedTokens.length) {
    throw new RangeError(
      `Cannot list the recipes as each needs its number of tokens: ${recipes.length} recipes, ` +
        `${plannedTokens.length} numbers`,
    );
  }
  const rows = recipes.map((recipe, i) => ({ ...recipe, tokens: plannedTokens[i] ?? 0 }));
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
    "examples a step": count((row) => row.batchSize * row.gradientAccumulation),
    quantization: text((row) => row.quantization),
  });
}

/**
 * What the training runs did as a data frame: losses in nats a completion token.
 *
 * @throws {RangeError} If there are no rows.
 */
export function trainingFrame(rows: readonly TrainingRow[]): Frame {
  const rounded = (loss: number | undefined): number | null =>
    loss === undefined ? null : Number(loss.toFixed(3));
  return frame(rows, {
    model: text((row) => row.variant),
    steps: count((row) => row.steps),
    tokens: count((row) => row.tokens),
    seconds: count((row) => Math.round(row.seconds)),
    "first loss": decimal((row) => rounded(row.firstLossNats)),
    "last losses": decimal((row) => rounded(row.lastLossNats.mean)),
    "95 % from": decimal((row) => rounded(row.lastLossNats.ci95?.[0])),
    "95 % to": decimal((row) => rounded(row.lastLossNats.ci95?.[1])),
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
