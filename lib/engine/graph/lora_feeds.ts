import { Tensor } from "onnxruntime-node";
import { adaptedLayers, type Adapter, type Checkpoint } from "../checkpoint/mod.ts";
import { doraTerms } from "./dora.ts";
import { LORA_SCALE, loraInputs, type LoraSites } from "./lora_inputs.ts";
import type { Feeds } from "./tensors.ts";
import type { Variant } from "../engine.ts";

/**
 * A variant as inputs of a graph. Layers that the adapter leaves alone, and all
 * layers at scale 0, get factors of rank one and vectors, all zeros.
 *
 * @throws {RangeError} If the adapter changes a module, or needs a term, that the graph does not have.
 * @throws {UsageError} If an adapter with DoRA has gains that are not finite.
 */
export async function loraFeeds(
  checkpoint: Checkpoint,
  { loraModules = [], loraTerms = [] }: LoraSites,
  { adapter, scale = 1 }: Variant,
): Promise<Feeds> {
  if (adapter) checkSites(adapter, { loraModules, loraTerms });
  if (loraModules.length === 0) return {};
  const used = scale === 0 ? undefined : adapter;
  const dora = used ? await doraTerms(checkpoint, used) : undefined;
  const feeds: Feeds = {
    [LORA_SCALE]: new Tensor("float32", [used ? scale : 0], []),
  };
  for (const layer of adaptedLayers(checkpoint, loraModules)) {
    const [out, inner] = checkpoint.tensors.get(`${layer}.weight`)!.shape as [number, number];
    const factors = used?.factors.get(layer);
    const stretched = dora?.get(layer);
    const rank = factors?.rank ?? 1;
    const names = loraInputs(layer);
    const a = factors?.a ?? new Float32Array(inner);
    const b = stretched?.b ?? factors?.b ?? new Float32Array(out);
    feeds[names.a] = new Tensor("float32", a, [rank, inner]);
    feeds[names.b] = new Tensor("float32", b, [out, rank]);
    const vectors = { gain: stretched?.gain, bias: factors?.bias };
    for (const term of loraTerms) {
      feeds[names[term]] = new Tensor("float32", vectors[term] ?? new Float32Array(out), [out]);
    }
  }
  return feeds;
}

function checkSites(adapter: Adapter, { loraModules, loraTerms }: Required<LoraSites>): void {
  const missing = [
    ...adapter.modules.filter((module) => !loraModules.includes(module)),
    ...adapter.terms.filter((term) => !loraTerms.includes(term)),
  ];
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot apply the adapter in "${adapter.dir}": the session was opened without ${missing}`,
    );
  }
}
