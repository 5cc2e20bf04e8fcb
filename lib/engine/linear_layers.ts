import { adaptedLayers } from "./adapter.ts";
import type { Checkpoint, LinearModule } from "./checkpoint.ts";
import { DataType, type GraphScope, type ModelBuilder } from "./graph_builder.ts";
import type { WeightReader } from "./weight_reader.ts";

/** Input names of the two LoRA factors of one linear layer. */
export function loraInputs(layer: string): { readonly a: string; readonly b: string } {
  return { a: `${layer}.lora_A`, b: `${layer}.lora_B` };
}

/** Input name of the factor on every adapter product of a run. */
export const LORA_SCALE = "lora_scale";

/** The linear layers of a graph, whose LoRA factors are float32 inputs, scaled once a run. */
export class LinearLayers {
  readonly #reader: WeightReader;
  readonly #weight: (name: string) => string;
  readonly #adapted = new Map<string, { readonly a: string; readonly b: string }>();

  constructor(
    model: ModelBuilder,
    checkpoint: Checkpoint,
    { loraModules, reader, weight, toCompute = (x) => x }: {
      /** Module kinds that take an adapter. */
      readonly loraModules: readonly LinearModule[];
      readonly reader: WeightReader;
      /** A weight in the type that the device computes with. */
      readonly weight: (name: string) => string;
      /** A float32 value of the main graph in that type; itself when left out. */
      readonly toCompute?: (x: string) => string;
    },
  ) {
    this.#reader = reader;
    this.#weight = weight;
    if (loraModules.length > 0) model.input(LORA_SCALE, DataType.FLOAT, []);
    for (const layer of adaptedLayers(checkpoint, loraModules)) {
      const [out, inner] = reader.shape(`${layer}.weight`) as [number, number];
      const names = loraInputs(layer);
      const a = model.input(names.a, DataType.FLOAT, [`${names.a}.rank`, inner]);
      const b = model.input(names.b, DataType.FLOAT, [out, `${names.a}.rank`]);
      const scaled = model.main.op("Mul", [b, LORA_SCALE]);
      this.#adapted.set(layer, { a: toCompute(a), b: toCompute(scaled) });
    }
  }

  /** `y = x W^T + b + scale * (x A^T) B^T`, the last term where the layer's module takes an adapter. */
  apply(scope: GraphScope, x: string, layer: string): string {
    const transposed = { attributes: { transB: { int: 1 } } };
    const bias = this.#reader.has(`${layer}.bias`) ? [this.#weight(`${layer}.bias`)] : [];
    const y = scope.op("Gemm", [x, this.#weight(`${layer}.weight`), ...bias], transposed);
    const lora = this.#adapted.get(layer);
    if (!lora) return y;
    return scope.op("Gemm", [scope.op("Gemm", [x, lora.a], transposed), lora.b, y], transposed);
  }
}
