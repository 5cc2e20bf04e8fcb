import type { Checkpoint, LinearModule } from "../checkpoint.ts";
import { DataType, ModelBuilder, valueInfo } from "../graph_builder.ts";
import { decodeLoop } from "./decode_loop.ts";
import { DeviceWeights, type HalfType } from "./device_weights.ts";
import { PagedAttention } from "./paged_attention.ts";
import { prefillLoop } from "./prefill_loop.ts";

/** Options of {@linkcode buildCudaGraph}. */
export interface CudaGraphOptions {
  /** Module kinds whose LoRA factors are inputs of the graph. */
  readonly loraModules: readonly LinearModule[];
  /** Positions that the rotary tables cover. */
  readonly contextLength: number;
  /** Type to compute in; the stored one when left out, which alone needs no second copy of a weight. */
  readonly halfType?: HalfType;
  /** False to decode a query head at a time, as a benchmark's comparison; see `PagedAttention.decode`. */
  readonly groupsQueries?: boolean;
}

/**
 * Writes the decoder as an ONNX graph for CUDA over the checkpoint's tensors in
 * place, in bfloat16 or float16. One run answers a whole batch of prompts: a
 * first loop computes them, chunk by chunk, into a cache of blocks; a second
 * loop decodes until every sequence has ended. The cache never leaves the
 * device, and the host waits once a run.
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
  const next = decodeLoop(model, first, { config, weights, attention });
  return model.toBytes([
    valueInfo(first, DataType.INT64, ["B"]),
    valueInfo(next, DataType.INT64, ["steps", "B"]),
    valueInfo(scores, DataType.FLOAT, ["B", "C"]),
  ]);
}
