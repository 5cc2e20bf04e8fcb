import {
  type AttentionInputs,
  DataType,
  decoderLayers,
  type GraphScope,
  oneNumber,
  valueInfo,
  type ValueType,
} from "../graph/mod.ts";
import { fusedSwiGlu } from "./half_precision.ts";
import { greedy, type LoopParts } from "./prefill_loop.ts";

/** A value that the loop carries from step to step beside the tokens. */
export interface CarriedValue extends ValueType {
  /** By which a step asks for it. */
  readonly name: string;
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
  /** What it carries from step to step. */
  readonly carried: readonly CarriedValue[];
  /** Writes the layout of a step; `state` names the carried values, `count` is `[1]`, the sequences left. */
  step(body: GraphScope, state: Readonly<Record<string, string>>, count: string): DecodeStep;
}

/** Values of the main graph that both ways of decoding share; every step takes a beginning of them. */
export interface DecodeConstants {
  /** `[1]` sequences of the run. */
  readonly count: string;
  /** `[B]` 0, 1, 2, ... */
  readonly rows: string;
}

/**
 * Adds to a scope the loop that decodes one token a sequence an iteration, from
 * the first tokens on. A sequence that has met an end token leaves the state, so
 * it costs nothing any more; the loop ends with the last of them. Returns
 * `[steps, B]` tokens, -1 for the end token and after it, `NOT_FINITE` (which
 * `end_ids` holds too) where logits were not finite.
 */
export function decodeLoop(
  scope: GraphScope,
  { first, parts: { weights }, constants, way }: {
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
  const blank = scope.filled(constants.count, oneNumber(DataType.INT64, -1));
  const body = scope.inner();
  const state: Record<string, string> = Object.fromEntries(
    carried.map(({ name }) => [name, body.freshName(name)]),
  );
  const step = way.step(body, state, body.shape(state.tokens!));
  const hidden = decoderLayers(body, {
    tokens: state.tokens!,
    weights,
    gated: (gate, up) => fusedSwiGlu(body, weights, { gate, up }),
    attention: (layer, inputs) => step.attention(layer, inputs),
  });
  const best = greedy(body, weights.logits(body, hidden));
  const goesOn = goesOnAfter(body, best);
  // an end token becomes -1, the mark of logits that are not finite stays
  const shown = body.op("Where", [goesOn, best, body.op("Min", [best, body.int64(-1)])]);
  const emitted = body.op("ScatterElements", [blank, state.rows!, shown]);
  const values = { ...state, ...step.next, tokens: best };
  const after = keepAlive(body, goesOn, { carried, values });
  const graph = body.toSubgraph([
    valueInfo(body.freshName("step"), DataType.INT64, []),
    valueInfo(body.freshName("condition"), DataType.BOOL, []),
    ...carried.map(({ name, type, shape }) => valueInfo(state[name]!, type, shape)),
  ], [
    valueInfo(after.any, DataType.BOOL, []),
    ...carried.map(({ name, type, shape }) =>
      valueInfo(after.values[name]!, type, shape.map((d) => d === "b" ? "b2" : d))
    ),
    valueInfo(emitted, DataType.INT64, ["B"]),
  ]);

  // a run that decodes nothing may have more rows than sequences
  const decodes = scope.op("Greater", ["decode_steps", scope.int64(0)]);
  const goesOnFirst = scope.op("And", [goesOnAfter(scope, first), decodes]);
  const before = keepAlive(scope, goesOnFirst, {
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

/** `[B * times]`: each row `times` times. */
export function repeated(main: GraphScope, rows: string, times: number): string {
  const column = main.unsqueeze(rows, 1);
  const tiled = main.op("Tile", [column, main.int64([1, times])]);
  return main.reshape(tiled, [-1]);
}

/** The flat cache slot of a position in a sequence, of blocks of `size` tokens: `[b]` int32 each. */
export function slotAt(
  scope: GraphScope,
  at: string,
  { size, blockOf }: {
    readonly size: number;
    /** The block of each row's position, whose place in the row's table it is given. */
    blockOf(place: string): string;
  },
): string {
  const place = scope.op("Div", [at, scope.int32([size])]);
  const inBlock = scope.sub(at, scope.mul(place, scope.int32([size])));
  return scope.add(scope.mul(blockOf(place), scope.int32([size])), inBlock);
}

/** `[B]` whether each token is no end token. */
function goesOnAfter(scope: GraphScope, tokens: string): string {
  const isEnd = scope.op("Equal", [scope.unsqueeze(tokens, 1), "end_ids"]);
  const differs = scope.cast(scope.op("Not", [isEnd]), DataType.INT32);
  return scope.cast(scope.reduce("Min", differs, 1), DataType.BOOL);
}

/** The carried values of the sequences that go on, and whether there are any. */
function keepAlive(
  scope: GraphScope,
  goesOn: string,
  { carried, values }: {
    readonly carried: readonly CarriedValue[];
    readonly values: Readonly<Record<string, string>>;
  },
): { readonly any: string; readonly values: Readonly<Record<string, string>> } {
  const alive = scope.reshape(scope.op("NonZero", [goesOn]), [-1]);
  const count = scope.squeeze(scope.shape(alive));
  const kept = carried.map(({ name, perSequence }) => [
    name,
    perSequence ? scope.gather(values[name]!, alive) : scope.op("Identity", [values[name]!]),
  ]);
  return {
    any: scope.op("Greater", [count, scope.int64(0)]),
    values: Object.fromEntries(kept),
  };
}
