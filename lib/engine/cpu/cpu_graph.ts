import {
  type Checkpoint,
  layerTensor,
  type LinearModule,
  type LoraTerm,
} from "../checkpoint/mod.ts";
import { CpuAttention, type HeadNorms } from "./cpu_attention.ts";
import {
  choiceScores,
  DataType,
  decoderLayers,
  GraphScope,
  LinearLayers,
  ModelBuilder,
  tensor,
  valueInfo,
  WeightReader,
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

/** Options of {@linkcode buildCpuGraph}. */
export interface CpuGraphOptions {
  /** Module kinds whose LoRA factors are inputs of the graph. */
  readonly loraModules: readonly LinearModule[];
  /** What adapters may have beside their factors, also as inputs; nothing when left out. */
  readonly loraTerms?: readonly LoraTerm[];
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
  const inputs = declareInputs(model, checkpoint);
  const weights = new WeightReader(model, checkpoint);
  const linear = new LinearLayers(model, checkpoint, {
    ...options,
    reader: weights,
    weight: (name) => weights.float(name),
  });
  buildLoop(model, checkpoint, { inputs, weights, linear, options });
  const { kvHeads, headDim, layers } = checkpoint.config;
  return model.toBytes([
    valueInfo("next_tokens", DataType.INT64, ["N", "W"]),
    valueInfo("choice_log_probs", DataType.FLOAT, ["N", "W", "C"]),
    valueInfo("done", DataType.BOOL, ["W"]),
    ...cacheNames("recent", layers).map((name) =>
      valueInfo(name, DataType.FLOAT, [kvHeads, "B", "R", headDim])
    ),
  ]);
}

interface LoopParts {
  readonly inputs: Readonly<Record<string, string>>;
  readonly weights: WeightReader;
  readonly linear: LinearLayers;
  readonly options: CpuGraphOptions;
}

function declareInputs(model: ModelBuilder, { config }: Checkpoint): Record<string, string> {
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
    Object.entries(shapes).map(([name, shape]) => [name, model.input(name, DataType.INT64, shape)]),
  );
  inputs.want_scores = model.input("want_scores", DataType.BOOL, []);
  for (const [i, name] of cacheNames("prefix", config.layers).entries()) {
    const width = config.headDim + (i % 2 === 0 ? 1 : 0);
    model.input(name, DataType.FLOAT, [config.kvHeads, "P + 1", width]);
  }
  for (const name of cacheNames("past", config.layers)) {
    model.input(name, DataType.FLOAT, [config.kvHeads, "B", "L", config.headDim]);
  }
  return inputs;
}

