import { decoderLayers } from "../decoder_layers.ts";
import { DataType, GraphScope, type ModelBuilder, tensor, valueInfo } from "../graph_builder.ts";
import { blockSize, type DecodeLayout, groupSize } from "./paged_attention.ts";
import { greedy, type LoopParts } from "./prefill_loop.ts";

/** The loop's state in order: one row a sequence that has not ended. */
const STATE = [
  ["tokens", DataType.INT64, ["b"]],
  ["past", DataType.INT32, ["b"]],
  ["table", DataType.INT32, ["b", "m"]],
  ["rows", DataType.INT64, ["b"]],
] as const;

type StateName = typeof STATE[number][0];
type State = Readonly<Record<StateName, string>>;

/**
 * Adds the loop that decodes one token a sequence an iteration, from the first
 * tokens on. A sequence that has met an end token leaves the state, so it costs
 * nothing any more; the loop ends with the last of them. Returns
 * `[steps, B]` tokens, -1 for the end token and after it.
 */
export function decodeLoop(
  model: ModelBuilder,
  first: string,
  { config, weights, attention }: LoopParts,
): string {
  const { main } = model;
  model.input("decode_steps", DataType.INT64, []);
  model.input("end_ids", DataType.INT64, ["E"]);
  model.input("prompt_length", DataType.INT32, ["B"]);
  model.input("prompt_table", DataType.INT32, ["B", "M"]);
  model.input("decode_bounds", DataType.INT32, [2]);
  model.input("group_bounds", DataType.INT32, [2]);
  const count = main.op("Shape", [first]);
  const rows = rangeOf(model, count);
  const constants = {
    count,
    offsets: offsetsOf(model, count, 1),
    groupOffsets: offsetsOf(model, count, groupSize(config)),
    repeat: repeated(model, rows, groupSize(config)),
    blank: main.op("ConstantOfShape", [count], {
      attributes: {
        value: {
          tensor: tensor(
            DataType.INT64,
            [1],
            new Uint8Array(BigInt64Array.of(-1n).buffer),
          ),
        },
      },
    }),
  };

  const body = new GraphScope(model);
  const state = Object.fromEntries(
    STATE.map(([name]) => [name, model.freshName(name)]),
  ) as State;
  const layout = stepLayout(model, body, { state, constants, group: groupSize(config) });
  const slots = newSlots(model, body, state, { size: blockSize(config), repeat: layout.repeat });
  const hidden = decoderLayers(model, body, {
    config,
    tokens: state.tokens,
    ops: {
      weight: (name) => weights.weight(name),
      linear: (x, layer) => weights.linear(body, x, layer),
      attention: (layer, inputs) => attention.decode(body, layer, inputs, { ...layout, slots }),
    },
  });
  const best = greedy(body, weights.logits(body, hidden));
  const goesOn = goesOnAfter(model, body, best);
  const shown = body.op("Where", [goesOn, best, model.int64(-1)]);
  const emitted = body.op("ScatterElements", [constants.blank, state.rows, shown]);
  const next = keepAlive(model, body, goesOn, {
    tokens: best,
    past: body.op("Add", [state.past, model.int32([1])]),
    table: state.table,
    rows: state.rows,
  });
  const graph = body.toSubgraph([
    valueInfo(model.freshName("step"), DataType.INT64, []),
    valueInfo(model.freshName("condition"), DataType.BOOL, []),
    ...STATE.map(([name, type, shape]) => valueInfo(state[name], type, shape)),
  ], [
    valueInfo(next.any, DataType.BOOL, []),
    ...STATE.map(([name, type, shape]) =>
      valueInfo(next.state[name], type, shape.map((d) => d === "b" ? "b2" : d))
    ),
    valueInfo(emitted, DataType.INT64, ["B"]),
  ]);

  const start = keepAlive(model, main, goesOnAfter(model, main, first), {
    tokens: first,
    past: "prompt_length",
    table: "prompt_table",
    rows,
  });
  return main.outputs(
    "Loop",
    [
      "decode_steps",
      start.any,
      ...STATE.map(([name]) => start.state[name]),
    ],
    [...STATE.map(() => ""), "next_tokens"],
    { attributes: { body: { graph } } },
  ).at(-1)!;
}

