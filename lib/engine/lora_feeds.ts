import { Tensor } from "onnxruntime-node";
import { adaptedLayers, type Adapter } from "./adapter.ts";
import type { Checkpoint, LinearModule } from "./checkpoint.ts";
import { LORA_SCALE, loraInputs } from "./linear_layers.ts";
import type { Variant } from "./types.ts";

/**
 * A variant as inputs of a graph whose `loraModules` take adapters. Layers that
 * the adapter leaves alone get factors of rank one, all zeros.
 *
 * @throws {RangeError} If the adapter changes a module that the graph does not adapt.
 */
export function loraFeeds(
  checkpoint: Checkpoint,
  loraModules: readonly LinearModule[],
  { adapter, scale = 1 }: Variant,
): Record<string, Tensor> {
  checkModules(adapter, loraModules);
  if (loraModules.length === 0) return {};
  const feeds: Record<string, Tensor> = {
    [LORA_SCALE]: new Tensor("float32", [adapter ? adapter.scaling * scale : 0], []),
  };
  for (const layer of adaptedLayers(checkpoint, loraModules)) {
    const [out, inner] = checkpoint.tensors.get(`${layer}.weight`)!.shape as [number, number];
    const factors = adapter?.factors.get(layer);
    const rank = factors?.rank ?? 1;
    const names = loraInputs(layer);
    const a = factors?.a ?? new Float32Array(inner);
    const b = factors?.b ?? new Float32Array(out);
    feeds[names.a] = new Tensor("float32", a, [rank, inner]);
    feeds[names.b] = new Tensor("float32", b, [out, rank]);
  }
  return feeds;
}

function checkModules(adapter: Adapter | undefined, loraModules: readonly LinearModule[]): void {
  const missing = adapter?.modules.filter((module) => !loraModules.includes(module)) ?? [];
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot apply the adapter in "${adapter!.dir}": the session was opened without ${missing}`,
    );
  }
}
