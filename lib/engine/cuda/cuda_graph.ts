import type { Checkpoint } from "../checkpoint/mod.ts";
import {
  DataType,
  DecoderWeights,
  type GraphScope,
  type LoraSites,
  ModelBuilder,
  valueInfo,
} from "../graph/mod.ts";
import { BundledDecoding } from "./bundles/bundled_decoding.ts";
import type { BundleShape } from "./bundles/bundle_shape.ts";
import { decodeLoop } from "./decode_loop.ts";
import { type HalfType, storedHalfType } from "./half_precision.ts";
import { type Decoding, PagedAttention } from "./paged_attention.ts";
import { pagedDecoding } from "./paged_decoding.ts";
import { type LoopParts, prefillLoop } from "./prefill_loop.ts";
import { declareInputs } from "./run_inputs.ts";

/** Options of {@linkcode buildCudaGraph}: adapters whose factors and terms are inputs, and more. */
export interface CudaGraphOptions extends LoraSites {
  /** Positions that the rotary tables cover. */
  readonly contextLength: number;
  /** Type to compute in; the stored one when left out, which alone needs no second copy of a weight. */
  readonly halfType?: HalfType;
  /** Other ways of decoding than the fastest, as a benchmark's comparison. */
  readonly decoding?: Decoding;
  /** How sequences of one prefix may be decoded together; each by itself when left out. */
  readonly bundles?: BundleShape;
}

/**
 * Writes the decoder as an ONNX graph for CUDA over the checkpoint's tensors in
 * place, in bfloat16 or float16. One run answers a whole batch of prompts: a
 * first loop computes them, chunk by chunk, into a cache of blocks; a second
 * loop decodes until every sequence has ended: each sequence by itself, or, when
 * the run says `bundled`, those of one prefix together (see `BundleShape`). The
 * cache never leaves the device, and the host waits once a run.
 *
 * Inputs: those of `RunArrays` and `BundleArrays`, the LoRA factors with their
 * scale, `end_ids` [E], `choice_ids` [C], `want_scores`, and the empty
 * `no_tokens` [0] and `no_scores` [0, C]. Outputs: `first_tokens` [B],
 * `next_tokens` [steps, B] (-1 for the end token and after it) and
 * `choice_log_probs` [B, C] (nats; zeros unless wanted).
 *
 * Source: block tables as in Kwon et al. 2023, arXiv:2309.06180.
 */
export function buildCudaGraph(
  checkpoint: Checkpoint,
  { halfType = storedHalfType(checkpoint), ...options }: CudaGraphOptions,
): Uint8Array {
  const model = new ModelBuilder();
  const { main } = model;
  declareInputs(main, "cache");
  const type = halfType === "float16" ? DataType.FLOAT16 : DataType.BFLOAT16;
  const weights = new DecoderWeights(model, checkpoint, { ...options, type });
  const parts = { weights, attention: new PagedAttention(weights, options) };
  const { first, scores } = prefillLoop(main, parts);
  const next = decode(main, first, { parts, ...options });
  return model.toBytes([
    valueInfo(first, DataType.INT64, ["B"]),
    valueInfo(next, DataType.INT64, ["steps", "B"]),
    valueInfo(scores, DataType.FLOAT, ["B", "C"]),
  ]);
}

/** Adds the decoding loop, or both of them and the choice; returns `[steps, B]` tokens. */
function decode(
  main: GraphScope,
  first: string,
  { parts, bundles }: { readonly parts: LoopParts; readonly bundles?: BundleShape },
): string {
  declareInputs(main, "decoding");
  const count = main.shape(first);
  const constants = { count, rows: main.range(count) };
  const alone = pagedDecoding(main, constants, parts);
  const loop = { first, parts, constants };
  if (!bundles) {
    const next = decodeLoop(main, { ...loop, way: alone });
    return main.outputs("Identity", [next], ["next_tokens"])[0]!;
  }
  const type = { type: DataType.INT64, shape: ["steps", "B"] };
  const isBundled = main.input("bundled", DataType.BOOL, []);
  const [together, apart] = [main.inner(), main.inner()];
  const way = new BundledDecoding(together, constants, { ...parts, shape: bundles });
  const bundled = together.branch(decodeLoop(together, { ...loop, way }), type);
  const single = apart.branch(decodeLoop(apart, { ...loop, way: alone }), type);
  return main.choose(isBundled, bundled, single, "next_tokens");
}
