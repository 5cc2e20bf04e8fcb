import { basename } from "node:path";
import {
  adaptedLayers,
  type Checkpoint,
  type DecoderConfig,
  INT4_BLOCK,
  type LoraTerm,
  type StoredTensor,
} from "../checkpoint/mod.ts";
import { type ModelBuilder, STORED_TYPES } from "./graph_builder.ts";
import type { GraphScope } from "./graph_scope.ts";
import { LORA_SCALE, loraInputs, type LoraSites } from "./lora_inputs.ts";
import { DataType } from "./onnx.ts";

/** Types that a device computes with: float32 on the CPU, a half type on a GPU. */
export type ComputeType = DataType.FLOAT | DataType.FLOAT16 | DataType.BFLOAT16;

/** Hidden states stay as they are, so that the weights alone are rounded; 4 would round them to 8 bits. */
const ACCURACY_LEVEL = 1;

/** An adapter's inputs in the type that the device computes with, all but A times the run's scale. */
interface AdaptedLayer {
  readonly a: string;
  readonly b: string;
  readonly gain?: string;
  readonly bias?: string;
}

/**
 * A checkpoint's weights as a graph computes with them. Those stored in the
 * computing type stay where they lie in their file, as external data; a cast of
 * another is folded once, when a session opens. LoRA factors are float32 inputs
 * of the graph, scaled and cast once a run.
 */
export class DecoderWeights {
  /** The type that the graph computes with. */
  readonly type: ComputeType;
  /** The decoder that the weights are of. */
  readonly config: DecoderConfig;
  readonly #model: ModelBuilder;
  readonly #checkpoint: Checkpoint;
  readonly #adapted = new Map<string, AdaptedLayer>();

  /** Declares the inputs of the adapters that the sites allow, and nothing else yet. */
  constructor(
    model: ModelBuilder,
    checkpoint: Checkpoint,
    { type, loraModules = [], loraTerms = [] }: LoraSites & { readonly type: ComputeType },
  ) {
    this.type = type;
    this.config = checkpoint.config;
    this.#model = model;
    this.#checkpoint = checkpoint;
    if (loraModules.length > 0) this.main.input(LORA_SCALE, DataType.FLOAT, []);
    for (const layer of adaptedLayers(checkpoint, loraModules)) {
      this.#adapted.set(layer, this.#adapterInputs(layer, loraTerms));
    }
  }

  /** The model's main graph. */
  get main(): GraphScope {
    return this.#model.main;
  }

  /** A tensor in the computing type. */
  weight(name: string): string {
    return this.#inType(name, this.#entry(name));
  }

  /** `x W^T (+ sum)` by a linear layer's weight, in 4 bits where the checkpoint has it so. */
  product(scope: GraphScope, x: string, name: string, ...sum: readonly string[]): string {
    const packed = this.#checkpoint.int4?.get(name);
    if (!packed) return scope.linear(x, this.weight(name), ...sum);
    const codes = this.#stored(`${name}.codes`, packed.codes);
    const scales = this.#inType(`${name}.scales`, packed.scales);
    const zeroPoints = this.#stored(`${name}.zero_points`, packed.zeroPoints);
    const [out, inner] = this.#entry(name).shape as [number, number];
    const y = scope.contrib("MatMulNBits", [x, codes, scales, zeroPoints], {
      K: { int: inner },
      N: { int: out },
      bits: { int: 4 },
      block_size: { int: INT4_BLOCK },
      accuracy_level: { int: ACCURACY_LEVEL },
    });
    return sum.reduce((total, term) => scope.add(total, term), y);
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
  linear(scope: GraphScope, x: string, layer: string): string {
    const hasBias = this.#checkpoint.tensors.has(`${layer}.bias`);
    const bias = hasBias ? [this.weight(`${layer}.bias`)] : [];
    let y = this.product(scope, x, `${layer}.weight`, ...bias);
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

  /** `[vocabulary, hidden]`, the output layer's weight. */
  head(): string {
    const { tieWordEmbeddings } = this.config;
    return this.weight(tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
  }

  /** Logits `[B, vocabulary]` of hidden states `[B, hidden]`: rounded to the computing type, then float32. */
  logits(scope: GraphScope, hidden: string): string {
    return this.toFloat(scope, scope.linear(hidden, this.head()));
  }

  /** A float32 value of the main graph in the computing type. */
  toCompute(x: string): string {
    return this.type === DataType.FLOAT ? x : this.main.cast(x, this.type);
  }

  /** A value in the computing type as float32. */
  toFloat(scope: GraphScope, x: string): string {
    return this.type === DataType.FLOAT ? x : scope.cast(x, DataType.FLOAT);
  }

  #adapterInputs(layer: string, terms: readonly LoraTerm[]): AdaptedLayer {
    const { main } = this;
    const [out, inner] = this.#entry(`${layer}.weight`).shape as [number, number];
    const names = loraInputs(layer);
    const a = main.input(names.a, DataType.FLOAT, [`${names.a}.rank`, inner]);
    const b = main.input(names.b, DataType.FLOAT, [out, `${names.a}.rank`]);
    const scaled = main.mul(b, LORA_SCALE);
    const vector = (term: LoraTerm): Partial<Record<LoraTerm, string>> => {
      if (!terms.includes(term)) return {};
      const input = main.input(names[term], DataType.FLOAT, [out]);
      return { [term]: this.toCompute(main.mul(input, LORA_SCALE)) };
    };
    return {
      a: this.toCompute(a),
      b: this.toCompute(scaled),
      ...vector("gain"),
      ...vector("bias"),
    };
  }

  #stored(name: string, entry: StoredTensor): string {
    return this.#model.weight(name, entry, basename(entry.file));
  }

  #inType(name: string, entry: StoredTensor): string {
    const stored = this.#stored(name, entry);
    if (STORED_TYPES[entry.dtype] === this.type) return stored;
    return this.main.once(`cast ${name}`, () => this.main.cast(stored, this.type));
  }

  #entry(name: string): NonNullable<ReturnType<Checkpoint["tensors"]["get"]>> {
    const entry = this.#checkpoint.tensors.get(name);
    if (!entry) throw new RangeError(`Cannot find the tensor "${name}" in the checkpoint`);
    return entry;
  }
}
