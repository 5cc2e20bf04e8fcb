import { groupSize } from "../../checkpoint/mod.ts";
import { DataType, type GraphScope } from "../../graph/mod.ts";
import { BundleCache, type BundledLayout, type BundledParts, ColumnTable } from "./bundle_cache.ts";
import {
  type CarriedValue,
  type DecodeConstants,
  type DecodeStep,
  type DecodeWay,
  repeated,
  slotAt,
} from "../decode_loop.ts";
import { declareInputs } from "../run_inputs.ts";

type State = Readonly<Record<"position" | "bundle" | "column" | "length", string>>;

/**
 * Decodes sequences of one prefix as one; see `BundleShape`. The bundles' cache
 * is filled from the prompts' once, in the scope that is given, and each step
 * appends its members' tokens to each bundle.
 */
export class BundledDecoding implements DecodeWay {
  /** See {@linkcode DecodeWay}. */
  readonly carried: readonly CarriedValue[];
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

  /** Declares its inputs and fills the bundles' cache. */
  constructor(scope: GraphScope, { rows }: DecodeConstants, parts: BundledParts) {
    const { main } = scope;
    declareInputs(main, "bundles");
    const { config } = parts.weights;
    this.#parts = parts;
    this.#group = groupSize(config);
    this.#columns = new ColumnTable(parts);
    this.#cache = new BundleCache(scope, parts, this.#columns);
    this.#rows = main.cast(rows, DataType.INT32);
    const factors = new Set([this.#group, config.kvHeads, config.heads]);
    this.#repeats = new Map([...factors].map((n) => [n, repeated(main, rows, n)]));
    this.#bundles = main.unsqueeze(main.range(main.shape("bundle_length")), 0);
    this.#table = {
      blocks: main.reshape("bundle_table", [-1]),
      width: main.shape("bundle_table", { start: 1 }),
    };
    const { INT32, INT64 } = DataType;
    const position = main.cast("prompt_length", INT64);
    this.carried = [
      { name: "position", type: INT64, shape: ["b"], start: position, perSequence: true },
      { name: "bundle", type: INT64, shape: ["b"], start: "prompt_bundle", perSequence: true },
      { name: "column", type: INT64, shape: ["b"], start: "prompt_column", perSequence: true },
      { name: "length", type: INT32, shape: ["c"], start: "bundle_length", perSequence: false },
    ];
  }

  /** See {@linkcode DecodeWay}. */
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
        position: body.add(state.position, body.int64([1])),
        length: body.add(state.length, members),
      },
    };
  }

  /** `[C]` int32: sequences of each bundle that go on. A bundle without any has no rows. */
  #members(body: GraphScope, { bundle }: State): string {
    const isMember = body.op("Equal", [body.unsqueeze(bundle, 1), this.#bundles]);
    return body.reduce("Sum", body.cast(isMember, DataType.INT32), 0);
  }

  #layout(
    body: GraphScope,
    state: State,
    { count, members }: { readonly count: string; readonly members: string },
  ): BundledLayout {
    const group = this.#group;
    const { weights: { config: { kvHeads } }, shape: { columns } } = this.#parts;
    const offsets = body.concat([
      body.int32([0]),
      body.op("CumSum", [members, body.int64(0)]),
    ]);
    const repeat = (times: number): string =>
      body.head(this.#repeats.get(times)!, body.mul(count, body.int64([times])));
    const ownColumns = (dims: readonly number[]): string => {
      const times = dims.reduce((product, d) => product * d);
      const marks = this.#columns.rows(body, body.gather(state.column, repeat(times)));
      return body.reshape(marks, [-1, ...dims, columns]);
    };
    const byGroup = repeat(group);
    const slots = this.#slots(body, state, { count, offsets });
    return {
      offsets: body.mul(offsets, body.int32([group])),
      past: body.add(state.length, body.mul(members, body.int32([1 - group]))),
      positions: body.unsqueeze(state.position, 1),
      slots: body.gather(slots, byGroup),
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
    const rank = body.sub(body.head(this.#rows, count), body.gather(offsets, bundle));
    const at = body.add(body.gather(length, bundle), rank);
    return slotAt(body, at, {
      size: this.#parts.shape.blockSize,
      blockOf: (place) => {
        const first = body.mul(bundle, this.#table.width);
        const which = body.add(first, body.cast(place, DataType.INT64));
        return body.gather(this.#table.blocks, which);
      },
    });
  }
}
