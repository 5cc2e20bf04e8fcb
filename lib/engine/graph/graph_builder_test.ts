import assert from "node:assert/strict";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { DataType, GraphScope, ModelBuilder, tensor, valueInfo } from "./graph_builder.ts";
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
  const doubled = model.main.op("Mul", [x, model.float32(2)]);
  model.main.outputs("ReduceSum", [doubled], ["y"], { attributes: { keepdims: { int: 0 } } });
  const feeds = { x: new Tensor("float32", [1, 2, 4], [3]) };
  assert.deepEqual(await evaluate(model, feeds), Float32Array.of(14));
});

Deno.test("GraphScope.toSubgraph() makes branches that see the values round them", async () => {
  const model = new ModelBuilder();
  const x = model.input("x", DataType.FLOAT, []);
  const branch = (op: string): ReturnType<GraphScope["toSubgraph"]> => {
    const scope = new GraphScope(model);
    return scope.toSubgraph([], [valueInfo(scope.op(op, [x]), DataType.FLOAT, [])]);
  };
  model.main.outputs("If", [model.input("negate", DataType.BOOL, [])], ["y"], {
    attributes: { then_branch: { graph: branch("Neg") }, else_branch: { graph: branch("Abs") } },
  });
  const feeds = (negate: boolean): Record<string, Tensor> => ({
    x: new Tensor("float32", [3], []),
    negate: new Tensor("bool", [negate], []),
  });
  assert.deepEqual(await evaluate(model, feeds(true)), Float32Array.of(-3));
  assert.deepEqual(await evaluate(model, feeds(false)), Float32Array.of(3));
});

Deno.test("ModelBuilder shares equal constants and keeps a scalar apart from a vector", () => {
  const model = new ModelBuilder();
  assert.equal(model.int64([1, 2]), model.int64([1, 2]));
  assert.notEqual(model.int64(1), model.int64([1]));
  assert.equal(model.float32(0.5), model.float32(0.5));
  assert.notEqual(model.float32(1), model.int64(1));
  assert.equal(model.true(), model.true());
  assert.notEqual(model.freshName("a"), model.freshName("a"));
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
  const filled = model.main.op("ConstantOfShape", [model.int64([2, 3])], {
    attributes: { value: { tensor: tensor(DataType.FLOAT, [1], floatBytes(1.5)) } },
  });
  const turned = model.main.op("Transpose", [filled], { attributes: { perm: { ints: [1, 0] } } });
  const leaky = model.main.op("LeakyRelu", [turned], { attributes: { alpha: { float: 0.25 } } });
  model.main.outputs("ReduceSum", [leaky], ["y"], { attributes: { keepdims: { int: 0 } } });
  assert.deepEqual(await evaluate(model, {}), Float32Array.of(9));
});

function floatBytes(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}
