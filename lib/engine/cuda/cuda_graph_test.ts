import { fromBinary, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { ModelProtoSchema, type NodeProto } from "onnx-buf";
import { InferenceSession } from "onnxruntime-node";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import { DataType } from "../graph/onnx.ts";
import { buildFake, fakeCheckpoint, LAYERS } from "../testing/parsed_graph.ts";

const WEIGHT_BYTES = 10 ** 7;

function attentions(nodes: readonly NodeProto[]): NodeProto[] {
  return nodes.filter(({ opType }) => opType === "PagedAttention");
}

function attribute(node: NodeProto, name: string): number | undefined {
  const found = node.attribute.find((attribute) => attribute.name === name);
  return found ? Number(found.i) : undefined;
}

Deno.test("buildCudaGraph() points every weight at its place in the checkpoint and copies none", () => {
  const { main, bytes } = buildFake();
  const checkpoint = fakeCheckpoint({ model_type: "llama" });
  const external = main.initializer.filter(({ externalData }) => externalData.length > 0);
  assert.equal(external.length, 3 + LAYERS * 9);
  for (const { name, externalData } of external) {
    const fields = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
    const entry = checkpoint.tensors.get(name)!;
    assert.deepEqual(fields, {
      location: "model.safetensors",
      offset: String(entry.offset),
      length: String(entry.length),
    });
  }
  assert.ok(
    !main.node.some(({ input, opType }) => opType === "Cast" && input[0]!.endsWith("weight")),
  );
  assert.ok(bytes.length < 100_000, `${bytes.length} bytes`);
});

Deno.test("buildCudaGraph() gives each layer two caches of its own, written and read in both loops", () => {
  const { main, prefill, decode } = buildFake();
  const caches = main.node.filter(({ opType, output }) =>
    opType === "ConstantOfShape" &&
    attentions(decode).some(({ input }) => input.slice(3, 5).includes(output[0]!))
  );
  const fills = caches.map(({ attribute }) => attribute[0]!.t!.rawData.join());
  assert.equal(new Set(fills).size, 2 * LAYERS, "equal constants would be merged into one");
  assert.equal(attentions(prefill).length, 2 * LAYERS, "the tails and the sequences");
  assert.equal(attentions(decode).length, LAYERS);
  for (const [layer, node] of attentions(decode).entries()) {
    const [tail, whole] = attentions(prefill).slice(2 * layer, 2 * layer + 2);
    assert.deepEqual(tail!.input.slice(3, 5), node.input.slice(3, 5));
    assert.deepEqual(whole!.input.slice(3, 5), node.input.slice(3, 5));
  }
});

Deno.test("buildCudaGraph() writes tails before the sequences that read them", () => {
  const { prefill } = buildFake();
  const produced = new Map(prefill.flatMap((node) => node.output.map((name) => [name, node])));
  const [tail, whole] = attentions(prefill);
  const ancestors = new Set<NodeProto>();
  const visit = (name: string): void => {
    const node = produced.get(name);
    if (!node || ancestors.has(node)) return;
    ancestors.add(node);
    node.input.forEach(visit);
  };
  visit(whole!.input[16]!);
  assert.ok(ancestors.has(tail!), "nothing else makes the runtime keep and order the writer");
});

Deno.test("buildCudaGraph() tells prefill the slots of its rows, and rotates outside it where no heads are normalised", () => {
  for (const model_type of ["llama", "qwen3"]) {
    const { prefill } = buildFake({ model_type, head_dim: 32 });
    const produced = new Map(prefill.flatMap((node) => node.output.map((name) => [name, node])));
    const inputOf = (node: NodeProto, at: number): NodeProto => produced.get(node.input[at]!)!;
    const isTurned = model_type === "llama";
    const turns = prefill.filter(({ opType }) => opType === "RotaryEmbedding");
    assert.equal(turns.length, isTurned ? 2 * LAYERS : 0);
    for (const layer of Array(LAYERS).keys()) {
      const [tail, whole] = attentions(prefill).slice(2 * layer, 2 * layer + 2);
      assert.equal(inputOf(tail!, 10).input[0], "tail_slots");
      assert.equal(inputOf(whole!, 10).input[0], "slots");
      for (const node of [tail!, whole!]) {
        assert.equal(attribute(node, "do_rotary"), isTurned ? 0 : 1);
        assert.equal(node.input[8] === "", isTurned);
        assert.equal(node.input[12] === "", isTurned, "norms of the heads");
      }
      if (!isTurned) continue;
      const [query, key] = [0, 1].map((at) => inputOf(inputOf(whole!, at), 0));
      assert.deepEqual([query, key], turns.slice(2 * layer, 2 * layer + 2));
      assert.equal(inputOf(tail!, 1).input[0], whole!.input[1], "a tail is a copy of turned keys");
      assert.equal(inputOf(tail!, 2).input[0], whole!.input[2]);
      const places = inputOf(query!, 1);
      assert.deepEqual([places.opType, inputOf(places, 0).input[0]], ["Unsqueeze", "positions"]);
    }
  }
});

Deno.test("buildCudaGraph() decodes query heads together, but not in a layer whose window hides keys", () => {
  const grouped = attentions(buildFake().decode);
  assert.deepEqual(grouped.map((node) => attribute(node, "num_heads")), [2, 2, 2]);
  assert.ok(grouped.every((node) => attribute(node, "is_causal") === 0));
  const plain = attentions(buildFake({ model_type: "llama" }, { decoding: "plain" }).decode);
  assert.deepEqual(plain.map((node) => attribute(node, "num_heads")), [4, 4, 4]);
  const window = { model_type: "mistral", sliding_window: 16 };
  for (const node of attentions(buildFake(window).decode)) {
    assert.equal(attribute(node, "num_heads"), 4);
    assert.equal(attribute(node, "local_window_size"), 16);
  }
  const wide = { model_type: "mistral", sliding_window: 4096 };
  for (const node of attentions(buildFake(wide).decode)) {
    assert.equal(attribute(node, "local_window_size"), undefined);
  }
});

Deno.test("buildCudaGraph() decodes bundles in caches of their own, filled from the prompts'", () => {
  const { main, bundling, bundled, decode } = buildFake();
  assert.ok(main.input.some(({ name }) => name === "bundled"));
  const wide = attentions(bundled);
  assert.equal(wide.length, LAYERS);
  const produced = new Map(bundling.flatMap((node) => node.output.map((name) => [name, node])));
  for (const [layer, node] of wide.entries()) {
    assert.deepEqual([attribute(node, "num_heads"), attribute(node, "kv_num_heads")], [2, 2]);
    assert.equal(attribute(node, "is_causal"), 0);
    const scale = node.attribute.find(({ name }) => name === "scale")!.f;
    assert.ok(
      Math.abs(scale - 1 / Math.sqrt(16)) < 1e-7,
      "the columns are not part of a head's size",
    );
    for (const [i, cache] of node.input.slice(3, 5).entries()) {
      const joined = produced.get(produced.get(cache)!.input[0]!)!;
      const copied = produced.get(joined.input[0]!)!;
      assert.deepEqual([joined.opType, copied.opType], ["Concat", "Gather"]);
      const prompts = attentions(decode)[layer]!.input[3 + i];
      assert.equal(produced.get(copied.input[0]!)!.input[0], prompts);
    }
  }
  const window = buildFake({ model_type: "mistral", sliding_window: 16 });
  assert.deepEqual([window.bundling, window.bundled], [[], []], "a window would hide wrong keys");
});

Deno.test("buildCudaGraph() gates by a norm that is a constant factor, which its weight takes back", () => {
  for (const halfType of ["bfloat16", "float16"] as const) {
    const { main, prefill, bundled } = buildFake({ model_type: "llama" }, { halfType });
    const produced = new Map(main.node.flatMap((node) => node.output.map((name) => [name, node])));
    for (const nodes of [prefill, bundled]) {
      const norms = nodes.filter(({ opType }) => opType === "GatedRMSNorm");
      assert.equal(norms.length, LAYERS);
      for (const { input, attribute } of norms) {
        const epsilon = attribute.find(({ name }) => name === "epsilon")!.f;
        const weight = produced.get(produced.get(input[1]!)!.input[0]!)!;
        const [root] = new Float32Array(weight.attribute[0]!.t!.rawData.slice().buffer);
        assert.equal(root! ** 2, epsilon);
        assert.ok(epsilon >= 2 ** 30, "no mean of squares may count beside it");
        assert.ok(halfType === "bfloat16" || root! < 65_504, "float16 holds it");
      }
    }
  }
});

Deno.test("buildCudaGraph() normalises over the vocabulary only inside the branch for wanted scores", () => {
  const { prefill, decode, bundled } = buildFake();
  assert.ok(![...prefill, ...decode, ...bundled].some(({ opType }) => opType === "LogSoftmax"));
  const branch = prefill.find(({ opType }) => opType === "If")!;
  const then = branch.attribute.find(({ name }) => name === "then_branch")!.g!;
  const softmax = then.node.find(({ opType }) => opType === "LogSoftmax")!;
  const pick = then.node.at(-1)!;
  assert.equal(pick.opType, "If");
  const taken = pick.attribute.map(({ g }) => g!.node.at(-1)!);
  assert.deepEqual(taken.map(({ opType }) => opType), ["GatherElements", "Gather"]);
  for (const { input } of taken) assert.equal(input[0], softmax.output[0]);
});

Deno.test("buildCudaGraph() scores letters from products of float32, a part of the output layer at a time", () => {
  const size = 2 ** 20;
  for (const [vocab_size, parts] of [[1000, 1], [size, 1], [size + 1, 2], [5 * size - 1, 5]]) {
    const { prefill } = buildFake({ model_type: "llama", vocab_size: vocab_size! });
    const branch = prefill.find(({ opType }) => opType === "If")!;
    const { node } = branch.attribute.find(({ name }) => name === "then_branch")!.g!;
    const products = node.filter(({ opType }) => opType === "Gemm");
    assert.equal(products.length, parts);
    const casts = new Map(
      node.filter(({ opType }) => opType === "Cast").map((cast) => [cast.output[0], cast]),
    );
    for (const { input } of products) {
      for (const name of input.slice(0, 2)) {
        assert.equal(casts.get(name)?.attribute[0]?.i, BigInt(DataType.FLOAT));
      }
    }
  }
});

Deno.test("buildCudaGraph() rotates Gemma 3's layers by two tables, and normalises with weights of its own", () => {
  const size = { head_dim: 32, query_pre_attn_scalar: 32 };
  const fields = { model_type: "gemma3_text", sliding_window: 16, ...size };
  const kinds = ["sliding_attention", "full_attention", "sliding_attention"];
  const { main, prefill, decode } = buildFake({ ...fields, layer_types: kinds });
  assert.equal(main.node.filter(({ opType }) => opType === "Cos").length, 2);
  for (const nodes of [prefill, decode]) {
    const layers = attentions(nodes).filter((node) => attribute(node, "local_window_size") !== 1);
    const turns = nodes === decode
      ? nodes.filter(({ opType }) => opType === "RotaryEmbedding").map(({ input }) => input[2])
      : [];
    const windows = layers.map((node) => attribute(node, "local_window_size"));
    assert.deepEqual(windows, [16, undefined, 16]);
    const [near, full, again] = layers.map(({ input }) => input[8]);
    assert.equal(near, again);
    // where queries are grouped the rotation is a node of its own
    assert.notEqual(full === "" ? turns[0] : full, near);
    assert.ok(near, "the kernel rotates");
  }
  // offsets are added in float32, outside the loops
  const whole = main.node.filter(({ opType, output }) =>
    opType === "Add" &&
    main.node.some(({ opType, input }) => opType === "Cast" && input[0] === output[0])
  );
  assert.equal(whole.length, 1 + 6 * LAYERS);
  assert.ok(!prefill.some(({ opType }) => opType === "GatedRMSNorm"), "which is SiLU's");
  assert.equal(prefill.filter(({ opType }) => opType === "FastGelu").length, LAYERS);
});

/** Opens a session over weights that are all zeros: a file with nothing but a length. */
async function openSession(graph: Uint8Array): Promise<InferenceSession> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/model.safetensors`, new Uint8Array());
    await Deno.truncate(`${folder}/model.safetensors`, WEIGHT_BYTES);
    await Deno.writeFile(`${folder}/graph.onnx`, graph);
    return await InferenceSession.create(`${folder}/graph.onnx`, {
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 4,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const FAMILIES = [
  { model_type: "llama", attention_bias: true },
  { model_type: "mistral", sliding_window: 16 },
  { model_type: "qwen2" },
  { model_type: "qwen3", head_dim: 32 },
  { model_type: "smollm3", tie_word_embeddings: false },
  { model_type: "gemma3_text", head_dim: 32, sliding_window: 16, query_pre_attn_scalar: 48 },
];
for (const fields of FAMILIES) {
  Deno.test(`buildCudaGraph() writes a graph for ${fields.model_type} that ONNX Runtime finds well typed`, async () => {
    const { bytes } = buildFake(fields, {
      loraModules: LINEAR_MODULES,
      loraTerms: ["gain", "bias"],
    });
    // without a GPU a session gets as far as the first node that only a GPU runs
    await assert.rejects(openSession(bytes), /Could not find an implementation for/);
  });
}

Deno.test("InferenceSession.create() refuses a graph that is not well typed, which makes the tests above mean something", async () => {
  const { bytes } = buildFake();
  const model = fromBinary(ModelProtoSchema, bytes);
  const loop = model.graph!.node.find(({ opType }) => opType === "Loop")!;
  const attention = loop.attribute[0]!.g!.node.find(({ opType }) => opType === "PagedAttention")!;
  attention.input[5] = attention.input[0]!;
  await assert.rejects(openSession(toBinary(ModelProtoSchema, model)), /Type Error/);
});
