import assert from "node:assert/strict";
import { Tensor } from "onnxruntime-node";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { openInt4Checkpoint } from "../checkpoint/int4/open_int4.ts";
import { readWeight } from "../checkpoint/int4/read_weight.ts";
import { TINY_CONFIG, tinyTensors, withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";
import { DecoderWeights } from "./decoder_weights.ts";
import { ModelBuilder } from "./graph_builder.ts";
import { DataType, valueInfo } from "./onnx.ts";
import { openSession } from "./session/open_session.ts";
import { writeGraph } from "./write_graph.ts";

const NAME = "model.layers.1.mlp.down_proj.weight";
const OUT = 8;

/** The product of some rows with the weight in 4 bits, of so many columns, and what it should be. */
async function products(
  columns: number,
  rowCounts: readonly number[],
): Promise<readonly (readonly [found: number, expected: number])[]> {
  const tensors = tinyTensors().map((tensor, at) => {
    const shape = tensor.shape.map((size) => size === 12 ? columns : size);
    const values = Float32Array.from(
      { length: shape.reduce((n, d) => n * d, 1) },
      (_, i) => Math.sin(at * 1000 + 1.7 * i) - 0.4,
    );
    return { ...tensor, shape, values: () => values };
  });
  const config = { ...TINY_CONFIG, intermediate_size: columns };
  const pairs: (readonly [number, number])[] = [];
  await withTinyCheckpoint(async (dir) => {
    const checkpoint = await openInt4Checkpoint(await openCheckpoint(dir));
    const model = new ModelBuilder();
    const x = model.main.input("x", DataType.FLOAT, ["rows", columns]);
    const weights = new DecoderWeights(model, checkpoint, { type: DataType.FLOAT });
    model.main.outputs("Identity", [weights.product(model.main, x, NAME)], ["y"]);
    const graph = model.toBytes([valueInfo("y", DataType.FLOAT, ["rows", OUT])]);
    const path = await writeGraph(checkpoint, graph, "cpu");
    const session = await openSession(path, { executionProviders: ["cpu"] });
    const weight = await readWeight(checkpoint, NAME);
    for (const rows of rowCounts) {
      const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.cos(0.9 * i));
      const { y } = await session.run({ x: new Tensor("float32", values, [rows, columns]) });
      for (const [i, found] of (y!.data as Float32Array).entries()) {
        const [row, out] = [Math.floor(i / OUT), i % OUT];
        let sum = 0;
        for (let k = 0; k < columns; k++) {
          sum += values[row * columns + k]! * weight[out * columns + k]!;
        }
        pairs.push([found, sum]);
      }
    }
    await session.release();
  }, { config, tensors });
  return pairs;
}

for (const columns of [12, 31, 32, 33, 50, 64, 100]) {
  Deno.test(`DecoderWeights.product() is that of the rounded weights, of ${columns} columns in blocks of 32`, async () => {
    // for one row ONNX Runtime reads the codes, for more it unpacks them first
    const pairs = await products(columns, [1, 2, 5, 37]);
    assert.equal(pairs.length, 45 * OUT);
    for (const [found, expected] of pairs) {
      assert(Math.abs(found - expected) < 1e-4, `${found}, not ${expected}`);
    }
  });
}
