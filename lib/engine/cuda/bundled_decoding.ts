import { groupSize } from "../checkpoint/mod.ts";
import { DataType, type GraphScope, type ModelBuilder } from "../graph/mod.ts";
import { BundleCache, type BundledLayout, type BundledParts, ColumnTable } from "./bundle_cache.ts";
import {
  type CarriedValue,
  type DecodeConstants,
  type DecodeStep,
  type DecodeWay,
  headOf,
  rangeOf,
  repeated,
  slotAt,
} from "./decode_loop.ts";

const PER_SEQUENCE = ["position", "bundle", "column"] as const;
const PER_BUNDLE = ["length"] as const;

type State = Readonly<Record<typeof PER_SEQUENCE[number] | typeof PER_BUNDLE[number], string>>;

/**
 * Decodes sequences of one prefix as one; see `BundleShape`. The bundles' cache
 * is filled from the prompts' once, in the scope that is given, and each step
 * appends its members' tokens to each bundle.
 */
export class BundledDecoding implements DecodeWay {
  readonly carried: readonly CarriedValue[];
  readonly #model: ModelBuilder;
  readonly #parts: BundledParts;
  readonly #columns: ColumnTable;
  readonly #cache: BundleCache;
  /** Query heads of a key-value head. */
  readonly #group: number;
  /** `[B]` int32: 0, 1, 2, ... */
  readonly #rows: string;
  /** `[B * n]` int64: 0 n times, 1 n times, ..., by n. */
  readonly #repeats: ReadonlyMap<number, string>;
  /** `[1, C]` numbers of the bundles. */
  readonly #bundles: string;
  /** Blocks of all bundles one after another, and how many a bundle has, `[1]`. */
  readonly #table: { readonly blocks: string; readonly width: string };

  constructor(
    model: ModelBuilder,
    scope: GraphScope,
    { constants: { rows }, parts }: {
      readonly constants: DecodeConstants;
      readonly parts: BundledParts;
    },
  ) {
    declareInputs(model);
    const { main } = model;
    const { kvHeads } = parts.config;
    this.#model = model;
    this.#parts = parts;
    this.#group = groupSize(parts.config);
    this.#columns = new ColumnTable(model, parts);
    this.#cache = new BundleCache(model, scope, { parts, columns: this.#columns });
    this.#rows = cast(main, rows, DataType.INT32);
    const factors = new Set([this.#group, kvHeads, this.#group * kvHeads]);
    this.#repeats = new Map([...factors].map((n) => [n, repeated(model, rows, n)]));
    const numbers = rangeOf(model, main.op("Shape", ["bundle_length"]));
    this.#bundles = main.op("Unsqueeze", [numbers, model.int64([0])]);
    this.#table = {
      blocks: main.op("Reshape", ["bundle_table", model.int64([-1])]),
      width: main.op("Shape", ["bundle_table"], { attributes: { start: { int: 1 } } }),
    };
    const starts = {
      position: cast(main, "prompt_length", DataType.INT64),
      bundle: "prompt_bundle",
      column: "prompt_column",
      length: "bundle_length",
    };
    this.carried = [
      ...PER_SEQUENCE.map((name) => ({
        name,
        type: DataType.INT64,
        shape: ["b"],
        start: starts[name],
        perSequence: true,
      })),
      ...PER_BUNDLE.map((name) => ({
        name,
        type: DataType.INT32,
        shape: ["c"],
        start: starts[name],
        perSequence: false,
      })),
    ];
  }

  step(body: GraphScope, carried: Readonly<Record<string, string>>, count: string): DecodeStep {
    const state = carried as State;
    const { attention } = this.#parts;
    const members = this.#members(body, state);
    const layout = this.#layout(body, state, { count, members });
    return {
      attention: (layer, inputs) => {
        const turned = attention.turned(body, layer, inputs, layout.positions);
        return this.#cache.attend(body, layer, turned, layout);
      },
      next: {
        position: body.op("Add", [state.position, this.#model.int64([1])]),
        length: body.op("Add", [state.length, members]),
      },
    };
  }

  /** `[C]` int32: sequences of each bundle that go on. A bundle without any has no rows. */
  #members(body: GraphScope, { bundle }: State): string {
    const model = this.#model;
    const column = body.op("Unsqueeze", [bundle, model.int64([1])]);
    const isMember = cast(body, body.op("Equal", [column, this.#bundles]), DataType.INT32);
    return body.op("ReduceSum", [isMember, model.int64([0])], {
      attributes: { keepdims: { int: 0 } },
    });
  }

  #layout(
    body: GraphScope,
    state: State,
    { count, members }: { readonly count: string; readonly members: string },
  ): BundledLayout {
    const model = this.#model;
    const group = this.#group;
    const { config: { kvHeads }, shape: { columns } } = this.#parts;
    const offsets = body.op("Concat", [
      model.int32([0]),
      body.op("CumSum", [members, model.int64(0)]),
    ], { attributes: { axis: { int: 0 } } });
    const repeat = (times: number): string =>
      headOf(model, body, this.#repeats.get(times)!, {
        length: body.op("Mul", [count, model.int64([times])]),
      });
    const ownColumns = (dims: readonly number[]): string => {
      const times = dims.reduce((product, d) => product * d);
      const marks = this.#columns.rows(body, body.op("Gather", [state.column, repeat(times)]));
      return body.op("Reshape", [marks, model.int64([-1, ...dims, columns])]);
    };
    const byGroup = repeat(group);
    const slots = this.#slots(body, state, { count, offsets });
    return {
      offsets: body.op("Mul", [offsets, model.int32([group])]),
      past: body.op("Add", [
        state.length,
        body.op("Mul", [members, model.int32([1 - group])]),
      ]),
      positions: body.op("Unsqueeze", [state.position, model.int64([1])]),
      slots: body.op("Gather", [slots, byGroup]),
      repeat: byGroup,
      queryColumns: ownColumns([group, kvHeads]),
      keyColumns: ownColumns([kvHeads]),
      noColumns: this.#columns.none(body, repeat(kvHeads), kvHeads),
    };
  }

  /** `[b]` int32: where each sequence's token goes, after its bundle's tokens and the members before it. */
  #slots(
    body: GraphScope,
    { bundle, length }: State,
    { count, offsets }: { readonly count: string; readonly offsets: string },
  ): string {
    const model = this.#model;
    const rank = body.op("Sub", [
      headOf(model, body, this.#rows, { length: count }),
      body.op("Gather", [offsets, bundle]),
    ]);
    const at = body.op("Add", [body.op("Gather", [length, bundle]), rank]);
    return slotAt(model, body, at, {
      size: this.#parts.shape.blockSize,
      blockOf: (place) => {
        const first = body.op("Mul", [bundle, this.#table.width]);
        const which = body.op("Add", [first, cast(body, place, DataType.INT64)]);
        return body.op("Gather", [this.#table.blocks, which]);
      },
    });
  }
}

function cast(scope: GraphScope, x: string, to: DataType): string {
  return scope.op("Cast", [x], { attributes: { to: { int: to } } });
}

function declareInputs(model: ModelBuilder): void {
  model.input("bundle_source", DataType.INT64, ["slots"]);
  model.input("bundle_slot_columns", DataType.INT64, ["slots"]);
  model.input("bundle_table", DataType.INT32, ["C", "bundle_blocks"]);
  model.input("bundle_length", DataType.INT32, ["C"]);
  model.input("bundle_bounds", DataType.INT32, [2]);
  model.input("prompt_bundle", DataType.INT64, ["members"]);
  model.input("prompt_column", DataType.INT64, ["members"]);
}
