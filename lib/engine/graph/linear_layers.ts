import {
  adaptedLayers,
  type Checkpoint,
  type LinearModule,
  type LoraTerm,
} from "../checkpoint/mod.ts";
import { DataType, type GraphScope, type ModelBuilder } from "./graph_builder.ts";
import type { WeightReader } from "./weight_reader.ts";

/** Input names of one linear layer's adapter: its two factors, and a vector for each term. */
export function loraInputs(layer: string): Readonly<Record<"a" | "b" | LoraTerm, string>> {
  return {
    a: `${layer}.lora_A`,
    b: `${layer}.lora_B`,
    gain: `${layer}.lora_gain`,
    bias: `${layer}.lora_bias`,
  };
}

/** Input name of the factor on every adapter product of a run. */
export const LORA_SCALE = "lora_scale";

/** An adapter's inputs in the type that the device computes with, scaled. */
interface AdaptedLayer {
  readonly a: string;
  readonly b: string;
  readonly gain?: string;
  readonly bias?: string;
}

/** The linear layers of a graph, whose LoRA factors are float32 inputs, scaled once a run. */
export class LinearLayers {
  readonly #reader: WeightReader;
  readonly #weight: (name: string) => string;
  readonly #adapted = new Map<string, AdaptedLayer>();

  constructor(
    model: ModelBuilder,
    checkpoint: Checkpoint,
    { loraModules, loraTerms = [], reader, weight, toCompute = (x) => x }: {
      /** Module kinds that take an adapter. */
      readonly loraModules: readonly LinearModule[];
      /** Terms that an adapter may have beside its factors; none when left out. */
      readonly loraTerms?: readonly LoraTerm[];
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
      const vector = (term: LoraTerm): Partial<Record<LoraTerm, string>> => {
        if (!loraTerms.includes(term)) return {};
        const input = model.input(names[term], DataType.FLOAT, [out]);
        return { [term]: toCompute(model.main.op("Mul", [input, LORA_SCALE])) };
      };
      this.#adapted.set(layer, {
        a: toCompute(a),
        b: toCompute(scaled),
        ...vector("gain"),
        ...vector("bias"),
      });
    }
  }

  /**
   * `y = x W^T + bias + scale * (gain * (x W^T) + (x A^T) B^T + c)`: the last
   * term where the layer's module takes an adapter, and of it `gain` and `c`,
   * the adapter's bias, where the graph has them. At scale 0 it is the base
   * model's `y`, bit for bit.
   */
  apply(scope: GraphScope, x: string, layer: string): string {
    const transposed = { attributes: { transB: { int: 1 } } };
    const bias = this.#reader.has(`${layer}.bias`) ? [this.#weight(`${layer}.bias`)] : [];
    let y = scope.op("Gemm", [x, this.#weight(`${layer}.weight`), ...bias], transposed);
    const lora = this.#adapted.get(layer);
    if (!lora) return y;
    if (lora.gain) {
      // PEFT leaves the base's bias out of the gain as well
      const product = bias.length > 0 ? scope.op("Sub", [y, ...bias]) : y;
      y = scope.op("Add", [y, scope.op("Mul", [product, lora.gain])]);
    }
    if (lora.bias) y = scope.op("Add", [y, lora.bias]);
    return scope.op("Gemm", [scope.op("Gemm", [x, lora.a], transposed), lora.b, y], transposed);
  }
}
