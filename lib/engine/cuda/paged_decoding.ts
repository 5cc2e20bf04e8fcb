import { type DecoderConfig, groupSize } from "../checkpoint/mod.ts";
import { DataType, type ModelBuilder } from "../graph/mod.ts";
import {
  type DecodeConstants,
  type DecodeStep,
  type DecodeWay,
  headOf,
  rangeOf,
  repeated,
  slotAt,
} from "./decode_loop.ts";
import { blockSize, type PagedAttention } from "./paged_attention.ts";

/** Decodes every sequence by itself, in the cache that its prompt was computed into. */
export function pagedDecoding(
  model: ModelBuilder,
  { count, rows }: DecodeConstants,
  { config, attention }: { readonly config: DecoderConfig; readonly attention: PagedAttention },
): DecodeWay {
  model.input("prompt_table", DataType.INT32, ["B", "M"]);
  model.input("decode_bounds", DataType.INT32, [2]);
  model.input("group_bounds", DataType.INT32, [2]);
  const group = groupSize(config);
  const offsets = offsetsOf(model, count, 1);
  const groupOffsets = offsetsOf(model, count, group);
  const repeats = repeated(model, rows, group);
  return {
    carried: [
      {
        name: "past",
        type: DataType.INT32,
        shape: ["b"],
        start: "prompt_length",
        perSequence: true,
      },
      {
        name: "table",
        type: DataType.INT32,
        shape: ["b", "m"],
        start: "prompt_table",
        perSequence: true,
      },
    ],
    step(body, { past, table }, count): DecodeStep {
      const ends = body.op("Add", [count, model.int64([1])]);
      const repeat = headOf(model, body, repeats, {
        length: body.op("Mul", [count, model.int64([group])]),
      });
      const position = body.op("Cast", [past!], { attributes: { to: { int: DataType.INT64 } } });
      const slot = slotAt(model, body, past!, {
        size: blockSize(config),
        blockOf: (place) =>
          body.op("Reshape", [
            body.op("GatherElements", [table!, body.op("Unsqueeze", [place, model.int64([1])])], {
              attributes: { axis: { int: 1 } },
            }),
            model.int64([-1]),
          ]),
      });
      const layout = {
        past: past!,
        table: table!,
        offsets: headOf(model, body, offsets, { length: ends }),
        bounds: "decode_bounds",
        positions: body.op("Unsqueeze", [position, model.int64([1])]),
        repeat,
        slots: body.op("Gather", [slot, repeat]),
        groupOffsets: headOf(model, body, groupOffsets, { length: ends }),
        groupPast: body.op("Add", [past!, model.int32([1 - group])]),
        groupBounds: "group_bounds",
      };
      return {
        attention: (layer, inputs) => attention.decode(body, layer, inputs, layout),
        next: { past: body.op("Add", [past!, model.int32([1])]) },
      };
    },
  };
}

/** `[B + 1]` int32: 0, width, 2 * width, ... */
function offsetsOf(model: ModelBuilder, count: string, width: number): string {
  const { main } = model;
  const steps = rangeOf(model, main.op("Add", [count, model.int64([1])]));
  const offsets = width === 1 ? steps : main.op("Mul", [steps, model.int64([width])]);
  return main.op("Cast", [offsets], { attributes: { to: { int: DataType.INT32 } } });
}
