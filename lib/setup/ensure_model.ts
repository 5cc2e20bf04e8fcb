import { fromRoot, type Progress } from "../ground/mod.ts";
import { type StudyConfig } from "../runs/mod.ts";
import { ensureEmbeddedModel } from "./embedded_model.ts";
import { ensureHubModel } from "./hub_model.ts";

/** A base model that is here: its folder, and the study with the very revision that was fetched. */
export interface ReadyModel {
  /** Its folder. */
  readonly dir: string;
  /** The study, its revision a commit where the model is the hub's. */
  readonly config: StudyConfig;
}

/**
 * The folder of a study's base model, made or downloaded first where need be.
 *
 * @param signal Stops a download; what has arrived is kept for the next one.
 * @throws {UsageError} If it cannot be had, and what to do.
 */
export async function ensureModel(
  config: StudyConfig,
  progress: Progress,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadyModel> {
  const { model } = config;
  if (model.source === "embedded") return { dir: await ensureEmbeddedModel(progress), config };
  if (model.source === "path") return { dir: fromRoot(model.path!), config };
  const { dir, revision } = await ensureHubModel({ ...model, signal }, progress);
  return { dir, config: { ...config, model: { ...model, revision } } };
}
