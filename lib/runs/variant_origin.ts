import { z } from "zod";
import { COUNT, type RecordOf, TEXT } from "../ground/mod.ts";

/** The keys of {@linkcode VariantOrigin}. */
export const ORIGIN_KEYS = {
  /** "base", or the name of the recipe, adapter or model that it comes from. */
  source: TEXT,
  /** The factor on the adapter's own scaling, 1 for the adapter as it is; absent without an adapter. */
  scale: z.number().exactOptional(),
  /** Which of the adapters that its training saved, counted from 1; absent for the finished one. */
  checkpoint: z.strictObject({ index: z.int().min(1), of: z.int().min(1) }).exactOptional(),
  /** The seed of the training; absent where nothing was trained here. */
  seed: COUNT.exactOptional(),
  /** Whether it was trained on more than the train split. */
  outsideTrainSplit: z.literal(true).exactOptional(),
};

/** Which set of weights a variant is. */
export interface VariantOrigin extends RecordOf<typeof ORIGIN_KEYS> {}
