import {
  type Check,
  flag,
  integer,
  list,
  nullable,
  number,
  oneOf,
  optional,
  record,
  shape,
  text,
} from "../ground/mod.ts";

/** An adapter as its own `adapter_config.json` describes it, whatever the study's config says. */
export interface AdapterSettings {
  /** Whether the study's own training made it. */
  readonly trained: "here" | "elsewhere";
  /** LoRA's rank (`r`). */
  readonly rank: number;
  /** LoRA's alpha. */
  readonly alpha: number;
  /** LoRA's dropout; `null` where the config does not say. */
  readonly dropout: number | null;
  /** The adapted modules, or the regular expression for their names. */
  readonly targetModules: readonly string[];
  /** The peak rate that it was trained with; `null` where it was trained elsewhere. */
  readonly learningRate: number | null;
  /** Whether the update is scaled by `alpha / sqrt(rank)`. */
  readonly rsLora: boolean;
  /** Whether it has a magnitude a row. */
  readonly dora: boolean;
  /** Ranks of layers that have one of their own, by the pattern of their names. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  /** Alphas of layers that have one of their own. */
  readonly alphaPattern?: Readonly<Record<string, number>>;
}

/** Checks the settings of an adapter in a summary. */
export const checkAdapterSettings: Check<AdapterSettings> = shape<AdapterSettings>({
  trained: oneOf(["here", "elsewhere"]),
  rank: integer({ min: 1 }),
  alpha: number(),
  dropout: nullable(number({ min: 0, max: 1 })),
  targetModules: list(text()),
  learningRate: nullable(number({ above: 0 })),
  rsLora: flag(),
  dora: flag(),
  rankPattern: optional(record(integer({ min: 1 }))),
  alphaPattern: optional(record(number())),
});

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
