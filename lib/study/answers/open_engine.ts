import {
  type Engine,
  loraSites,
  openCpuEngine,
  openCudaEngine,
  openServerEngine,
} from "../../engine/mod.ts";
import { type Progress, UsageError } from "../../ground/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { answeringCheckpoint } from "./answering_checkpoint.ts";
import type { NamedVariant } from "./sample_identity.ts";

/**
 * Opens the engine that the config names, for the base model and the given
 * variants' adapters.
 *
 * @throws {UsageError} If the engine cannot be had on this machine.
 */
export async function openEngine(
  inputs: ModelInputs,
  variants: readonly NamedVariant[],
  progress: Progress,
): Promise<Engine> {
  const { config, checkpoint: stored, tokenizer } = inputs;
  const { kind, device, batchSize, url, servedModel, servedAdapters } = config.engine;
  if (kind === "server") {
    return await openServerEngine({
      url: url!,
      modelId: config.model.id,
      checkpoint: stored,
      tokenizer,
      servedModel,
      servedAdapters,
      concurrency: batchSize,
    });
  }
  const checkpoint = await answeringCheckpoint(inputs, progress);
  const sites = loraSites(variants.flatMap(({ weights }) => weights.adapter ?? []));
  if (device === "cpu") return await openCpuEngine(checkpoint, { batchSize, ...sites });
  return await openCudaEngine(checkpoint, {
    ...sites,
    onPlan(event): void {
      if (event.kind === "halved") progress.note(`less memory than planned: ${event.reason}`);
    },
  }).catch((error: Error) => {
    if (error instanceof UsageError) throw error;
    const [reason] = error.message.split("\n");
    throw new UsageError(
      `Cannot open the model on the GPU: ${reason} (deno task setup --cuda; docs/gpu.md)`,
      { cause: error },
    );
  });
}
