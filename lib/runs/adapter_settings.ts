import { z } from "zod";
import { type RecordOf, TEXT } from "../ground/mod.ts";

/** The keys of {@linkcode AdapterSettings}. */
const KEYS = {
  /** Whether the study's own training made it. */
  trained: z.enum(["here", "elsewhere"]),
  /** LoRA's rank (`r`). */
  rank: z.int().min(1),
  /** LoRA's alpha. */
  alpha: z.number(),
  /** LoRA's dropout; `null` where the config does not say. */
  dropout: z.number().min(0).max(1).nullable(),
  /** The adapted modules, or the regular expression for their names. */
  targetModules: z.array(TEXT),
  /** The peak rate that it was trained with; `null` where it was trained elsewhere. */
  learningRate: z.number().gt(0).nullable(),
  /** Whether the update is scaled by `alpha / sqrt(rank)`. */
  rsLora: z.boolean(),
  /** Whether it has a magnitude a row. */
  dora: z.boolean(),
  /** Ranks of layers that have one of their own, by the pattern of their names. */
  rankPattern: z.record(TEXT, z.int().min(1)).exactOptional(),
  /** Alphas of layers that have one of their own. */
  alphaPattern: z.record(TEXT, z.number()).exactOptional(),
};

/** An adapter as its own `adapter_config.json` describes it, whatever the study's config says. */
export interface AdapterSettings extends RecordOf<typeof KEYS> {}

/** The settings of an adapter in a summary. */
export const ADAPTER_SETTINGS = z.strictObject(KEYS);

/**
 * An adapter's settings in words, on one line.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const line = adapterText({
 *   trained: "elsewhere",
 *   rank: 8,
 *   alpha: 16,
 *   dropout: 0,
 *   targetModules: ["q_proj", "v_proj"],
 *   learningRate: null,
 *   rsLora: false,
 *   dora: false,
 * });
 * assert.equal(
 *   line,
 *   "rank 8, alpha 16, dropout 0, q_proj v_proj, trained elsewhere: learning rate unknown",
 * );
 * ```
 */
export function adapterText(settings: AdapterSettings): string {
  const { trained, rank, alpha, dropout, targetModules, learningRate, rsLora, dora } = settings;
  const own = [settings.rankPattern, settings.alphaPattern]
    .flatMap((pattern) => Object.keys(pattern ?? {}));
  const layers = new Set(own).size;
  return [
    `rank ${rank}`,
    `alpha ${alpha}`,
    ...(layers > 0 ? [`${layers} patterns of layers with a rank or alpha of their own`] : []),
    ...(dropout === null ? [] : [`dropout ${dropout}`]),
    ...(targetModules.length > 0 ? [targetModules.join(" ")] : []),
    ...(rsLora ? ["rsLoRA"] : []),
    ...(dora ? ["DoRA"] : []),
    trained === "here"
      ? `learning rate ${learningRate ?? "unknown"}`
      : "trained elsewhere: learning rate unknown",
  ].join(", ");
}
