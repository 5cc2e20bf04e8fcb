import {
  type Engine,
  loraSites,
  openCpuEngine,
  openCudaEngine,
  openServerEngine,
  type SpareThread,
  type Tokenizer,
} from "../../engine/mod.ts";
import { firstLine, type Progress, UsageError } from "../../ground/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import type { ModelFiles } from "../inputs/model_inputs.ts";
import { answeringCheckpoint } from "./answering_checkpoint.ts";
import type { NamedVariant } from "./sample_identity.ts";

/**
 * Whether statements can be judged beside an engine: their time is limited, and the CPU engine takes
 * all cores, and the thread that looks at the clock.
 */
export function leavesTime({ engine: { kind, device } }: StudyConfig): boolean {
  return kind === "server" || device === "cuda";
}

/**
 * Opens the engine that the config names, for the base model and the given
 * variants' adapters.
 *
 * @param inputs The model; a server is asked with its tokenizer too.
 * @param spare A thread that was started for it, to open it in (`spareCudaThread`).
 * @throws {UsageError} If the engine cannot be had on this machine.
 */
export async function openEngine(
  inputs: ModelFiles & { readonly tokenizer?: Tokenizer },
  variants: readonly NamedVariant[],
  progress: Progress,
  spare?: SpareThread,
): Promise<Engine> {
  const { config, checkpoint: stored, tokenizer } = inputs;
  const { kind, device, batchSize, url, servedModel, servedAdapters } = config.engine;
  if (kind === "server") {
    if (!tokenizer) throw new RangeError("Cannot ask a server without the model's tokenizer");
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
    spare,
    loadsKernels: true,
    onPlan(event): void {
      if (event.kind === "halved") progress.note(`less memory than planned: ${event.reason}`);
    },
  }).catch((error: Error) => {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `Cannot open the model on the GPU: ${firstLine(error)} (deno task setup --cuda; docs/gpu.md)`,
      { cause: error },
    );
  });
}
