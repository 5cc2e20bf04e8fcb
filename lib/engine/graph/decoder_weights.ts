import { basename } from "node:path";
import {
  type Checkpoint,
  type DecoderConfig,
  INT4_BLOCK,
  type StoredTensor,
} from "../checkpoint/mod.ts";
import { type ModelBuilder, STORED_TYPES } from "./graph_builder.ts";
import type { GraphScope } from "./graph_scope.ts";
import { LinearLayers } from "./linear_layers.ts";
import type { LoraSites } from "./lora_inputs.ts";
import { DataType } from "./onnx.ts";

/** Types that a device computes with: float32 on the CPU, a half type on a GPU. */
export type ComputeType = DataType.FLOAT | DataType.FLOAT16 | DataType.BFLOAT16;

/** Hidden states stay as they are, so that the weights alone are rounded; 4 would round them to 8 bits. */
const ACCURACY_LEVEL = 1;

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
  readonly #linear: LinearLayers;

  /** Declares the inputs of the adapters, and nothing else yet. */
  constructor(
    model: ModelBuilder,
    checkpoint: Checkpoint,
    { type, ...sites }: LoraSites & { readonly type: ComputeType },
  ) {
    this.type = type;
    this.config = checkpoint.config;
    this.#model = model;
    this.#checkpoint = checkpoint;
    this.#linear = new LinearLayers(this, sites);
  }

  /** The model's main graph. */
  get main(): GraphScope {
    return this.#model.main;
  }

  /** Whether the checkpoint has the tensor. */
  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /** The shape of a tensor that the checkpoint is known to have. */
  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
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
    const [out, inner] = this.shape(name) as [number, number];
    const y = scope.contrib("MatMulNBits", [x, codes, scales, zeroPoints], {
      K: { int: inner },
      N: { int: out },
      bits: { int: 4 },
      block_size: { int: INT4_BLOCK },
      accuracy_level: { int: ACCURACY_LEVEL },
    });
    return sum.reduce((total, term) => scope.add(total, term), y);
  }

  /** A linear layer with its bias and its adapter; see {@linkcode LinearLayers.apply}. */
  linear(scope: GraphScope, x: string, layer: string): string {
    return this.#linear.apply(scope, x, layer);
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