function buildLoop(
  model: ModelBuilder,
  checkpoint: Checkpoint,
  { inputs, weights, linear, options }: LoopParts,
): void {
  const { config } = checkpoint;
  const { main } = model;
  const body = new GraphScope(model);
  const state = Object.fromEntries(
    LOOP_STATE.map(([name]) => [name, model.freshName(name)]),
  ) as Record<
    StateName,
    string
  >;
  const attention = new CpuAttention(model, body, {
    config,
    contextLength: options.contextLength,
    layout: {
      positions: state.positions,
      slotToken: state.slot_token,
      slotPosition: state.slot_position,
      tokenSlot: state.token_slot,
      pastPosition: inputs.past_position!,
      recentPosition: state.recent_position,
      prefixLength: main.op("Sub", [
        main.op("Shape", [cacheNames("prefix", 1)[0]!], {
          attributes: { start: { int: 1 }, end: { int: 2 } },
        }),
        model.int64([1]),
      ]),
    },
  });
  const prefix = cacheNames("prefix", config.layers);
  const past = cacheNames("past", config.layers);
  const caches: LayerCache[] = Array.from({ length: config.layers }, (_, layer) => ({
    prefixKey: prefix[2 * layer]!,
    prefixValue: prefix[2 * layer + 1]!,
    pastKey: past[2 * layer]!,
    pastValue: past[2 * layer + 1]!,
    recentKey: model.freshName("recent_key"),
    recentValue: model.freshName("recent_value"),
  }));
  const grown: string[] = [];
  const hidden = decoderLayers(model, body, {
    config,
    tokens: state.tokens,
    ops: {
      weight: (name) => weights.float(name),
      linear: (x, layer) => linear.apply(body, x, layer),
      attention(layer, qkv): string {
        const { output, keys, values } = attention.attend(layer, qkv, {
          cache: caches[layer]!,
          ...(config.queryKeyNorm ? { norms: headNorms(weights, layer) } : {}),
        });
        grown.push(keys, values);
        return output;
      },
      wantedRows: (x) => body.op("Gather", [x, state.last_token]),
    },
  });
  const head = config.tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  const logits = body.op("Gemm", [hidden, weights.float(head)], {
    attributes: { transB: { int: 1 } },
  });
  const scores = choiceScores(model, body, { logits, targets: inputs.targets! });
  const next = nextState(model, body, {
    logits,
    vocabSize: config.vocabSize,
    state,
    endIds: inputs.end_ids!,
  });

  const cacheInfo = (names: readonly string[], length: string): ReturnType<typeof valueInfo>[] =>
    names.map((name) =>
      valueInfo(name, DataType.FLOAT, [config.kvHeads, "b", length, config.headDim])
    );
  const afterStep: Record<StateName, string> = {
    ...next.state,
    recent_position: attention.recentPosition,
  };
  const renamed: Record<string, string> = { t: "t2", s: "s2", r: "r2" };
  const bodyGraph = body.toSubgraph([
    valueInfo(model.freshName("iteration"), DataType.INT64, []),
    valueInfo(model.freshName("condition"), DataType.BOOL, []),
    ...LOOP_STATE.map(([name, type, shape]) => valueInfo(state[name], type, shape)),
    ...cacheInfo(caches.flatMap(({ recentKey, recentValue }) => [recentKey, recentValue]), "r"),
  ], [
    valueInfo(next.goOn, DataType.BOOL, []),
    ...LOOP_STATE.map(([name, type, shape]) =>
      valueInfo(afterStep[name], type, shape.map((d) => renamed[d] ?? d))
    ),
    ...cacheInfo(grown, "r2"),
    valueInfo(next.emitted, DataType.INT64, ["w"]),
    valueInfo(scores, DataType.FLOAT, ["w", "c"]),
  ]);

  const batch = main.op("Shape", [inputs.slot_token!], { attributes: { end: { int: 1 } } });
  const join = (parts: readonly string[]): string =>
    main.op("Concat", parts, { attributes: { axis: { int: 0 } } });
  const notDone = main.op("ConstantOfShape", [main.op("Shape", [inputs.last_token!])], {
    attributes: { value: { tensor: tensor(DataType.BOOL, [1], Uint8Array.of(0)) } },
  });
  const none = main.op("ConstantOfShape", [join([batch, model.int64([0])])], {
    attributes: { value: { tensor: tensor(DataType.INT64, [1], new Uint8Array(8)) } },
  });
  const start: Record<StateName, string> = {
    ...(inputs as Record<StateName, string>),
    done: notDone,
    recent_position: none,
  };
  const noCache = main.op("ConstantOfShape", [
    join([model.int64([config.kvHeads]), batch, model.int64([0, config.headDim])]),
  ]);
  main.outputs("Loop", [
    inputs.max_new!,
    model.true(),
    ...LOOP_STATE.map(([name]) => start[name]),
    ...grown.map(() => noCache),
  ], [
    ...LOOP_STATE.map(([name]) => name === "done" ? "done" : ""),
    ...cacheNames("recent", config.layers),
    "next_tokens",
    "choice_log_probs",
  ], { attributes: { body: { graph: bodyGraph } } });
}

function headNorms(weights: WeightReader, layer: number): HeadNorms {
  return {
    query: weights.float(layerTensor(layer, "self_attn.q_norm")),
    key: weights.float(layerTensor(layer, "self_attn.k_norm")),
  };
}
