import { groupSize } from "../checkpoint/mod.ts";
import { DataType, type GraphScope } from "../graph/mod.ts";
import {
  type DecodeConstants,
  type DecodeStep,
  type DecodeWay,
  repeated,
  slotAt,
} from "./decode_loop.ts";
import { blockSize } from "./paged_attention.ts";
import type { LoopParts } from "./prefill_loop.ts";

/** Decodes every sequence by itself, in the cache that its prompt was computed into. */
export function pagedDecoding(
  main: GraphScope,
  { count, rows }: DecodeConstants,
  { weights: { config }, attention }: LoopParts,
): DecodeWay {
  const group = groupSize(config);
  const offsets = offsetsOf(main, count, 1);
  const groupOffsets = offsetsOf(main, count, group);
  const repeats = repeated(main, rows, group);
  const { INT32, INT64 } = DataType;
  return {
    carried: [
      { name: "past", type: INT32, shape: ["b"], start: "prompt_length", perSequence: true },
      { name: "table", type: INT32, shape: ["b", "m"], start: "prompt_table", perSequence: true },
    ],
    step(body, { past, table }, count): DecodeStep {
      const ends = body.add(count, body.int64([1]));
      const repeat = body.head(repeats, body.mul(count, body.int64([group])));
      const position = body.cast(past!, INT64);
      const slot = slotAt(body, past!, {
        size: blockSize(config),
        blockOf: (place) =>
          body.reshape(body.gatherElements(table!, body.unsqueeze(place, 1)), [-1]),
      });
      const layout = {
        past: past!,
        table: table!,
        offsets: body.head(offsets, ends),
        bounds: "decode_bounds",
        positions: body.unsqueeze(position, 1),
        repeat,
        slots: body.gather(slot, repeat),
        groupOffsets: body.head(groupOffsets, ends),
        groupPast: body.add(past!, body.int32([1 - group])),
        groupBounds: "group_bounds",
      };
      return {
        attention: (layer, inputs) => attention.decode(body, layer, inputs, layout),
        next: { past: body.add(past!, body.int32([1])) },
      };
    },
  };
}

/** `[B + 1]` int32: 0, width, 2 * width, ... */
function offsetsOf(main: GraphScope, count: string, width: number): string {
  const steps = main.range(main.add(count, main.int64([1])));
  return main.cast(width === 1 ? steps : main.mul(steps, main.int64([width])), DataType.INT32);
}
