import { type DecoderConfig, groupSize, hidingWindow } from "../../checkpoint/mod.ts";
import { blockSize } from "../paged_attention.ts";

/**
 * How sequences that share a prefix are decoded as one.
 *
 * The attention kernel works on tiles of 64 query rows, of which one sequence's
 * token fills as many as it has query heads a key-value head. A bundle is
 * several sequences of one prefix handed to the kernel as one sequence, whose
 * rows see the prefix once for all of them. What keeps its members apart is a
 * few more columns a head: a key of a member has a large number in its member's
 * column, a key of the prefix has it in every column, and a query has it in its
 * own. So a row's scores of visible keys all grow by the same amount, which a
 * softmax does not see, and those of other members' keys do not grow.
 *
 * Sources: one pass over a shared prefix as in Juravsky et al. 2024,
 * arXiv:2402.05099; tiles and block sizes of ONNX Runtime 1.30's
 * `run_mha_fwd_splitkv_dispatch`.
 */
export interface BundleShape {
  /** Most sequences of a bundle. */
  readonly members: number;
  /** Columns that tell members apart, at least one a member. */
  readonly columns: number;
  /** Tokens of a block of the bundles' cache. */
  readonly blockSize: number;
  /** Arithmetic that the kernel spends on a key, in units of a key without the columns. */
  readonly keyCost: number;
  /** Values of a key of all heads, without the columns. */
  readonly keyValues: number;
}

/** Rows of a query tile. */
const TILE_ROWS = 64;
/** Sizes of a head that the kernel is compiled for; others are rounded up. */
const KERNEL_HEADS = [32, 64, 96, 128, 192, 256];
/** Head sizes are multiples of this. */
const HEAD_STEP = 8;

/**
 * The bundles of a model, or nothing where it cannot have any: a head has no
 * room for columns, or a window within the context hides keys, which a bundle's
 * order of tokens would hide wrongly.
 */
export function bundleShape(config: DecoderConfig, contextLength: number): BundleShape | undefined {
  const { headDim, attention } = config;
  if (attention.some(({ window }) => hidingWindow(window, contextLength) !== undefined)) {
    return undefined;
  }
  const widest = KERNEL_HEADS.at(-1)! - headDim;
  const wanted = Math.max(1, Math.floor(TILE_ROWS / groupSize(config)));
  const columns = Math.min(Math.ceil(wanted / HEAD_STEP) * HEAD_STEP, widest);
  if (columns < HEAD_STEP) return undefined;
  const kernelHead = (size: number): number => KERNEL_HEADS.find((head) => head >= size)!;
  return {
    members: Math.min(wanted, columns),
    columns,
    blockSize: blockSize({ headDim: headDim + columns }),
    keyCost: kernelHead(headDim + columns) / kernelHead(headDim),
    keyValues: config.kvHeads * headDim,
  };
}
