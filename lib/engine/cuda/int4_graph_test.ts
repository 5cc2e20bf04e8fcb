import assert from "node:assert/strict";
import { InferenceSession } from "onnxruntime-node";
import type { NodeProto } from "onnx-buf";
import { weightBytes } from "../checkpoint/int4/weight_bytes.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import { DataType } from "../graph/onnx.ts";
import {
  buildFake,
  fakeCheckpoint,
  fakeInt4Checkpoint,
  LAYERS,
  type ParsedGraph,
} from "../testing/parsed_graph.ts";
import type { CudaGraphOptions } from "./cuda_graph.ts";
import { planMemory, unpackingBytes } from "./memory_plan.ts";

const LLAMA = { model_type: "llama", attention_bias: true };
const FILE = "weights.int4.fake";
const MEBIBYTE = 2 ** 20;

function build(options: Partial<CudaGraphOptions> = {}, fields = LLAMA): ParsedGraph {
  return buildFake(fields, options, fakeInt4Checkpoint(fields));
}

function products(nodes: readonly NodeProto[]): NodeProto[] {
  return nodes.filter(({ opType }) => opType === "MatMulNBits");
}

Deno.test("buildCudaGraph() takes every linear layer's weight in 4 bits in each loop, and no other", () => {
  const graph = build();
  const { config: { hiddenSize, intermediateSize } } = fakeCheckpoint(LLAMA);
  for (const loop of ["prefill", "decode", "bundled"] as const) {
    const found = products(graph[loop]);
    assert.equal(found.length, LAYERS * LINEAR_MODULES.length, loop);
    for (const { input, attribute, domain } of found) {
      assert.equal(domain, "com.microsoft");
      const [, codes, scales, zeroPoints] = input;
      const name = codes!.replace(/\.codes$/, "");
      assert.deepEqual([scales, zeroPoints], [`${name}.scales`, `${name}.zero_points`]);
      const numbers = Object.fromEntries(attribute.map(({ name, i }) => [name, Number(i)]));
      const inner = name.includes("down_proj") ? intermediateSize : hiddenSize;
      const { N, ...others } = numbers;
      assert.equal(N, fakeCheckpoint(LLAMA).tensors.get(name)!.shape[0]);
      assert.deepEqual(others, { K: inner, bits: 4, block_size: 32, accuracy_level: 1 });
    }
    // a layer's bias is added after the product, which not every version of the kernel does itself
    const biases = graph[loop].filter(({ opType, input }) =>
      opType === "Add" && input[1]!.endsWith("_proj.bias")
    );
    assert.equal(biases.length, 4 * LAYERS);
  }
});

Deno.test("buildCudaGraph() reads nothing but the file of the 4-bit weights", () => {
  const { main } = build();
  const external = main.initializer.filter(({ externalData }) => externalData.length > 0);
  const { tensors, int4 } = fakeInt4Checkpoint(LLAMA);
  const weights = LAYERS * LINEAR_MODULES.length;
  assert.equal(external.length, 3 * weights + 3 + LAYERS * (2 + 4));
  for (const { name, externalData, dataType, dims } of external) {
    const [, weight, part] = /^(.*?)(?:\.(codes|scales|zero_points))?$/.exec(name)!;
    const packed = int4!.get(weight!);
    const entry = packed === undefined
      ? tensors.get(name)!
      : { codes: packed.codes, scales: packed.scales, zero_points: packed.zeroPoints }[part!]!;
    const fields = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
    assert.deepEqual(fields, {
      location: FILE,
      offset: String(entry.offset),
      length: String(entry.length),
    });
    assert.equal(dataType, entry.dtype === "U8" ? DataType.UINT8 : DataType.BFLOAT16);
    assert.deepEqual(dims.map(Number), entry.shape);
  }
});

Deno.test("buildCudaGraph() writes a graph with 4-bit weights that ONNX Runtime finds well typed", async () => {
  const { bytes } = build({ loraModules: LINEAR_MODULES, loraTerms: ["gain", "bias"] });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/${FILE}`, new Uint8Array());
    await Deno.truncate(`${folder}/${FILE}`, 10 * MEBIBYTE);
    await Deno.writeFile(`${folder}/graph.onnx`, bytes);
    const options = { graphOptimizationLevel: "disabled", logSeverityLevel: 4 } as const;
    // without a GPU a session gets as far as the first node that only a GPU runs
    await assert.rejects(
      InferenceSession.create(`${folder}/graph.onnx`, options),
      /Could not find an implementation for/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Llama 3.1 8B with one layer. */
const LLAMA_8B = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
};

Deno.test("unpackingBytes() is the largest weight in a half type, and nothing without 4-bit weights", () => {
  assert.equal(unpackingBytes(fakeInt4Checkpoint(LLAMA_8B)), 2 * 4096 * 14_336);
  assert.equal(unpackingBytes(fakeCheckpoint(LLAMA_8B)), 0);
  // rows are filled up to blocks of 32: 2 bytes of 96 rows of 64, for 64 columns of 50
  const narrow = { model_type: "llama", hidden_size: 40, head_dim: 8, intermediate_size: 96 };
  assert.equal(unpackingBytes(fakeInt4Checkpoint(narrow)), 2 * 96 * 64);
  // more than 256 MiB and more than 65,536 rows are unpacked 32,768 at a time
  const ofRows = (rows: number): number => {
    const weight = fakeInt4Checkpoint(LLAMA_8B).int4!.values().next().value!;
    const codes = { ...weight.codes, shape: [rows, 112, 16] };
    return unpackingBytes({ int4: new Map([["wide", { ...weight, codes }]]) });
  };
  assert.deepEqual([65_536, 65_537].map(ofRows), [2 * 3584 * 65_536, 2 * 3584 * 32_768]);
});

Deno.test("weightBytes() says what a GPU holds: the bytes that its graph points into", () => {
  // a family whose graph reads all tensors of the fake checkpoint
  const fields = { model_type: "qwen3", head_dim: 32 };
  const pointedAt = ({ main }: ParsedGraph): number =>
    main.initializer.flatMap(({ externalData }) => externalData)
      .reduce((sum, { key, value }) => sum + (key === "length" ? Number(value) : 0), 0);
  const int4 = fakeInt4Checkpoint(fields);
  const total = pointedAt(buildFake(fields, {}, int4));
  assert.equal(weightBytes(int4, { elementBytes: 2, int4: true }), total);
  // float32 doubles everything but the codes and the zero points
  const narrow = [...int4.int4!.values()]
    .reduce((n, { codes, zeroPoints }) => n + codes.length + zeroPoints.length, 0);
  assert.equal(weightBytes(int4, { elementBytes: 4, int4: true }), 2 * total - narrow);
  const stored = fakeCheckpoint(fields);
  const all = pointedAt(buildFake(fields));
  assert.equal(weightBytes(stored, { elementBytes: 2, int4: false }), all);
  assert(total < all);
});

Deno.test("planMemory() keeps what unpacking a weight needs for each step", () => {
  const [stored, int4] = [fakeCheckpoint(LLAMA_8B), fakeInt4Checkpoint(LLAMA_8B)];
  const options = { freeBytes: 4096 * MEBIBYTE, sequences: 64, prefillTokens: 512 };
  const [without, plan] = [planMemory(stored, options), planMemory(int4, options)];
  assert.equal(plan.stepBytes - without.stepBytes, unpackingBytes(int4));
  assert.ok(plan.blocks < without.blocks);
  assert.ok(plan.cacheBytes + plan.stepBytes <= options.freeBytes);
});