/** `[B]` 0, 1, ... of a count `[1]`. */
function rangeOf(model: ModelBuilder, count: string): string {
  const end = model.main.op("Squeeze", [count, model.int64([0])]);
  return model.main.op("Range", [model.int64(0), end, model.int64(1)]);
}

/** `[B + 1]` int32: 0, width, 2 * width, ... */
function offsetsOf(model: ModelBuilder, count: string, width: number): string {
  const { main } = model;
  const ends = main.op("Add", [count, model.int64([1])]);
  const steps = rangeOf(model, ends);
  const offsets = width === 1 ? steps : main.op("Mul", [steps, model.int64([width])]);
  return main.op("Cast", [offsets], { attributes: { to: { int: DataType.INT32 } } });
}

/** `[B * times]`: each row `times` times. */
function repeated(model: ModelBuilder, rows: string, times: number): string {
  const { main } = model;
  const column = main.op("Unsqueeze", [rows, model.int64([1])]);
  const tiled = main.op("Tile", [column, model.int64([1, times])]);
  return main.op("Reshape", [tiled, model.int64([-1])]);
}

function stepLayout(
  model: ModelBuilder,
  body: GraphScope,
  { state, constants, group }: {
    readonly state: State;
    readonly constants: {
      readonly offsets: string;
      readonly groupOffsets: string;
      readonly repeat: string;
    };
    readonly group: number;
  },
): Omit<DecodeLayout, "slots"> {
  const count = body.op("Shape", [state.tokens]);
  const head = (x: string, length: string): string =>
    body.op("Slice", [x, model.int64([0]), length, model.int64([0])]);
  const ends = body.op("Add", [count, model.int64([1])]);
  const position = body.op("Cast", [state.past], { attributes: { to: { int: DataType.INT64 } } });
  return {
    past: state.past,
    table: state.table,
    offsets: head(constants.offsets, ends),
    bounds: "decode_bounds",
    positions: body.op("Unsqueeze", [position, model.int64([1])]),
    repeat: head(constants.repeat, body.op("Mul", [count, model.int64([group])])),
    groupOffsets: head(constants.groupOffsets, ends),
    groupPast: body.op("Add", [state.past, model.int32([1 - group])]),
    groupBounds: "group_bounds",
  };
}

/** `[B * group]` int32: the flat cache slot of each sequence's new token, repeated. */
function newSlots(
  model: ModelBuilder,
  body: GraphScope,
  { past, table }: State,
  { size, repeat }: { readonly size: number; readonly repeat: string },
): string {
  const column = body.op("Div", [past, model.int32([size])]);
  const inBlock = body.op("Sub", [past, body.op("Mul", [column, model.int32([size])])]);
  const block = body.op("Reshape", [
    body.op("GatherElements", [table, body.op("Unsqueeze", [column, model.int64([1])])], {
      attributes: { axis: { int: 1 } },
    }),
    model.int64([-1]),
  ]);
  const slot = body.op("Add", [body.op("Mul", [block, model.int32([size])]), inBlock]);
  return body.op("Gather", [slot, repeat]);
}

/** `[B]` whether each token is no end token. */
function goesOnAfter(model: ModelBuilder, scope: GraphScope, tokens: string): string {
  const column = scope.op("Unsqueeze", [tokens, model.int64([1])]);
  const differs = scope.op("Cast", [
    scope.op("Not", [scope.op("Equal", [column, "end_ids"])]),
  ], { attributes: { to: { int: DataType.INT32 } } });
  const all = scope.op("ReduceMin", [differs, model.int64([1])], {
    attributes: { keepdims: { int: 0 } },
  });
  return scope.op("Cast", [all], { attributes: { to: { int: DataType.BOOL } } });
}

/** The rows of the state that go on, and whether there are any. */
function keepAlive(
  model: ModelBuilder,
  scope: GraphScope,
  goesOn: string,
  state: State,
): { readonly any: string; readonly state: State } {
  const alive = scope.op("Reshape", [scope.op("NonZero", [goesOn]), model.int64([-1])]);
  const count = scope.op("Squeeze", [scope.op("Shape", [alive]), model.int64([0])]);
  const kept = STATE.map(([name]) => [name, scope.op("Gather", [state[name], alive])]);
  return {
    any: scope.op("Greater", [count, model.int64(0)]),
    state: Object.fromEntries(kept) as State,
  };
}
