import { z } from "zod";
import {
  COUNT,
  counted,
  LABEL,
  listed,
  type RecordOf,
  SHA256,
  TEXT,
  together,
} from "../../ground/mod.ts";

/** What is said of a training that had general records beside the train split. */
export const OUTSIDE_TRAIN_SPLIT = "outside the assignment's train split only";

/** The general records of an epoch: some, and no more than it has. */
const GENERAL = together(
  z.strictObject({
    /** Trained on like the others. */
    replay: COUNT,
    /** On which only the divergence counted. */
    anchor: COUNT,
    /** All records of the epoch. */
    of: COUNT,
    /** The base model's answers that they are drawn from; older summaries do not say. */
    answers: COUNT.exactOptional(),
  }),
  ({ replay, anchor, of }) =>
    replay + anchor === 0
      ? { rule: "1 replay or 1 anchor at least", path: [] }
      : replay + anchor > of
      ? { rule: `all ${replay + anchor} general records and the others`, path: ["of"] }
      : undefined,
);

/** How an adapter was trained on records that are not of the train split, where it was. */
const GENERAL_KEYS = {
  /** The weight of the divergence from the base model in the loss it was trained with. */
  klWeight: z.number().gt(0).exactOptional(),
  /** The general records of an epoch, where it was trained on any. */
  general: GENERAL.exactOptional(),
};

/** The keys of {@linkcode AdapterParent}. */
export const PARENT_KEYS = {
  /** Its folder's name. */
  name: LABEL,
  /** Of its weights. */
  sha256: SHA256,
  ...GENERAL_KEYS,
};

/** An adapter that another one is the mean of. */
export interface AdapterParent extends RecordOf<typeof PARENT_KEYS> {}

/** The keys of {@linkcode AdapterSettings}. */
export const ADAPTER_SETTING_KEYS = {
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
  /** The adapters that it is the mean of, where that is known; it was not trained itself. */
  averageOf: z.array(z.strictObject(PARENT_KEYS)).min(2).exactOptional(),
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
  ...GENERAL_KEYS,
};

/** An adapter as its own `adapter_config.json` describes it, whatever the study's config says. */
export interface AdapterSettings extends RecordOf<typeof ADAPTER_SETTING_KEYS> {}

/** The settings of an adapter in a summary. */
export const ADAPTER_SETTINGS = z.strictObject(ADAPTER_SETTING_KEYS);

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
  const { averageOf } = settings;
  const own = [settings.rankPattern, settings.alphaPattern]
    .flatMap((pattern) => Object.keys(pattern ?? {}));
  const layers = new Set(own).size;
  return [
    `rank ${rank}`,
    `alpha ${alpha}`,
    ...(layers > 0
      ? [`${counted(layers, "pattern")} of layers with a rank or alpha of their own`]
      : []),
    ...(dropout === null ? [] : [`dropout ${dropout}`]),
    ...(targetModules.length > 0 ? [targetModules.join(" ")] : []),
    ...(rsLora ? ["rsLoRA"] : []),
    ...(dora ? ["DoRA"] : []),
    averageOf
      ? averageText(averageOf)
      : trained === "here"
      ? `learning rate ${learningRate ?? "unknown"}`
      : "trained elsewhere: learning rate unknown",
    ...generalTexts(settings),
  ].join(", ");
}

/** Of what it is the average, and which of these were trained on general records, those alike at once. */
function averageText(parents: readonly AdapterParent[]): string {
  const names = (own: readonly AdapterParent[]): string => listed(own.map(({ name }) => name));
  const alike = Map.groupBy(parents, (parent) => generalTexts(parent).join(", "));
  alike.delete("");
  return [
    `the average of ${names(parents)}`,
    ...[...alike].map(([text, own]) => `${names(own)} with ${text}`),
  ].join("; ");
}

function generalTexts(
  { klWeight, general }: Pick<AdapterParent, "klWeight" | "general">,
): string[] {
  return [
    ...(klWeight === undefined ? [] : [`weight of the divergence ${klWeight}`]),
    ...(general === undefined ? [] : [generalText(general)]),
  ];
}

function generalText(
  { replay, anchor, of, answers }: NonNullable<AdapterSettings["general"]>,
): string {
  const shown = [
    ...(replay > 0 ? [`${replay} replay`] : []),
    ...(anchor > 0 ? [counted(anchor, "anchor")] : []),
  ];
  const drawn = answers === undefined
    ? ""
    : `, drawn from ${counted(answers, "answer")} of the base model`;
  return `${shown.join(" and ")} of ${
    counted(of, "record")
  } an epoch${drawn} (${OUTSIDE_TRAIN_SPLIT})`;
}
