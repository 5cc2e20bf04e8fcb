import { type InferenceSession, Tensor } from "onnxruntime-node";
import {
  type Adapter,
  adapterFault,
  type Checkpoint,
  isFinite,
  type LoraFactors,
  readWeight,
} from "../checkpoint/mod.ts";
import { ModelBuilder } from "./graph_builder.ts";
import { DataType, valueInfo } from "./onnx.ts";
import { openSession } from "./session/open_session.ts";

/** A layer's DoRA as a graph adds it: `y += gain * (x W^T) + (x A^T) b^T`. */
export interface DoraTerms {
  /** By how much each row of the base weight grows: `magnitude / |W + BA| - 1`, `[out]`. */
  readonly gain: Float32Array;
  /** B with its rows stretched likewise, `[out, rank]`. */
  readonly b: Float32Array;
}

type ByWeights = WeakMap<Checkpoint["tensors"], Promise<ReadonlyMap<string, DoraTerms>>>;

/** By adapter and by its base weights, which are others in 4 bits. */
const known = new WeakMap<Adapter, ByWeights>();

/**
 * The gains of an adapter's DoRA layers, by layer; empty for an adapter without.
 * Reads all adapted weights the first time that an adapter is asked for with a
 * checkpoint, one layer at a time as float32.
 *
 * @throws {UsageError} If a row has no length, so that its gain is not finite.
 *
 * Source: Liu et al. 2024, arXiv:2402.09353, as in PEFT 0.21.2, `tuners/lora/dora.py`.
 */
export function doraTerms(
  checkpoint: Checkpoint,
  adapter: Adapter,
): Promise<ReadonlyMap<string, DoraTerms>> {
  const { tensors } = checkpoint;
  const ofAdapter = known.getOrInsertComputed(adapter, (): ByWeights => new WeakMap());
  return ofAdapter.getOrInsertComputed(tensors, () => {
    const computing = computeTerms(checkpoint, adapter);
    computing.catch(() => ofAdapter.delete(tensors));
    return computing;
  });
}

async function computeTerms(
  checkpoint: Checkpoint,
  { dir, terms, factors }: Adapter,
): Promise<ReadonlyMap<string, DoraTerms>> {
  const result = new Map<string, DoraTerms>();
  if (!terms.includes("gain")) return result;
  const session = await openSession(normGraph(), { executionProviders: ["cpu"] });
  try {
    for (const [layer, of] of factors) {
      if (!of.magnitude) continue;
      const weight = await readWeight(checkpoint, `${layer}.weight`);
      const lengths = await rowLengths(session, weight, of);
      const gain = of.magnitude.map((length, row) => length / lengths[row]! - 1);
      const b = of.b.map((value, i) => value * (1 + gain[Math.floor(i / of.rank)]!));
      if (!isFinite(gain) || !isFinite(b)) {
        throw adapterFault(dir, `the adapter holds a value that is not finite: gain of ${layer}`);
      }
      result.set(layer, { gain, b });
    }
  } finally {
    await session.release();
  }
  return result;
}

/** `[out]` lengths of the rows of `W + BA`. */
async function rowLengths(
  session: InferenceSession,
  weight: Float32Array,
  { a, b, rank }: LoraFactors,
): Promise<Float32Array> {
  const [out, inner] = [b.length / rank, a.length / rank];
  const { lengths } = await session.run({
    weight: new Tensor("float32", weight, [out, inner]),
    a: new Tensor("float32", a, [rank, inner]),
    b: new Tensor("float32", b, [out, rank]),
  });
  return lengths!.data as Float32Array;
}

/**
 * The lengths of the rows of `W + BA` without that matrix, which would take a
 * layer's memory again: `|w + bA|^2 = |w|^2 + b . (2 A w + A A^T b)`.
 */
function normGraph(): Uint8Array {
  const model = new ModelBuilder();
  const { main } = model;
  const weight = main.input("weight", DataType.FLOAT, ["out", "in"]);
  const a = main.input("a", DataType.FLOAT, ["rank", "in"]);
  const b = main.input("b", DataType.FLOAT, ["out", "rank"]);
  const squares = main.reduce("SumSquare", weight, 1);
  const inner = main.linear(weight, a, "");
  const gram = main.linear(a, a, "");
  const sum = main.op("Gemm", [b, gram, main.add(inner, inner)]);
  const cross = main.reduce("Sum", main.mul(b, sum), 1);
  main.outputs("Sqrt", [main.add(squares, cross)], ["lengths"]);
  return model.toBytes([valueInfo("lengths", DataType.FLOAT, ["out"])]);
}
