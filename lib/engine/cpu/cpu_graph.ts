import type { Checkpoint, DecoderConfig } from "../checkpoint/mod.ts";
import { CpuAttention } from "./cpu_attention.ts";
import {
  choiceScores,
  DataType,
  decoderLayers,
  DecoderWeights,
  type GraphScope,
  type LoraSites,
  ModelBuilder,
  oneNumber,
  valueInfo,
} from "../graph/mod.ts";
import { LOOP_STATE, nextState, type StateName } from "./loop_state.ts";
import type { LayerCache } from "./two_part_attention.ts";

/** A role of key and value tensors among the graph's inputs and outputs. */
export type CacheRole = "prefix" | "past" | "recent";

/** Names of the key and value tensors of a role: key and value of layer 0, of layer 1, ... */
export function cacheNames(role: CacheRole, layers: number): string[] {
  return Array.from({ length: layers }, (_, i) => [`${role}_key.${i}`, `${role}_value.${i}`])
    .flat();
}

/** Options of {@linkcode buildCpuGraph}: adapters whose factors and terms are inputs, and the context. */
export interface CpuGraphOptions extends LoraSites {
  /** Positions that the rotary tables cover. */
  readonly contextLength: number;
}

/**
 * Writes the decoder as an ONNX graph over the checkpoint's tensors in place.
 *
 * One run continues a batch of B sequences that share a prefix of P tokens, by
 * up to `max_new` tokens each. Its loop's body is one step of the decoder:
 * first over the batch's T packed new tokens (no linear layer sees padding),
 * then over one token a sequence. The keys and values of the prefix (see
 * {@linkcode LayerCache}) and of the sequences' own earlier tokens, `[kv, B, L,
 * d]`, are inputs that no step copies; those of this run's tokens are carried by
 * the loop and are outputs, `[kv, B, R, d]`, in the order of the slots of each
 * step.
 *
 * Inputs, beside the caches and the LoRA factors: `tokens` [T] and the layout
 * of {@linkcode CpuAttention} (`positions` [T], `slot_token` [B, S],
 * `slot_position` [B, S], `token_slot` [T], `past_position` [B, L]),
 * `last_token` [W] (packed index of each sequence's last token), `targets` [0],
 * `max_new`, `end_ids` [E], `choice_ids` [C], `want_scores`. Outputs:
 * `next_tokens` [N, W] (-1 after the end), `choice_log_probs` [N, W, C] (nats;
 * zeros unless wanted), `done` [W] and the recent keys and values.
 *
 * To score texts, a run of one step takes the packed index of every token as
 * `last_token` and the token after it as `targets` [W]; C is 1.
 */
export function buildCpuGraph(checkpoint: Checkpoint, options: CpuGraphOptions): Uint8Array {
  const model = new ModelBuilder();
  const { config } = checkpoint;
  const inputs = declareInputs(model.main, config);
  const weights = new DecoderWeights(model, checkpoint, { ...options, type: DataType.FLOAT });
  const body = model.main.inner();
  const step = decoderStep(body, { inputs, weights, contextLength: options.contextLength });
  runLoop(model.main, body, { inputs, config, step });
  return model.toBytes([
    valueInfo("next_tokens", DataType.INT64, ["N", "W"]),
    valueInfo("choice_log_probs", DataType.FLOAT, ["N", "W", "C"]),
    valueInfo("done", DataType.BOOL, ["W"]),
    ...cacheInfo(cacheNames("recent", config.layers), config, ["B", "R"]),
  ]);
}

type Inputs = Readonly<Record<string, string>>;

function declareInputs(main: GraphScope, config: DecoderConfig): Inputs {
  const shapes: Record<string, readonly string[]> = {
    tokens: ["T"],
    positions: ["T"],
    slot_token: ["B", "S"],
    slot_position: ["B", "S"],
    token_slot: ["T"],
    last_token: ["W"],
    targets: ["X"],
    past_position: ["B", "L"],
    max_new: [],
    end_ids: ["E"],
    choice_ids: ["C"],
  };
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, main.input(name, DataType.INT64, shape)]),
  );
  inputs.want_scores = main.input("want_scores", DataType.BOOL, []);
  for (const [i, name] of cacheNames("prefix", config.layers).entries()) {
    const width = config.headDim + (i % 2 === 0 ? 1 : 0);
    main.input(name, DataType.FLOAT, [config.kvHeads, "P + 1", width]);
  }
  for (const name of cacheNames("past", config.layers)) {
    main.input(name, DataType.FLOAT, [config.kvHeads, "B", "L", config.headDim]);
  }
  return inputs;
}

/** Keys and values before and after a step, and what else a step gives. */
interface Step {
  readonly before: Readonly<Record<StateName, string>>;
  readonly after: Readonly<Record<StateName, string>>;
  /** Recent keys and values, layer by layer. */
  readonly recent: readonly string[];
  readonly grown: readonly string[];
  /** Whether any sequence goes on. */
  readonly goOn: string;
  /** `[W]` tokens, -1 after the end. */
  readonly emitted: string;
  /** `[W, C]` log-probabilities. */
  readonly scores: string;
}

