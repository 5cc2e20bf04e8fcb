import { adaptedLayers, type DecoderConfig, type LoraTerm } from "../checkpoint/mod.ts";
import type { GraphScope } from "./graph_scope.ts";
import { LORA_SCALE, loraInputs, type LoraSites } from "./lora_inputs.ts";
import { DataType } from "./onnx.ts";

/** An adapter's inputs in the type that the device computes with, all but A times the run's scale. */
interface AdaptedLayer {
  readonly a: string;
  readonly b: string;
  readonly gain?: string;
  readonly bias?: string;
}

/** The weights that linear layers are made of. */
interface LayerWeights {
  /** The decoder that they are of. */
  readonly config: DecoderConfig;
  /** The model's main graph. */
  readonly main: GraphScope;
  /** Whether there is a tensor of the name. */
  has(name: string): boolean;
  /** Its shape. */
  shape(name: string): readonly number[];
  /** It as a value of the main graph, in the computing type. */
  weight(name: string): string;
  /** `x W^T (+ sum)` by a linear layer's weight. */
  product(scope: GraphScope, x: string, name: string, ...sum: readonly string[]): string;
  /** A float32 value of the main graph in the computing type. */
  toCompute(x: string): string;
}

/** The linear layers of a graph, whose adapters are float32 inputs, scaled once a run. */
export class LinearLayers {
  readonly #weights: LayerWeights;
  readonly #adapted = new Map<string, AdaptedLayer>();

  /** Declares the inputs of the adapters that the sites allow. */
  constructor(weights: LayerWeights, { loraModules = [], loraTerms = [] }: LoraSites) {
    this.#weights = weights;
    const { main } = weights;
    if (loraModules.length > 0) main.input(LORA_SCALE, DataType.FLOAT, []);
    for (const layer of adaptedLayers(weights, loraModules)) {
      const [out, inner] = weights.shape(`${layer}.weight`) as [number, number];
      const names = loraInputs(layer);
      const a = main.input(names.a, DataType.FLOAT, [`${names.a}.rank`, inner]);
      const b = main.input(names.b, DataType.FLOAT, [out, `${names.a}.rank`]);
      const scaled = main.mul(b, LORA_SCALE);
      const vector = (term: LoraTerm): Partial<Record<LoraTerm, string>> => {
        if (!loraTerms.includes(term)) return {};
        const input = main.input(names[term], DataType.FLOAT, [out]);
        return { [term]: weights.toCompute(main.mul(input, LORA_SCALE)) };
      };
      this.#adapted.set(layer, {
        a: weights.toCompute(a),
        b: weights.toCompute(scaled),
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
   *
   * Sources: LoRA, Hu et al. 2021, arXiv:2106.09685, equation 3, whose `B A` is
   * this `B` times `alpha / r`; DoRA, Liu et al. 2024, arXiv:2402.09353, equation
   * 5, whose `m / |W + BA|` is `1 + gain` (see `doraTerms`).
   */
  apply(scope: GraphScope, x: string, layer: string): string {
    const weights = this.#weights;
    const bias = weights.has(`${layer}.bias`) ? [weights.weight(`${layer}.bias`)] : [];
    let y = weights.product(scope, x, `${layer}.weight`, ...bias);
    const lora = this.#adapted.get(layer);
    if (!lora) return y;
    if (lora.gain) {
      // PEFT leaves the base's bias out of the gain as well
      const product = bias.length > 0 ? scope.sub(y, bias[0]!) : y;
      y = scope.add(y, scope.mul(product, lora.gain));
    }
    if (lora.bias) y = scope.add(y, lora.bias);
    return scope.linear(scope.linear(x, lora.a), lora.b, y);
  }
}
