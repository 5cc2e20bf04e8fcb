import { adaptedLayers } from "./adapter.ts";
import { type Checkpoint, layerTensor, type LinearModule } from "./checkpoint.ts";
import { CpuAttention, type HeadNorms, type LayerCache } from "./cpu_attention.ts";
import { decoderLayers } from "./decoder_layers.ts";
import { DataType, GraphScope, ModelBuilder, tensor, valueInfo } from "./graph_builder.ts";
import { WeightReader } from "./weight_reader.ts";

/** Input names of the two LoRA factors of one linear layer. */
export function loraInputs(layer: string): { readonly a: string; readonly b: string } {
  return { a: `${layer}.lora_A`, b: `${layer}.lora_B` };
}

/** Input name of the factor on every adapter product of a run. */
export const LORA_SCALE = "lora_scale";

/** A role of key and value tensors among the graph's inputs and outputs. */
export type CacheRole = "prefix" | "own" | "prefix_out" | "own_out";

/** Names of the key and value tensors of a role: key and value of layer 0, of layer 1, ... */
export function cacheNames(role: CacheRole, layers: number): string[] {
  return Array.from({ length: layers }, (_, i) => [`${role}_key.${i}`, `${role}_value.${i}`])
    .flat();
}

/** Options of {@linkcode buildCpuGraph}. */
export interface CpuGraphOptions {
  /** Module kinds whose LoRA factors are inputs of the graph. */
  readonly loraModules: readonly LinearModule[];
  /** Positions that the rotary tables cover. */
  readonly contextLength: number;
}

/**
 * Writes the decoder as an ONNX graph over the checkpoint's tensors in place.
 *
 * One run continues a batch of B sequences that share a prefix of P tokens, by
 * up to `max_new` tokens each. Its loop's body is one step of the decoder:
 * first over the batch's T packed new tokens (no linear layer sees padding),
 * then over one token a sequence. The prefix's keys and values are inputs
 * `[kv, P, d]`, which no step copies; the sequences' own, `[kv, B, L, d]`, are
 * carried by the loop.
 *
 * A prefix is computed by the same graph as one sequence and one step: the
 * outputs `prefix_out_*` (prefix and own tokens joined, given when
 * `want_prefix`) are the next run's prefix. A batch is continued by feeding
 * `own_out_*` and `own_position_out` back; `keep` picks the sequences that go on.
 *
 * Inputs, beside the caches and the LoRA factors: `tokens` [T] and the layout
 * of {@linkcode CpuAttention} (`positions` [T], `slot_token` [B, S],
 * `slot_position` [B, S], `token_slot` [T], `own_position` [B0, L0]),
 * `last_token` [B] (packed index of each sequence's last token), `keep` [B],
 * `max_new`, `end_ids` [E], `choice_ids` [C], `want_scores`, `want_prefix`.
 * Outputs: `next_tokens` [N, B] (-1 after the end), `choice_log_probs`
 * [N, B, C] (nats; zeros unless wanted), `done` [B] and the caches.
 */
export function buildCpuGraph(checkpoint: Checkpoint, options: CpuGraphOptions): Uint8Array {
  const model = new ModelBuilder();
  const inputs = declareInputs(model, checkpoint);
  const linear = linearLayers(model, checkpoint, options.loraModules);
  const loop = buildLoop(model, checkpoint, { inputs, linear, options });
  const prefixOut = joinPrefix(model, checkpoint, loop.ownOut);
  const { kvHeads, headDim } = checkpoint.config;
  return model.toBytes([
    valueInfo("next_tokens", DataType.INT64, ["N", "B"]),
    valueInfo("choice_log_probs", DataType.FLOAT, ["N", "B", "C"]),
    valueInfo("done", DataType.BOOL, ["B"]),
    valueInfo("own_position_out", DataType.INT64, ["B", "L"]),
    ...loop.ownOut.map((name) => valueInfo(name, DataType.FLOAT, [kvHeads, "B", "L", headDim])),
    ...prefixOut.map((name) => valueInfo(name, DataType.FLOAT, [kvHeads, "PL", headDim])),
  ]);
}