/** One step of the decoder: the layers over the new tokens, scores, and the greedy choice. */
function decoderStep(
  body: GraphScope,
  { inputs, weights, contextLength }: {
    readonly inputs: Inputs;
    readonly weights: DecoderWeights;
    readonly contextLength: number;
  },
): Step {
  const { config } = weights;
  const before = Object.fromEntries(
    LOOP_STATE.map(([name]) => [name, body.freshName(name)]),
  ) as Record<StateName, string>;
  const attention = new CpuAttention(body, {
    weights,
    contextLength,
    layout: {
      positions: before.positions,
      slotToken: before.slot_token,
      slotPosition: before.slot_position,
      tokenSlot: before.token_slot,
      pastPosition: inputs.past_position!,
      recentPosition: before.recent_position,
      prefixLength: prefixLength(body.main),
    },
  });
  const caches = layerCaches(body, config.layers);
  const grown: string[] = [];
  const hidden = decoderLayers(body, {
    weights,
    tokens: before.tokens,
    attention(layer, qkv): string {
      const { output, keys, values } = attention.attend(layer, qkv, caches[layer]!);
      grown.push(keys, values);
      return output;
    },
    wantedRows: (x) => body.gather(x, before.last_token),
  });
  const logits = weights.logits(body, hidden);
  const scores = choiceScores(body, { logits, targets: inputs.targets! });
  const next = nextState(body, {
    logits,
    vocabSize: config.vocabSize,
    state: before,
    endIds: inputs.end_ids!,
  });
  return {
    before,
    after: { ...next.state, recent_position: attention.recentPosition },
    recent: caches.flatMap(({ recentKey, recentValue }) => [recentKey, recentValue]),
    grown,
    goOn: next.goOn,
    emitted: next.emitted,
    scores,
  };
}

/** `[1]` P, which the prefix's caches have a row more than. */
function prefixLength(main: GraphScope): string {
  return main.sub(main.size(cacheNames("prefix", 1)[0]!, 1), main.int64([1]));
}

function layerCaches(body: GraphScope, layers: number): LayerCache[] {
  return Array.from({ length: layers }, (_, layer) => ({
    prefixKey: `prefix_key.${layer}`,
    prefixValue: `prefix_value.${layer}`,
    pastKey: `past_key.${layer}`,
    pastValue: `past_value.${layer}`,
    recentKey: body.freshName("recent_key"),
    recentValue: body.freshName("recent_value"),
  }));
}

function cacheInfo(
  names: readonly string[],
  { kvHeads, headDim }: DecoderConfig,
  [rows, length]: readonly [rows: string, length: string],
): ReturnType<typeof valueInfo>[] {
  return names.map((name) => valueInfo(name, DataType.FLOAT, [kvHeads, rows, length, headDim]));
}

/** Repeats a step until every sequence has ended, `max_new` times at most. */
function runLoop(
  main: GraphScope,
  body: GraphScope,
  { inputs, config, step: { before, after, recent, grown, goOn, emitted, scores } }: {
    readonly inputs: Inputs;
    readonly config: DecoderConfig;
    readonly step: Step;
  },
): void {
  const renamed: Record<string, string> = { t: "t2", s: "s2", r: "r2" };
  const graph = body.toSubgraph([
    valueInfo(body.freshName("iteration"), DataType.INT64, []),
    valueInfo(body.freshName("condition"), DataType.BOOL, []),
    ...LOOP_STATE.map(([name, type, shape]) => valueInfo(before[name], type, shape)),
    ...cacheInfo(recent, config, ["b", "r"]),
  ], [
    valueInfo(goOn, DataType.BOOL, []),
    ...LOOP_STATE.map(([name, type, shape]) =>
      valueInfo(after[name], type, shape.map((d) => renamed[d] ?? d))
    ),
    ...cacheInfo(grown, config, ["b", "r2"]),
    valueInfo(emitted, DataType.INT64, ["w"]),
    valueInfo(scores, DataType.FLOAT, ["w", "c"]),
  ]);
  const batch = main.size(inputs.slot_token!, 0);
  const notDone = main.filled(main.shape(inputs.last_token!), oneNumber(DataType.BOOL, 0));
  const none = main.filled(
    main.concat([batch, main.int64([0])]),
    oneNumber(DataType.INT64, 0),
  );
  const start = { ...inputs, done: notDone, recent_position: none } as Record<StateName, string>;
  const noCache = main.filled(
    main.concat([main.int64([config.kvHeads]), batch, main.int64([0, config.headDim])]),
  );
  main.outputs("Loop", [
    inputs.max_new!,
    main.true(),
    ...LOOP_STATE.map(([name]) => start[name]),
    ...grown.map(() => noCache),
  ], [
    ...LOOP_STATE.map(([name]) => name === "done" ? "done" : ""),
    ...cacheNames("recent", config.layers),
    "next_tokens",
    "choice_log_probs",
  ], { attributes: { body: { graph } } });
}
