import assert from "node:assert/strict";
import { Tensor } from "onnxruntime-node";
import { ModelBuilder } from "../graph_builder.ts";
import { DataType, valueInfo } from "../onnx.ts";
import { openSessionThread } from "./session_thread.ts";
import { SpareThread } from "./spare_thread.ts";
import { leftWorkers } from "../../testing/left_workers.ts";

/** `y = sum(weights * x)`, `big = y > 3`, on a CPU. */
function product(): Uint8Array {
  const model = new ModelBuilder();
  const x = model.input("x", DataType.FLOAT, ["n"]);
  const weights = model.input("weights", DataType.FLOAT, ["n"]);
  const { main } = model;
  main.outputs("ReduceSum", [main.mul(x, weights)], ["y"], {
    attributes: { keepdims: { int: 0 } },
  });
  main.outputs("Greater", ["y", main.float32(3)], ["big"]);
  return model.toBytes([
    valueInfo("y", DataType.FLOAT, []),
    valueInfo("big", DataType.BOOL, []),
  ]);
}

async function withProduct(test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, product());
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

function vector(...values: number[]): Tensor {
  return new Tensor("float32", values, [values.length]);
}

Deno.test("openSessionThread() computes runs in the order in which they are asked, several asked at once", async () => {
  await withProduct(async (path) => {
    const runner = await openSessionThread(path, { executionProviders: ["cpu"] });
    const weights = vector(1, 10);
    const asked = [[1, 0], [0, 1], [2, 2]].map((x) =>
      runner.run({ x: vector(...x), weights }, ["y"])
    );
    const found = await Promise.all(asked);
    assert.deepEqual(found.map(({ y }) => y!.data), [1, 10, 22].map((y) => Float32Array.of(y)));
    assert.deepEqual(Object.keys(found[0]!), ["y"]);
    const { big } = await runner.run({ x: vector(1, 1), weights }, ["big"]);
    assert.deepEqual([big!.type, big!.dims, big!.data], ["bool", [], Uint8Array.of(1)]);
    await runner.release();
  });
});

Deno.test("openSessionThread() sends a tensor that the last run had once, and again when it is back", async () => {
  await withProduct(async (path) => {
    const runner = await openSessionThread(path, { executionProviders: ["cpu"] });
    const [ones, twos, x] = [vector(1, 1), vector(2, 2), vector(3, 4)];
    const sum = async (weights: Tensor): Promise<number> =>
      (await runner.run({ x, weights }, ["y"])).y!.data[0] as number;
    assert.equal(await sum(ones), 7);
    // what the thread holds of it is the tensor as it was sent
    (ones.data as Float32Array).fill(5);
    assert.equal(await sum(ones), 7);
    assert.equal(await sum(twos), 14);
    assert.equal(await sum(ones), 35);
    assert.deepEqual((await runner.run({ x: ones, weights: ones }, ["y"])).y!.data[0], 50);
    await runner.release();
  });
});

Deno.test("openSessionThread() hands on what ONNX Runtime refuses, and goes on after it", async () => {
  await assert.rejects(
    openSessionThread("/nowhere/graph.onnx", { executionProviders: ["cpu"] }),
    /nowhere/,
  );
  await withProduct(async (path) => {
    const runner = await openSessionThread(path, { executionProviders: ["cpu"] });
    const weights = vector(1, 10);
    const wrong = runner.run({ x: vector(1, 2, 3), weights }, ["y"]);
    const right = runner.run({ x: vector(1, 2), weights }, ["y"]);
    await assert.rejects(wrong, /dimension|Mul|broadcast/i);
    assert.deepEqual((await right).y!.data, Float32Array.of(21));
    await runner.release();
  });
});

Deno.test("openSessionThread() goes on after an input that cannot be sent, and answers nobody with another's outputs", async () => {
  await withProduct(async (path) => {
    const runner = await openSessionThread(path, { executionProviders: ["cpu"] });
    const weights = vector(1, 10);
    const gone = vector(1, 2);
    structuredClone(gone.data, { transfer: [(gone.data as Float32Array<ArrayBuffer>).buffer] });
    await assert.rejects(runner.run({ x: gone, weights }, ["y"]), { name: "DataCloneError" });
    assert.deepEqual((await runner.run({ x: vector(1, 2), weights }, ["y"])).y!.data[0], 21);
    await runner.release();
  });
});

Deno.test("a session that is closed says so, and is closed twice without harm", async () => {
  await withProduct(async (path) => {
    const runner = await openSessionThread(path, { executionProviders: ["cpu"] });
    const feeds = { x: vector(1, 2), weights: vector(1, 10) };
    const asked = runner.run(feeds, ["y"]);
    const closing = runner.release();
    const late = assert.rejects(runner.run(feeds, ["y"]), /^Error: the session is closed$/);
    assert.deepEqual((await asked).y!.data[0], 21);
    await late;
    await closing;
    await runner.release();
    await assert.rejects(runner.run(feeds, ["y"]), /the session is closed/);
  });
});

Deno.test("SpareThread is taken by the first session, and ends where none is opened", async () => {
  const options = { executionProviders: ["cpu"] };
  const left = await leftWorkers(() =>
    withProduct(async (path) => {
      await using spare = new SpareThread(options);
      const [first, second] = await Promise.all([
        openSessionThread(path, options, spare),
        openSessionThread(path, options, spare),
      ]);
      for (const runner of [first, second]) {
        const { y } = await runner.run({ x: vector(1, 2), weights: vector(1, 10) }, ["y"]);
        assert.deepEqual(y!.data, Float32Array.of(21));
        await runner.release();
      }
      await using _unused = new SpareThread(options);
    })
  );
  assert.equal(left, 0);
});

Deno.test("SpareThread says nothing of what it cannot load, the session that takes it does", async () => {
  const nowhere = { executionProviders: ["nowhere"] };
  await withProduct(async (path) => {
    await using spare = new SpareThread(nowhere);
    await assert.rejects(openSessionThread(path, nowhere, spare), /nowhere|backend/);
    await using other = new SpareThread(nowhere);
    const runner = await openSessionThread(path, { executionProviders: ["cpu"] }, other);
    await runner.release();
  });
});
