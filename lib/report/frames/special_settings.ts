import { OUTSIDE_TRAIN_SPLIT, type Recipe } from "../../runs/mod.ts";

/** What a recipe may set beside the settings that all recipes have. */
export type SpecialSettings = Pick<
  Recipe,
  "useRslora" | "useDora" | "replayShare" | "klWeight" | "checkpoints" | "earlyStopping"
>;

/**
 * What a recipe sets beside the settings that all recipes have, in words; empty where it sets
 * nothing. Recipes that train on general records are said to be outside the train split.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(specialSettings({ useRslora: true, checkpoints: 4 }), "rsLoRA, 4 checkpoints");
 * assert.equal(
 *   specialSettings({ replayShare: 0.05 }),
 *   "5 % replay, outside the assignment's train split only",
 * );
 * assert.equal(specialSettings({}), "");
 * ```
 */
export function specialSettings(
  { useRslora, useDora, replayShare = 0, klWeight = 0, checkpoints, earlyStopping }:
    SpecialSettings,
): string {
  return [
    ...(useRslora ? ["rsLoRA"] : []),
    ...(useDora ? ["DoRA"] : []),
    ...(checkpoints === undefined ? [] : [`${checkpoints} checkpoints`]),
    ...(earlyStopping === undefined
      ? []
      : [`stops after ${earlyStopping.patience} without a lower held-out loss`]),
    ...(replayShare > 0 ? [`${Number((100 * replayShare).toPrecision(3))} % replay`] : []),
    ...(klWeight > 0 ? [`weight of the divergence ${klWeight}`] : []),
    ...(replayShare > 0 || klWeight > 0 ? [OUTSIDE_TRAIN_SPLIT] : []),
  ].join(", ");
}
