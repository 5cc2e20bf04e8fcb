import {
  type AttentionInputs,
  DataType,
  decoderLayers,
  type Dimension,
  GraphScope,
  type ModelBuilder,
  tensor,
  valueInfo,
} from "../graph/mod.ts";
import { greedy, type LoopParts } from "./prefill_loop.ts";

/** A value that the loop carries from step to step beside the tokens. */
export interface CarriedValue {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly Dimension[];
  /** The value before the first step. */
  readonly start: string;
  /** Whether it has a row a sequence, which leaves with the sequence. */
  readonly perSequence: boolean;
}

/** One step as a {@linkcode DecodeWay} writes it. */
export interface DecodeStep {
  /** Attention of one new token a sequence; gives `[b, heads * d]`. */
  attention(layer: number, inputs: AttentionInputs): string;
  /** The carried values after the step, by name; those left out stay as they are. */
  readonly next: Readonly<Record<string, string>>;
}

/** How the sequences lie in a cache and are attended to while they are decoded. */
export interface DecodeWay {
  readonly carried: readonly CarriedValue[];
  /** Writes the layout of a step; `state` names the carried values, `count` is `[1]`, the sequences left. */
  step(body: GraphScope, state: Readonly<Record<string, string>>, count: string): DecodeStep;
}

/** Values of the main graph that every step takes a beginning of. */
export interface DecodeConstants {
  /** `[1]` sequences of the run. */
  readonly count: string;
  /** `[B]` 0, 1, 2, ... */
  readonly rows: string;
}

/** Declares the inputs of both ways of decoding and computes what they share. */
export function decodeConstants(model: ModelBuilder, first: string): DecodeConstants {
  model.input("decode_steps", DataType.INT64, []);
  model.input("end_ids", DataType.INT64, ["E"]);
  model.input("prompt_length", DataType.INT32, ["B"]);
  const count = model.main.op("Shape", [first]);
  return { count, rows: rangeOf(model, count) };
}

/**
 * Adds to a scope the loop that decodes one token a sequence an iteration, from
 * the first tokens on. A sequence that has met an end token leaves the state, so
 * it costs nothing any more; the loop ends with the last of them. Returns
 * `[steps, B]` tokens, -1 for the end token and after it, `NOT_FINITE` (which
 * `end_ids` holds too) where logits were not finite.
 */
export function decodeLoop(
  model: ModelBuilder,
  scope: GraphScope,
  { first, parts: { config, weights }, constants, way }: {
    readonly first: string;
    readonly parts: LoopParts;
    readonly constants: DecodeConstants;
    readonly way: DecodeWay;
  },
): string {
  const carried: readonly CarriedValue[] = [
    { name: "tokens", type: DataType.INT64, shape: ["b"], start: first, perSequence: true },
    { name: "rows", type: DataType.INT64, shape: ["b"], start: constants.rows, perSequence: true },
    ...way.carried,
  ];
  const minusOne = tensor(DataType.INT64, [1], new Uint8Array(BigInt64Array.of(-1n).buffer));
  const blank = scope.op("ConstantOfShape", [constants.count], {
    attributes: { value: { tensor: minusOne } },
  });
  const body = new GraphScope(model);
  const state: Record<string, string> = Object.fromEntries(
    carried.map(({ name }) => [name, model.freshName(name)]),
  );
  const step = way.step(body, state, body.op("Shape", [state.tokens!]));
  const hidden = decoderLayers(model, body, {
    config,
    tokens: state.tokens!,
    ops: {
      weight: (name) => weights.weight(name),
      linear: (x, layer) => weights.linear(body, x, layer),
      gated: (gate, up) => weights.gated(body, gate, up),
      attention: (layer, inputs) => step.attention(layer, inputs),
    },
  });
  const best = greedy(model, body, weights.logits(body, hidden));
  const goesOn = goesOnAfter(model, body, best);
  // an end token becomes -1, the mark of logits that are not finite stays
  const shown = body.op("Where", [goesOn, best, body.op("Min", [best, model.int64(-1)])]);
  const emitted = body.op("ScatterElements", [blank, state.rows!, shown]);
  const after = keepAlive(model, body, goesOn, {
    carried,
    values: { ...state, ...step.next, tokens: best },
  });
  const graph = body.toSubgraph([
    valueInfo(model.freshName("step"), DataType.INT64, []),
    valueInfo(model.freshName("condition"), DataType.BOOL, []),
    ...carried.map(({ name, type, shape }) => valueInfo(state[name]!, type, shape)),
  ], [
    valueInfo(after.any, DataType.BOOL, []),
    ...carried.map(({ name, type, shape }) =>
      valueInfo(after.values[name]!, type, shape.map((d) => d === "b" ? "b2" : d))
    ),
    valueInfo(emitted, DataType.INT64, ["B"]),
  ]);

  // a run that decodes nothing may have more rows than sequences
  const decodes = scope.op("Greater", ["decode_steps", model.int64(0)]);
  const goesOnFirst = scope.op("And", [goesOnAfter(model, scope, first), decodes]);
  const before = keepAlive(model, scope, goesOnFirst, {
    carried,
    values: Object.fromEntries(carried.map(({ name, start }) => [name, start])),
  });
  return scope.outputs(
    "Loop",
    ["decode_steps", before.any, ...carried.map(({ name }) => before.values[name]!)],
    [...carried.map(() => ""), ""],
    { attributes: { body: { graph } } },
  ).at(-1)!;
}