/** The loop's state in order, with its element type and shape; the caches follow it. */
const STATE = [
  ["tokens", DataType.INT64, ["t"]],
  ["positions", DataType.INT64, ["t"]],
  ["slot_token", DataType.INT64, ["b", "s"]],
  ["slot_position", DataType.INT64, ["b", "s"]],
  ["token_slot", DataType.INT64, ["t"]],
  ["last_token", DataType.INT64, ["b"]],
  ["done", DataType.BOOL, ["b"]],
  ["own_position", DataType.INT64, ["b", "l"]],
] as const;

type StateName = typeof STATE[number][0];
type LinearLayer = (scope: GraphScope, x: string, layer: string) => string;

interface LoopParts {
  readonly inputs: Readonly<Record<string, string>>;
  readonly linear: LinearLayer;
  readonly options: CpuGraphOptions;
}

function declareInputs(model: ModelBuilder, { config }: Checkpoint): Record<string, string> {
  const shapes: Record<string, readonly string[]> = {
    tokens: ["T"],
    positions: ["T"],
    slot_token: ["B", "S"],
    slot_position: ["B", "S"],
    token_slot: ["T"],
    last_token: ["B"],
    own_position: ["B0", "L0"],
    keep: ["B"],
    max_new: [],
    end_ids: ["E"],
    choice_ids: ["C"],
  };
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, model.input(name, DataType.INT64, shape)]),
  );
  for (const name of ["want_scores", "want_prefix"]) {
    inputs[name] = model.input(name, DataType.BOOL, []);
  }
  for (const name of cacheNames("prefix", config.layers)) {
    model.input(name, DataType.FLOAT, [config.kvHeads, "P", config.headDim]);
  }
  for (const name of cacheNames("own", config.layers)) {
    model.input(name, DataType.FLOAT, [config.kvHeads, "B0", "L0", config.headDim]);
  }
  return inputs;
}

/** `y = x W^T + b + scale * (x A^T) B^T`, the last term where the layer's module takes an adapter. */
function linearLayers(
  model: ModelBuilder,
  checkpoint: Checkpoint,
  loraModules: readonly LinearModule[],
): LinearLayer {
  const weights = new WeightReader(model, checkpoint);
  const adapted = new Map<string, { a: string; b: string }>();
  if (loraModules.length > 0) model.input(LORA_SCALE, DataType.FLOAT, []);
  for (const layer of adaptedLayers(checkpoint, loraModules)) {
    const [out, inner] = weights.shape(`${layer}.weight`) as [number, number];
    const names = loraInputs(layer);
    const a = model.input(names.a, DataType.FLOAT, [`${names.a}.rank`, inner]);
    const b = model.input(names.b, DataType.FLOAT, [out, `${names.a}.rank`]);
    adapted.set(layer, { a, b: model.main.op("Mul", [b, LORA_SCALE]) });
  }
  const transposed = { attributes: { transB: { int: 1 } } };
  return (scope, x, layer) => {
    const bias = weights.has(`${layer}.bias`) ? [weights.float(`${layer}.bias`)] : [];
    const y = scope.op("Gemm", [x, weights.float(`${layer}.weight`), ...bias], transposed);
    const lora = adapted.get(layer);
    if (!lora) return y;
    return scope.op("Gemm", [scope.op("Gemm", [x, lora.a], transposed), lora.b, y], transposed);
  };
}

