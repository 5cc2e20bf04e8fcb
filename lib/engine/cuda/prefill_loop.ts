import {
  choiceScores,
  DataType,
  decoderLayers,
  type DecoderWeights,
  type GraphScope,
  markNotFinite,
  valueInfo,
} from "../graph/mod.ts";
import { exactLogits, fusedSwiGlu } from "./half_precision.ts";
import type { PagedAttention } from "./paged_attention.ts";
import { CHUNK_PIECES, type ChunkPiece, declareInputs } from "./run_inputs.ts";

/** What both loops of the graph are written over. */
export interface LoopParts {
  /** The weights in the computing type. */
  readonly weights: DecoderWeights;
  /** The attention over the prompts' cache. */
  readonly attention: PagedAttention;
}

/**
 * Adds the loop that computes the prompts of a run, a chunk of them an
 * iteration, so that a run's size is bounded by its cache and not by what one
 * step needs beside it. Returns the first token of each prompt `[B]` and the
 * log-probabilities of the choices `[B, C]` (zeros unless wanted), in the order
 * of the prompts' last tokens. To score texts, every token of a prompt counts as
 * a last one, and `targets` `[B]` has the token after it.
 */
export function prefillLoop(
  main: GraphScope,
  parts: LoopParts,
): { readonly first: string; readonly scores: string } {
  declareInputs(main, "prefill");
  const body = main.inner();
  const iteration = body.freshName("chunk");
  const { best, chosen } = prefillStep(body, iteration, parts);
  const [firstBefore, scoresBefore] = [body.freshName("first"), body.freshName("scores")];
  const condition = body.freshName("condition");
  const firstAfter = body.concat([firstBefore, best]);
  const scoresAfter = body.concat([scoresBefore, chosen]);
  const graph = body.toSubgraph([
    valueInfo(iteration, DataType.INT64, []),
    valueInfo(condition, DataType.BOOL, []),
    valueInfo(firstBefore, DataType.INT64, ["b"]),
    valueInfo(scoresBefore, DataType.FLOAT, ["b", "c"]),
  ], [
    valueInfo(body.op("Identity", [condition]), DataType.BOOL, []),
    valueInfo(firstAfter, DataType.INT64, ["b2"]),
    valueInfo(scoresAfter, DataType.FLOAT, ["b2", "c"]),
  ]);
  const chunks = main.squeeze(main.size("chunk_ranges", 0));
  const [first, scores] = main.outputs(
    "Loop",
    [chunks, main.true(), "no_tokens", "no_scores"],
    ["first_tokens", "choice_log_probs"],
    { attributes: { body: { graph } } },
  );
  return { first: first!, scores: scores! };
}

/** The decoder over one chunk: the greedy token and the scores of each of its last tokens. */
function prefillStep(
  body: GraphScope,
  iteration: string,
  { weights, attention }: LoopParts,
): { readonly best: string; readonly chosen: string } {
  const range = body.gather("chunk_ranges", iteration);
  const bound = (at: number): string => body.slice(range, body.int64([at]), body.int64([at + 1]));
  const bounds = Object.fromEntries(
    CHUNK_PIECES.map((piece, i) => [piece, [bound(2 * i), bound(2 * i + 1)]]),
  ) as Record<ChunkPiece, [string, string]>;
  const take = (input: string, piece: ChunkPiece): string => body.slice(input, ...bounds[piece]);
  const sequences = {
    positions: body.unsqueeze(take("positions", "tokens"), 1),
    slots: take("slots", "tokens"),
    offsets: take("offsets", "offsets"),
    past: take("past", "sequences"),
    table: take("table", "sequences"),
    bounds: body.gather("chunk_bounds", iteration),
  };
  const tails = {
    source: take("tail_source", "tails"),
    slots: take("tail_slots", "tails"),
    offsets: take("tail_offsets", "tail_offsets"),
    past: take("tail_past", "tail_sequences"),
    table: take("tail_table", "tail_sequences"),
    bounds: body.gather("tail_bounds", iteration),
  };
  const last = take("last", "last");
  const targets = take("targets", "last");
  const hidden = decoderLayers(body, {
    tokens: take("tokens", "tokens"),
    weights,
    gated: (gate, up) => fusedSwiGlu(body, weights, { gate, up }),
    attention: (layer, inputs) => attention.prefill(body, layer, { inputs, sequences, tails }),
    wantedRows: (x) => body.gather(x, last),
  });
  const logits = weights.logits(body, hidden);
  const best = greedy(body, logits);
  const chosen = choiceScores(body, {
    logits,
    targets,
    exactLogits: (scope) => exactLogits(scope, weights, hidden),
  });
  return { best, chosen };
}

/** `[B]` position of the largest of `[B, vocabulary]` logits, marked where they are not all finite. */
export function greedy(scope: GraphScope, logits: string): string {
  return markNotFinite(scope, { tokens: scope.argMax(logits), logits });
}
