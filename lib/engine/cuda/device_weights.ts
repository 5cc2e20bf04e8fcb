import type { Checkpoint, LinearModule, LoraTerm } from "../checkpoint/mod.ts";
import {
  DataType,
  type GraphScope,
  LinearLayers,
  type ModelBuilder,
  tensor,
  WeightReader,
} from "../graph/mod.ts";

/** Types that the GPU computes with. */
export type ComputeType = DataType.BFLOAT16 | DataType.FLOAT16;

/** Names of the half types in an engine's options. */
export type HalfType = "bfloat16" | "float16";

/** Most values of the output layer that are held in float32 at once. */
const EXACT_PART = 2 ** 26;

/** The type that a checkpoint is run in on a GPU when nothing else is asked for: its own half type, bfloat16 for float32 weights. */
export function storedHalfType({ tensors }: Checkpoint): HalfType {
  return tensors.get("model.embed_tokens.weight")!.dtype === "F16" ? "float16" : "bfloat16";
}

/**
 * The weights of a checkpoint as a GPU graph uses them: those stored in the
 * computing type stay where they lie in their file, others are cast once when
 * the session opens. LoRA factors are float32 inputs of the graph, cast and
 * scaled once a run.
 */
export class DeviceWeights {
  readonly type: ComputeType;
  readonly #model: ModelBuilder;
  readonly #checkpoint: Checkpoint;
  readonly #reader: WeightReader;
  readonly #cast = new Map<string, string>();
  readonly #linear: LinearLayers;
  #norm: string | undefined;

  constructor(
    model: ModelBuilder,
    checkpoint: Checkpoint,
    { loraModules, loraTerms = [], halfType = storedHalfType(checkpoint) }: {
      readonly loraModules: readonly LinearModule[];
      readonly loraTerms?: readonly LoraTerm[];
      readonly halfType?: HalfType;
    },
  ) {
    this.type = halfType === "float16" ? DataType.FLOAT16 : DataType.BFLOAT16;
    this.#model = model;
    this.#checkpoint = checkpoint;
    this.#reader = new WeightReader(model, checkpoint);
    this.#linear = new LinearLayers(model, checkpoint, {
      loraModules,
      loraTerms,
      reader: this.#reader,
      weight: (name) => this.weight(name),
      toCompute: (x) => this.toCompute(x),
    });
  }

  /** A weight in the computing type. */
  weight(name: string): string {
    const stored = this.#reader.stored(name);
    const { dtype } = this.#checkpoint.tensors.get(name)!;
    if (dtype === (this.type === DataType.FLOAT16 ? "F16" : "BF16")) return stored;
    const cast = this.#cast.get(name) ?? this.toCompute(stored);
    this.#cast.set(name, cast);
    return cast;
  }

  /** See {@linkcode LinearLayers.apply}. */
  linear(scope: GraphScope, x: string, layer: string): string {
    return this.#linear.apply(scope, x, layer);
  }

  /** Logits of hidden states `[B, hidden]`, rounded to the computing type, as float32, which the kernels after them want. */
  logits(scope: GraphScope, hidden: string): string {
    const logits = scope.op("Gemm", [hidden, this.#head()], {
      attributes: { transB: { int: 1 } },
    });
    return toFloat(scope, logits);
  }

  /**
   * Logits `[B, vocabulary]` computed in float32: rounded to bfloat16, logits of
   * 16 to 32 are multiples of an eighth, answers tie, and what they are
   * normalised by is off. A part of the output layer at a time is cast, so that
   * its float32 copy stays small. (Products of two half-precision numbers are
   * exact in the tensor cores' own format, which these products may be taken in.)
   */
  exactLogits(scope: GraphScope, hidden: string): string {
    const { vocabSize, hiddenSize } = this.#checkpoint.config;
    const x = toFloat(scope, hidden);
    const size = Math.ceil(vocabSize / Math.ceil(vocabSize * hiddenSize / EXACT_PART));
    const parts: string[] = [];
    for (let start = 0; start < vocabSize; start += size) {
      const rows = scope.op("Slice", [
        this.#head(),
        this.#atRun(start),
        this.#atRun(Math.min(start + size, vocabSize)),
        this.#model.int64([0]),
      ]);
      parts.push(
        scope.op("Gemm", [x, toFloat(scope, rows)], { attributes: { transB: { int: 1 } } }),
      );
    }
    if (parts.length === 1) return parts[0]!;
    return scope.op("Concat", parts, { attributes: { axis: { int: 1 } } });
  }

  /**
   * `SiLU(gate) * up` in one kernel: a gated RMS norm whose epsilon is so much
   * larger than any mean of squares that the norm is a constant factor, which
   * its weight takes back. The kernel computes in float32 and rounds once.
   */
  gated(scope: GraphScope, gate: string, up: string): string {
    return scope.contrib("GatedRMSNorm", [up, this.#constantNorm(), gate], {
      epsilon: { float: 4 ** this.#normExponent },
    });
  }

  /** A value of the main graph in the computing type. */
  toCompute(name: string): string {
    return this.#model.main.op("Cast", [name], { attributes: { to: { int: this.type } } });
  }

  /**
   * `[1]` an integer that is known only at the run: a constant one would have
   * the cast parts of the output layer kept as weights when the session opens.
   */
  #atRun(value: number): string {
    const { main } = this.#model;
    const zero = main.once("run-time zero", () => main.op("Shape", ["no_tokens"]));
    return main.once(`at run ${value}`, () => main.op("Add", [this.#model.int64([value]), zero]));
  }

  /** The output layer's weight. */
  #head(): string {
    const { tieWordEmbeddings } = this.#checkpoint.config;
    return this.weight(tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
  }

  /** The root of the norm's epsilon is 2 to this; float16 holds no more. */
  get #normExponent(): number {
    return this.type === DataType.FLOAT16 ? 15 : 30;
  }

  /** `[intermediate]` of the root of the norm's epsilon. */
  #constantNorm(): string {
    const { intermediateSize } = this.#checkpoint.config;
    const root = new Uint8Array(Float32Array.of(2 ** this.#normExponent).buffer);
    return this.#norm ??= this.toCompute(
      this.#model.main.op("ConstantOfShape", [this.#model.int64([intermediateSize])], {
        attributes: { value: { tensor: tensor(DataType.FLOAT, [1], root) } },
      }),
    );
  }
}

function toFloat(scope: GraphScope, x: string): string {
  return scope.op("Cast", [x], { attributes: { to: { int: DataType.FLOAT } } });
}
