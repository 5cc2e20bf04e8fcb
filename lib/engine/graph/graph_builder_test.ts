import assert from "node:assert/strict";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { ModelBuilder } from "./graph_builder.ts";
import { type Attribute, DataType, oneNumber, valueInfo } from "./onnx.ts";
import { readSafetensorsHeader, writeSafetensors } from "../checkpoint/safetensors.ts";

const SCALAR = valueInfo("y", DataType.FLOAT, []);

async function evaluate(model: ModelBuilder, feeds: Record<string, Tensor>): Promise<unknown> {
  const session = await InferenceSession.create(model.toBytes([SCALAR]));
  const { y } = await session.run(feeds);
  await session.release();
  return y!.data;
}

Deno.test("ModelBuilder writes a model that ONNX Runtime computes", async () => {
  const model = new ModelBuilder();
  const x = model.input("x", DataType.FLOAT, ["n"]);
  const doubled = model.main.mul(x, model.main.float32(2));
  model.main.outputs("ReduceSum", [doubled], ["y"], { attributes: { keepdims: { int: 0 } } });
  const feeds = { x: new Tensor("float32", [1, 2, 4], [3]) };
  assert.deepEqual(await evaluate(model, feeds), Float32Array.of(14));
});

Deno.test("GraphScope.branch() makes branches that see the values round them", async () => {
  const model = new ModelBuilder();
  const x = model.input("x", DataType.FLOAT, []);
  const branch = (op: string): Attribute => {
    const scope = model.main.inner();
    return scope.branch(scope.op(op, [x]), { type: DataType.FLOAT, shape: [] });
  };
  const negate = model.input("negate", DataType.BOOL, []);
  model.main.choose(negate, branch("Neg"), branch("Abs"), "y");
  const feeds = (negate: boolean): Record<string, Tensor> => ({
    x: new Tensor("float32", [3], []),
    negate: new Tensor("bool", [negate], []),
  });
  assert.deepEqual(await evaluate(model, feeds(true)), Float32Array.of(-3));
  assert.deepEqual(await evaluate(model, feeds(false)), Float32Array.of(3));
});

Deno.test("ModelBuilder shares equal constants and keeps a scalar apart from a vector", () => {
  const { main } = new ModelBuilder();
  assert.equal(main.int64([1, 2]), main.int64([1, 2]));
  assert.notEqual(main.int64(1), main.int64([1]));
  assert.equal(main.float32(0.5), main.inner().float32(0.5));
  assert.notEqual(main.float32(1), main.int64(1));
  assert.notEqual(main.int32([1]), main.int64([1]));
  assert.equal(main.true(), main.true());
  assert.notEqual(main.freshName("a"), main.freshName("a"));
});

Deno.test("ModelBuilder.weight() points at the bytes of a safetensors file in place", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const file = `${dir}/w.safetensors`;
    await writeSafetensors(file, [
      { name: "other", shape: [3], values: () => Float32Array.of(9, 9, 9) },
      { name: "w", shape: [2], values: () => Float32Array.of(3, 4) },
    ]);
    const model = new ModelBuilder();
    const entry = (await readSafetensorsHeader(file)).get("w")!;
    const weight = model.weight("w", entry, "w.safetensors");
    assert.equal(model.weight("w", entry, "w.safetensors"), weight);
    model.main.outputs("ReduceSum", [weight], ["y"], { attributes: { keepdims: { int: 0 } } });
    const bytes = model.toBytes([SCALAR]);
    assert(bytes.length < 300);
    await Deno.writeFile(`${dir}/graph.onnx`, bytes);
    const session = await InferenceSession.create(`${dir}/graph.onnx`);
    const { y } = await session.run({});
    await session.release();
    assert.deepEqual(y!.data, Float32Array.of(7));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("GraphScope.op() takes attributes of every kind", async () => {
  const model = new ModelBuilder();
  const { main } = model;
  const filled = main.filled(main.int64([2, 3]), oneNumber(DataType.FLOAT, 1.5));
  const leaky = main.op("LeakyRelu", [main.transpose(filled, [1, 0])], { alpha: { float: 0.25 } });
  model.main.outputs("ReduceSum", [leaky], ["y"], { attributes: { keepdims: { int: 0 } } });
  assert.deepEqual(await evaluate(model, {}), Float32Array.of(9));
});

Deno.test("GraphScope.reshape() takes sizes that only a run knows among numbers", async () => {
  const model = new ModelBuilder();
  const { main } = model;
  const x = main.input("x", DataType.FLOAT, ["n", 6]);
  const y = main.transpose(main.reshape(x, [3, main.size(x, 0), -1]), [1, 0, 2]);
  const session = await InferenceSession.create(
    model.toBytes([valueInfo(y, DataType.FLOAT, ["n", 3, 2])]),
  );
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const out = await session.run({ x: new Tensor("float32", values, [4, 6]) });
  await session.release();
  assert.deepEqual(out[y]!.dims, [4, 3, 2]);
  assert.deepEqual([...out[y]!.data as Float32Array].slice(0, 6), [0, 1, 8, 9, 16, 17]);
});

Deno.test("GraphScope.rmsNorm() and linear() are their formulas", async () => {
  const model = new ModelBuilder();
  const { main } = model;
  const x = main.input("x", DataType.FLOAT, ["n", 2]);
  const weight = main.reshape(main.float32([1, 2, 3, 4, 5, 6]), [3, 2]);
  const normalized = main.rmsNorm(x, main.float32([1, 10]), 0.5);
  const y = main.linear(normalized, weight, main.float32([100, 0, 0]));
  const session = await InferenceSession.create(
    model.toBytes([valueInfo(y, DataType.FLOAT, ["n", 3])]),
  );
  const out = await session.run({ x: new Tensor("float32", [3, -4], [1, 2]) });
  await session.release();
  const root = Math.sqrt((9 + 16) / 2 + 0.5);
  const [first, second] = [3 / root, 10 * -4 / root];
  const expected = [100 + first + 2 * second, 3 * first + 4 * second, 5 * first + 6 * second];
  for (const [i, value] of (out[y]!.data as Float32Array).entries()) {
    assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${value} for ${expected[i]}`);
  }
});
