import type { Checkpoint } from "../checkpoint/mod.ts";
import { DataType, type DecoderWeights, type GraphScope, oneNumber } from "../graph/mod.ts";

/** Names of the half types in an engine's options. */
export type HalfType = "bfloat16" | "float16";

/** Most values of the output layer that are held in float32 at once. */
const EXACT_PART = 2 ** 26;

/** The type that a checkpoint is run in on a GPU when nothing else is asked for: its own half type, bfloat16 for float32 weights. */
export function storedHalfType({ tensors }: Checkpoint): HalfType {
  return tensors.get("model.embed_tokens.weight")!.dtype === "F16" ? "float16" : "bfloat16";
}

/**
 * Logits `[B, vocabulary]` computed in float32: rounded to bfloat16, logits of
 * 16 to 32 are multiples of an eighth, answers tie, and what they are
 * normalised by is off. A part of the output layer at a time is cast, so that
 * its float32 copy stays small. (Products of two half-precision numbers are
 * exact in the tensor cores' own format, which these products may be taken in.)
 */
export function exactLogits(scope: GraphScope, weights: DecoderWeights, hidden: string): string {
  const { vocabSize, hiddenSize } = weights.config;
  const x = weights.toFloat(scope, hidden);
  const size = Math.ceil(vocabSize / Math.ceil(vocabSize * hiddenSize / EXACT_PART));
  const parts: string[] = [];
  for (let start = 0; start < vocabSize; start += size) {
    const end = Math.min(start + size, vocabSize);
    const rows = scope.slice(weights.head(), atRun(scope.main, start), atRun(scope.main, end));
    parts.push(scope.linear(x, weights.toFloat(scope, rows)));
  }
  return parts.length === 1 ? parts[0]! : scope.concat(parts, 1);
}

/**
 * `[1]` an integer that is known only at the run: a constant one would have
 * the cast parts of the output layer kept as weights when the session opens.
 */
function atRun(main: GraphScope, value: number): string {
  const zero = main.once("run-time zero", () => main.shape("no_tokens"));
  return main.once(`at run ${value}`, () => main.add(main.int64([value]), zero));
}

/**
 * `SiLU(gate) * up` in one kernel, which computes `norm(up) * weight * SiLU(gate)`
 * with an RMS norm: its epsilon is so much larger than any mean of squares that
 * `norm(x)` is `x / sqrt(epsilon)`, and its weight is `sqrt(epsilon)`. The kernel
 * computes in float32 and rounds once.
 */
export function fusedSwiGlu(
  scope: GraphScope,
  weights: DecoderWeights,
  { gate, up }: { readonly gate: string; readonly up: string },
): string {
  // the root of the epsilon is 2 to this; float16 holds no more
  const exponent = weights.type === DataType.FLOAT16 ? 15 : 30;
  const { main } = scope;
  const root = main.once("root of epsilon", () => {
    const size = main.int64([weights.config.intermediateSize]);
    return weights.toCompute(main.filled(size, oneNumber(DataType.FLOAT, 2 ** exponent)));
  });
  return scope.contrib("GatedRMSNorm", [up, root, gate], { epsilon: { float: 4 ** exponent } });
}
