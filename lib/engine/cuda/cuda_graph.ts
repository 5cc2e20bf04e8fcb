import type { Checkpoint, LinearModule, LoraTerm } from "../checkpoint/mod.ts";
import { type Attribute, DataType, GraphScope, ModelBuilder, valueInfo } from "../graph/mod.ts";
import { BundledDecoding } from "./bundled_decoding.ts";
import type { BundleShape } from "./bundle_shape.ts";
import { decodeConstants, decodeLoop } from "./decode_loop.ts";
import { DeviceWeights, type HalfType } from "./device_weights.ts";
import { type Decoding, PagedAttention } from "./paged_attention.ts";
import { pagedDecoding } from "./paged_decoding.ts";
import { type LoopParts, prefillLoop } from "./prefill_loop.ts";

/** Options of {@linkcode buildCudaGraph}. */
export interface CudaGraphOptions {
  /** Module kinds whose LoRA factors are inputs of the graph. */
  readonly loraModules: readonly LinearModule[];
  /** What adapters may have beside their factors, also as inputs; nothing when left out. */
  readonly loraTerms?: readonly LoraTerm[];
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
 * Inputs: those of a `FlatRun` (see `flattenRun`), the LoRA factors with their
 * scale, `end_ids` [E], `choice_ids` [C], `want_scores`, and the empty
 * `no_tokens` [0] and `no_scores` [0, C]. Outputs: `first_tokens` [B],
 * `next_tokens` [steps, B] (-1 for the end token and after it) and
 * `choice_log_probs` [B, C] (nats; zeros unless wanted).
 *
 * Source: block tables as in Kwon et al. 2023, arXiv:2309.06180.
 */
export function buildCudaGraph(
  checkpoint: Checkpoint,
  options: CudaGraphOptions,
): Uint8Array {
  const { config } = checkpoint;
  const model = new ModelBuilder();
  const blocks = model.input("blocks", DataType.INT64, [1]);
  const weights = new DeviceWeights(model, checkpoint, options);
  const attention = new PagedAttention(model, { ...options, config, weights, blocks });
  const { first, scores } = prefillLoop(model, { config, weights, attention });
  const next = decode(model, first, { parts: { config, weights, attention }, ...options });
  return model.toBytes([
    valueInfo(first, DataType.INT64, ["B"]),
    valueInfo(next, DataType.INT64, ["steps", "B"]),
    valueInfo(scores, DataType.FLOAT, ["B", "C"]),
  ]);
}

/** Adds the decoding loop, or both of them and the choice; returns `[steps, B]` tokens. */
function decode(
  model: ModelBuilder,
  first: string,
  { parts, bundles }: { readonly parts: LoopParts; readonly bundles?: BundleShape },
): string {
  const { main } = model;
  const constants = decodeConstants(model, first);
  const alone = pagedDecoding(model, constants, parts);
  const loop = { first, parts, constants };
  if (!bundles) {
    const next = decodeLoop(model, main, { ...loop, way: alone });
    return main.outputs("Identity", [next], ["next_tokens"])[0]!;
  }
  const branch = (write: (scope: GraphScope) => string): Attribute => {
    const scope = new GraphScope(model);
    const next = write(scope);
    return { graph: scope.toSubgraph([], [valueInfo(next, DataType.INT64, ["steps", "B"])]) };
  };
  return main.outputs("If", [model.input("bundled", DataType.BOOL, [])], ["next_tokens"], {
    attributes: {
      then_branch: branch((scope) => {
        const way = new BundledDecoding(model, scope, {
          constants,
          parts: { ...parts, shape: bundles },
        });
        return decodeLoop(model, scope, { ...loop, way });
      }),
      else_branch: branch((scope) => decodeLoop(model, scope, { ...loop, way: alone })),
    },
  })[0]!;
}