function buildLoop(
  model: ModelBuilder,
  checkpoint: Checkpoint,
  { inputs, linear, options }: LoopParts,
): { ownOut: string[] } {
  const { config } = checkpoint;
  const { main } = model;
  const body = new GraphScope(model);
  const state = Object.fromEntries(STATE.map(([name]) => [name, model.freshName(name)])) as Record<
    StateName,
    string
  >;
  const weights = new WeightReader(model, checkpoint);
  const attention = new CpuAttention(model, body, {
    config,
    contextLength: options.contextLength,
    layout: {
      positions: state.positions,
      slotToken: state.slot_token,
      slotPosition: state.slot_position,
      tokenSlot: state.token_slot,
      ownPosition: state.own_position,
    },
  });
  const prefix = cacheNames("prefix", config.layers);
  const caches: LayerCache[] = Array.from({ length: config.layers }, (_, layer) => ({
    prefixKey: prefix[2 * layer]!,
    prefixValue: prefix[2 * layer + 1]!,
    ownKey: model.freshName("own_key"),
    ownValue: model.freshName("own_value"),
  }));
  const grown: string[] = [];
  const hidden = decoderLayers(model, body, {
    config,
    tokens: state.tokens,
    ops: {
      weight: (name) => weights.float(name),
      linear: (x, layer) => linear(body, x, layer),
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
  const scores = choiceScores(model, body, logits);
  const next = nextState(model, body, { logits, state, endIds: inputs.end_ids! });

  const cacheInfo = (names: readonly string[], length: string): ReturnType<typeof valueInfo>[] =>
    names.map((name) =>
      valueInfo(name, DataType.FLOAT, [config.kvHeads, "b", length, config.headDim])
    );
  const afterStep: Record<StateName, string> = {
    ...next.state,
    own_position: attention.ownPosition,
  };
  const renamed: Record<string, string> = { t: "t2", s: "s2", l: "l2" };
  const bodyGraph = body.toSubgraph([
    valueInfo(model.freshName("iteration"), DataType.INT64, []),
    valueInfo(model.freshName("condition"), DataType.BOOL, []),
    ...STATE.map(([name, type, shape]) => valueInfo(state[name], type, shape)),
    ...cacheInfo(caches.flatMap(({ ownKey, ownValue }) => [ownKey, ownValue]), "l"),
  ], [
    valueInfo(next.goOn, DataType.BOOL, []),
    ...STATE.map(([name, type, shape]) =>
      valueInfo(afterStep[name], type, shape.map((d) => renamed[d] ?? d))
    ),
    ...cacheInfo(grown, "l2"),
    valueInfo(next.emitted, DataType.INT64, ["b"]),
    valueInfo(scores, DataType.FLOAT, ["b", "c"]),
  ]);

  const keep = inputs.keep!;
  const notDone = main.op("ConstantOfShape", [main.op("Shape", [keep])], {
    attributes: { value: { tensor: tensor(DataType.BOOL, [1], Uint8Array.of(0)) } },
  });
  const start: Record<StateName, string> = {
    ...(inputs as Record<StateName, string>),
    done: notDone,
    own_position: main.op("Gather", [inputs.own_position!, keep]),
  };
  const kept = cacheNames("own", config.layers).map((name) =>
    main.op("Gather", [name, keep], { attributes: { axis: { int: 1 } } })
  );
  const ownOut = cacheNames("own_out", config.layers);
  const outputNames: Partial<Record<StateName, string>> = {
    done: "done",
    own_position: "own_position_out",
  };
  main.outputs("Loop", [
    inputs.max_new!,
    model.true(),
    ...STATE.map(([name]) => start[name]),
    ...kept,
  ], [
    ...STATE.map(([name]) => outputNames[name] ?? ""),
    ...ownOut,
    "next_tokens",
    "choice_log_probs",
  ], { attributes: { body: { graph: bodyGraph } } });
  return { ownOut };
}

function headNorms(weights: WeightReader, layer: number): HeadNorms {
  return {
    query: weights.float(layerTensor(layer, "self_attn.q_norm")),
    key: weights.float(layerTensor(layer, "self_attn.k_norm")),
  };
}

/** `[b, c]` log-probabilities of the choices when wanted, else zeros: the sum over the vocabulary is not free. */
function choiceScores(model: ModelBuilder, body: GraphScope, logits: string): string {
  const wanted = new GraphScope(model);
  const normalizer = wanted.op("ReduceLogSumExp", [logits, model.int64([1])], {
    attributes: { keepdims: { int: 1 } },
  });
  const chosen = wanted.op("Gather", [logits, "choice_ids"], { attributes: { axis: { int: 1 } } });
  const scores = wanted.op("Sub", [chosen, normalizer]);
  const unwanted = new GraphScope(model);
  const shape = unwanted.op("Concat", [
    unwanted.op("Shape", [logits], { attributes: { end: { int: 1 } } }),
    unwanted.op("Shape", ["choice_ids"]),
  ], { attributes: { axis: { int: 0 } } });
  const zeros = unwanted.op("ConstantOfShape", [shape]);
  const branch = (scope: GraphScope, name: string): ReturnType<GraphScope["toSubgraph"]> =>
    scope.toSubgraph([], [valueInfo(name, DataType.FLOAT, ["b", "c"])]);
  return body.op("If", ["want_scores"], {
    attributes: {
      then_branch: { graph: branch(wanted, scores) },
      else_branch: { graph: branch(unwanted, zeros) },
    },
  });
}

/** Greedy choice of the next token, and the state in which each sequence has that one token to process. */
function nextState(
  model: ModelBuilder,
  body: GraphScope,
  { logits, state, endIds }: {
    readonly logits: string;
    readonly state: Readonly<Record<StateName, string>>;
    readonly endIds: string;
  },
): { emitted: string; goOn: string; state: Omit<Record<StateName, string>, "own_position"> } {
  const best = body.op("ArgMax", [logits], {
    attributes: { axis: { int: 1 }, keepdims: { int: 0 } },
  });
  const column = (x: string): string => body.op("Unsqueeze", [x, model.int64([1])]);
  const toInt = (x: string): string =>
    body.op("Cast", [x], { attributes: { to: { int: DataType.INT64 } } });
  const toBool = (x: string): string =>
    body.op("Cast", [x], { attributes: { to: { int: DataType.BOOL } } });
  const matches = toInt(body.op("Equal", [column(best), endIds]));
  const ended = toBool(body.op("ReduceMax", [matches, model.int64([1])], {
    attributes: { keepdims: { int: 0 } },
  }));
  const done = body.op("Or", [state.done, ended]);
  const allDone = toBool(body.op("ReduceMin", [toInt(done)], {
    attributes: { keepdims: { int: 0 } },
  }));
  const last = body.op("Gather", [state.positions, state.last_token]);
  const position = body.op("Add", [last, model.int64(1)]);
  const count = body.op("Squeeze", [body.op("Shape", [best]), model.int64([0])]);
  const rows = body.op("Range", [model.int64(0), count, model.int64(1)]);
  const copy = (): string => body.op("Identity", [rows]);
  return {
    emitted: body.op("Where", [done, model.int64(-1), best]),
    goOn: body.op("Not", [allDone]),
    state: {
      tokens: best,
      positions: position,
      slot_token: column(rows),
      slot_position: column(position),
      token_slot: copy(),
      last_token: copy(),
      done,
    },
  };
}

/** Joins the prefix with the first sequence's own tokens, layer by layer, when `want_prefix`. */
function joinPrefix(
  model: ModelBuilder,
  { config }: Checkpoint,
  ownOut: readonly string[],
): string[] {
  const prefixOut = cacheNames("prefix_out", config.layers);
  const shape = [config.kvHeads, "pl", config.headDim];
  const branch = (
    write: (scope: GraphScope, i: number) => string,
  ): ReturnType<GraphScope["toSubgraph"]> => {
    const scope = new GraphScope(model);
    const names = prefixOut.map((_, i) => write(scope, i));
    return scope.toSubgraph([], names.map((name) => valueInfo(name, DataType.FLOAT, shape)));
  };
  const prefix = cacheNames("prefix", config.layers);
  const joined = branch((scope, i) =>
    scope.op("Concat", [
      prefix[i]!,
      scope.op("Gather", [ownOut[i]!, model.int64(0)], { attributes: { axis: { int: 1 } } }),
    ], { attributes: { axis: { int: 1 } } })
  );
  const nothing = branch((scope) =>
    scope.op("ConstantOfShape", [model.int64([config.kvHeads, 0, config.headDim])])
  );
  model.main.outputs("If", ["want_prefix"], prefixOut, {
    attributes: { then_branch: { graph: joined }, else_branch: { graph: nothing } },
  });
  return prefixOut;
}
