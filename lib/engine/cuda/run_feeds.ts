import { Tensor } from "onnxruntime-node";
import { type DecoderConfig, groupSize } from "../checkpoint/mod.ts";
import { type FlatBundles, flattenRun } from "./flat_run.ts";
import { CHUNK_PIECES } from "./prefill_loop.ts";
import type { RunPlan } from "./run_plan.ts";

/** Tensors by the names of a graph's inputs. */
export type Feeds = Record<string, Tensor>;

/** What the graph is fed for bundles when it decodes without them. */
const UNUSED_BUNDLES: FlatBundles = {
  source: [0],
  slotColumns: [0],
  table: [0],
  width: 1,
  lengths: [0],
  bundle: [0],
  column: [0],
  members: 1,
  longest: 1,
};

/** What the graph is fed for one run, beside the adapter and what all runs of a call share. */
export function runFeeds(
  run: RunPlan,
  { config, hasBundles, targets }: {
    readonly config: DecoderConfig;
    /** Whether the graph can decode in bundles. */
    readonly hasBundles: boolean;
    /** The token after each token of each prompt of the call, where texts are scored. */
    readonly targets?: readonly (readonly number[])[] | undefined;
  },
): Feeds {
  const flat = flattenRun(run, { texts: targets !== undefined });
  const { width, longest } = flat;
  const chunks = run.chunks.length;
  const group = groupSize(config);
  const table = (values: readonly number[]): Tensor =>
    int32(values, [values.length / width, width]);
  return {
    blocks: int64([run.blocks]),
    chunk_ranges: int64(flat.chunkRanges, [chunks, 2 * CHUNK_PIECES.length]),
    chunk_bounds: int32(flat.chunkBounds, [chunks, 2]),
    tail_bounds: int32(flat.tailBounds, [chunks, 2]),
    tokens: int64(flat.tokens),
    offsets: int32(flat.offsets),
    past: int32(flat.past),
    table: table(flat.table),
    tail_source: int64(flat.tailSource),
    tail_offsets: int32(flat.tailOffsets),
    tail_past: int32(flat.tailPast),
    tail_table: table(flat.tailTable),
    last: int64(flat.last),
    targets: int64(targets ? run.prompts.flatMap((prompt) => targets[prompt]!) : []),
    prompt_length: int32(flat.promptLength),
    prompt_table: table(flat.promptTable),
    decode_bounds: int32([1, longest]),
    group_bounds: int32([group, longest]),
    ...(hasBundles
      ? {
        bundled: flag(flat.bundles !== undefined),
        ...bundleFeeds(flat.bundles ?? UNUSED_BUNDLES, group),
      }
      : {}),
  };
}

function bundleFeeds(flat: FlatBundles, group: number): Feeds {
  return {
    bundle_source: int64(flat.source),
    bundle_slot_columns: int64(flat.slotColumns),
    bundle_table: int32(flat.table, [flat.lengths.length, flat.width]),
    bundle_length: int32(flat.lengths),
    bundle_bounds: int32([flat.members * group, flat.longest]),
    prompt_bundle: int64(flat.bundle),
    prompt_column: int64(flat.column),
  };
}

/** A tensor of 64-bit integers; a vector unless `dims` says otherwise. */
export function int64(
  values: readonly number[],
  dims: readonly number[] = [values.length],
): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

/** A float32 tensor. */
export function floats(values: readonly number[] | Float32Array, dims: readonly number[]): Tensor {
  return new Tensor("float32", Float32Array.from(values), dims);
}

/** A scalar truth value. */
export function flag(value: boolean): Tensor {
  return new Tensor("bool", [value], []);
}

function int32(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor("int32", Int32Array.from(values), dims);
}
