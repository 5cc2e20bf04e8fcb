import { type Checkpoint, INT4_BLOCK } from "../checkpoint/mod.ts";
import type { BundleCost, RunLimits } from "./run_plan.ts";
import { blockSize } from "./paged_attention.ts";

/** What a run needs of the device's memory, decided before it starts. */
export interface MemoryPlan extends RunLimits {
  /** Bytes of the cache when all blocks are in use. */
  readonly cacheBytes: number;
  /** Bytes that a step is expected to need beside the cache and the weights. */
  readonly stepBytes: number;
}

/** Options of {@linkcode planMemory}. */
export interface MemoryPlanOptions {
  /** Bytes that are free on the device once the weights are loaded. */
  readonly freeBytes: number;
  /** Most sequences of a run; 2,048 when left out. */
  readonly sequences?: number;
  /** Most tokens of a prefill step; 65,535 when left out, and never more. */
  readonly prefillTokens?: number;
  /** How sequences may be decoded together, and whether always; see {@linkcode BundleCost}. */
  readonly bundles?: Omit<BundleCost, "blockCost">;
}

const HALF_BYTES = 2;
const FLOAT_BYTES = 4;
/** Share of the free memory that is planned with: the rest is for the library's own buffers and for gaps. */
const USABLE = 0.88;
/** Element counts that the library's kernels index with 32 bits. */
const MAX_ELEMENTS = 2 ** 31 - 1;

/** Rows of a step: the kernel that rotates has them in a grid's third dimension, which has 16 bits. */
const MOST_ROWS = 65_535;

/** Rows of a weight in 4 bits that the library unpacks at once, where it does not unpack all. */
const UNPACKED_ROWS = 32_768;
/** It unpacks all where that takes no more bytes, or where the weight has no more than twice the rows. */
const UNPACKED_BYTES = 2 ** 28;

/**
 * Bytes that a step needs to unpack weights in 4 bits, one at a time, for more
 * than a few rows; 0 without any.
 *
 * Source: `MatMulNBits` of ONNX Runtime's CUDA provider,
 * contrib_ops/cuda/quantization/matmul_nbits.cc.
 */
export function unpackingBytes({ int4 }: Pick<Checkpoint, "int4">): number {
  const sizes = [...int4?.values() ?? []].map(({ codes }) => {
    const [rows, blocks] = codes.shape as [number, number];
    const rowBytes = HALF_BYTES * INT4_BLOCK * blocks;
    const inParts = rows * rowBytes > UNPACKED_BYTES && rows > 2 * UNPACKED_ROWS;
    return rowBytes * (inParts ? UNPACKED_ROWS : rows);
  });
  return Math.max(0, ...sizes);
}

/**
 * Decides how many blocks, sequences and prefill tokens a run may have, from
 * the checkpoint and the free memory. A step needs its widest values at the
 * same time: hidden states, projections, three of the MLP's width, and the
 * logits of every sequence: rounded, cast, exact, normalised; and what
 * {@linkcode unpackingBytes} says. Blocks get what is left.
 *
 * @throws {RangeError} If not even one step of a few tokens fits.
 */
export function planMemory(
  { config, int4 }: Pick<Checkpoint, "config" | "int4">,
  { freeBytes, sequences = 2048, prefillTokens = MOST_ROWS, bundles }: MemoryPlanOptions,
): MemoryPlan {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, vocabSize, layers } = config;
  const size = blockSize(config);
  const usable = freeBytes * USABLE;
  const tokenBytes = HALF_BYTES *
    (6 * hiddenSize + 4 * (heads + kvHeads) * headDim + 3 * intermediateSize);
  const rowBytes = (HALF_BYTES + 3 * FLOAT_BYTES) * vocabSize;
  const blockBytes = 2 * layers * size * kvHeads * headDim * HALF_BYTES;
  const indexed = Math.floor(MAX_ELEMENTS / Math.max(intermediateSize, 1));
  let tokens = Math.min(prefillTokens, MOST_ROWS, indexed);
  let rows = Math.min(sequences, Math.floor(MAX_ELEMENTS / vocabSize));
  const unpacking = int4 === undefined ? 0 : unpackingBytes({ int4 });
  const step = (): number => unpacking + tokens * tokenBytes + rows * rowBytes;
  // a cache smaller than the step it serves would leave the device idle in decoding
  while (step() > usable / 2 && (tokens > 1 || rows > 1)) {
    tokens = Math.max(1, Math.floor(tokens / 2));
    rows = Math.max(1, Math.floor(rows / 2));
  }
  const elements = size * kvHeads * headDim;
  const blocks = Math.min(
    Math.floor((usable - step()) / blockBytes),
    Math.floor(MAX_ELEMENTS / elements),
  );
  if (blocks < 2) {
    throw new RangeError(
      `Cannot plan the device's memory: ${Math.round(freeBytes / 2 ** 20)} MiB are free, ` +
        `and a block of ${size} tokens takes ${Math.round(blockBytes / 2 ** 20)} MiB`,
    );
  }
  return {
    blockSize: size,
    blocks,
    sequences: rows,
    prefillTokens: tokens,
    cacheBytes: blocks * blockBytes,
    stepBytes: step(),
    ...(bundles && {
      bundles: {
        ...bundles,
        blockCost: bundles.blockSize * (headDim + bundles.columns) / (size * headDim),
      },
    }),
  };
}

/**
 * The plan with half of everything, for another try after an allocation failed.
 *
 * @throws {RangeError} If the plan cannot be halved any more.
 */
export function halvePlan(plan: MemoryPlan): MemoryPlan {
  const half = (value: number): number => Math.max(1, Math.floor(value / 2));
  const blocks = Math.floor(plan.blocks / 2);
  if (blocks < 2) {
    throw new RangeError(`Cannot run on this device: not even ${plan.blocks} blocks fit`);
  }
  return {
    ...plan,
    blocks,
    sequences: half(plan.sequences),
    prefillTokens: half(plan.prefillTokens),
    cacheBytes: half(plan.cacheBytes),
    stepBytes: half(plan.stepBytes),
  };
}

/** Whether an error of a run says that device memory ran out. */
export function isOutOfMemory(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  return /failed to allocate memory|out of memory|bad_alloc|bfc_arena|available memory of/i
    .test(message);
}
