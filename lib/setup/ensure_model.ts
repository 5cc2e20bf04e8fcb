import { fromRoot, type StudyConfig, UsageError } from "../runs/mod.ts";
import type { Progress } from "../runs/progress.ts";
import { ensureEmbeddedModel } from "./embedded_model.ts";

/**
 * The folder of a study's base model, made or downloaded first where need be.
 *
 * @throws {UsageError} If it cannot be had, and what to do.
 */
export async function ensureModel({ model }: StudyConfig, progress: Progress): Promise<string> {
  if (model.source === "embedded") return await ensureEmbeddedModel(progress);
  if (model.source === "path") return fromRoot(model.path!);
  throw new UsageError(`Cannot download "${model.id}" yet: give its folder with source "path"`);
}