/** `[B]` 0, 1, ... of a count `[1]`. */
export function rangeOf(model: ModelBuilder, count: string): string {
  const end = model.main.op("Squeeze", [count, model.int64([0])]);
  return model.main.op("Range", [model.int64(0), end, model.int64(1)]);
}

/** `[B * times]`: each row `times` times. */
export function repeated(model: ModelBuilder, rows: string, times: number): string {
  const { main } = model;
  const column = main.op("Unsqueeze", [rows, model.int64([1])]);
  const tiled = main.op("Tile", [column, model.int64([1, times])]);
  return main.op("Reshape", [tiled, model.int64([-1])]);
}

/** The first rows of a value, as many as `length` `[1]` says. */
export function headOf(
  model: ModelBuilder,
  scope: GraphScope,
  x: string,
  { length }: { readonly length: string },
): string {
  return scope.op("Slice", [x, model.int64([0]), length, model.int64([0])]);
}

/** The flat cache slot of a position in a sequence, of blocks of `size` tokens: `[b]` int32 each. */
export function slotAt(
  model: ModelBuilder,
  scope: GraphScope,
  at: string,
  { size, blockOf }: {
    readonly size: number;
    /** The block of each row's position, whose place in the row's table it is given. */
    blockOf(place: string): string;
  },
): string {
  const place = scope.op("Div", [at, model.int32([size])]);
  const inBlock = scope.op("Sub", [at, scope.op("Mul", [place, model.int32([size])])]);
  return scope.op("Add", [scope.op("Mul", [blockOf(place), model.int32([size])]), inBlock]);
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

/** The carried values of the sequences that go on, and whether there are any. */
function keepAlive(
  model: ModelBuilder,
  scope: GraphScope,
  goesOn: string,
  { carried, values }: {
    readonly carried: readonly CarriedValue[];
    readonly values: Readonly<Record<string, string>>;
  },
): { readonly any: string; readonly values: Readonly<Record<string, string>> } {
  const alive = scope.op("Reshape", [scope.op("NonZero", [goesOn]), model.int64([-1])]);
  const count = scope.op("Squeeze", [scope.op("Shape", [alive]), model.int64([0])]);
  const kept = carried.map(({ name, perSequence }) => [
    name,
    perSequence
      ? scope.op("Gather", [values[name]!, alive])
      : scope.op("Identity", [values[name]!]),
  ]);
  return {
    any: scope.op("Greater", [count, model.int64(0)]),
    values: Object.fromEntries(kept),
  };
}
