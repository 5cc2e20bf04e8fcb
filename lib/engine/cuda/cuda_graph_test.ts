import { fromBinary, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { type GraphProto, ModelProtoSchema, type NodeProto } from "onnx-buf";
import { InferenceSession } from "onnxruntime-node";
import type { Checkpoint } from "../checkpoint.ts";
import { layerTensor } from "../checkpoint.ts";
import { LINEAR_MODULES, parseDecoderConfig } from "../decoder_config.ts";
import { DataType } from "../graph_builder.ts";
import type { TensorEntry } from "../safetensors.ts";
import { bundleShape } from "./bundle_shape.ts";
import { buildCudaGraph, type CudaGraphOptions } from "./cuda_graph.ts";

const LAYERS = 3;
const WEIGHT_BYTES = 10 ** 7;
const BASE = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: LAYERS,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 300,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  eos_token_id: 2,
};

/** A checkpoint whose tensors are said to lie in a file that nobody opens. */
function fakeCheckpoint(fields: Record<string, unknown>): Checkpoint {
  const config = parseDecoderConfig({ ...BASE, ...fields });
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, vocabSize } = config;
  const tensors = new Map<string, TensorEntry>();
  let offset = 100;
  const add = (name: string, ...shape: number[]): void => {
    const length = 2 * shape.reduce((n, d) => n * d, 1);
    tensors.set(name, { dtype: "BF16", shape, file: "/none/model.safetensors", offset, length });
    offset += length;
  };
  add("model.embed_tokens.weight", vocabSize, hiddenSize);
  add("model.norm.weight", hiddenSize);
  add("lm_head.weight", vocabSize, hiddenSize);
  const shapes = [
    [heads * headDim, hiddenSize],
    [kvHeads * headDim, hiddenSize],
    [kvHeads * headDim, hiddenSize],
    [hiddenSize, heads * headDim],
    [intermediateSize, hiddenSize],
    [intermediateSize, hiddenSize],
    [hiddenSize, intermediateSize],
  ];
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const [i, module] of LINEAR_MODULES.entries()) {
      add(layerTensor(layer, module), ...shapes[i]!);
      if (config.biases.includes(module)) add(layerTensor(layer, module, "bias"), shapes[i]![0]!);
    }
    for (const norm of ["input_layernorm", "post_attention_layernorm"]) {
      add(layerTensor(layer, norm), hiddenSize);
    }
    for (const norm of ["self_attn.q_norm", "self_attn.k_norm"]) {
      add(layerTensor(layer, norm), headDim);
    }
  }
  return { dir: "/none", config, tensors, files: ["/none/model.safetensors"] };
}

interface ParsedGraph {
  readonly main: GraphProto;
  readonly prefill: readonly NodeProto[];
  readonly decode: readonly NodeProto[];
  /** The branch that decodes in bundles, and its loop's body; empty without bundles. */
  readonly bundling: readonly NodeProto[];
  readonly bundled: readonly NodeProto[];
  readonly bytes: Uint8Array;
}

function build(
  fields: Record<string, unknown> = { model_type: "llama" },
  options: Partial<CudaGraphOptions> = {},
): ParsedGraph {
  const checkpoint = fakeCheckpoint(fields);
  const contextLength = 512;
  const bundles = bundleShape(checkpoint.config, contextLength);
  const bytes = buildCudaGraph(checkpoint, {
    loraModules: [],
    contextLength,
    ...(bundles ? { bundles } : {}),
    ...options,
  });
  const main = fromBinary(ModelProtoSchema, bytes).graph!;
  const branches = main.node.find(({ opType }) => opType === "If");
  const branch = (wanted: string): readonly NodeProto[] =>
    branches?.attribute.find(({ name }) => name === wanted)?.g?.node ?? [];
  const [prefill, last] = loops(main.node);
  return {
    main,
    prefill: prefill!,
    decode: last ?? loops(branch("else_branch"))[0]!,
    bundling: branch("then_branch"),
    bundled: loops(branch("then_branch"))[0] ?? [],
    bytes,
  };
}

/** The bodies of the loops among some nodes. */
function loops(nodes: readonly NodeProto[]): (readonly NodeProto[])[] {
  return nodes.filter(({ opType }) => opType === "Loop")
    .map(({ attribute }) => attribute[0]!.g!.node);
}

function attentions(nodes: readonly NodeProto[]): NodeProto[] {
  return nodes.filter(({ opType }) => opType === "PagedAttention");
}

function attribute(node: NodeProto, name: string): number | undefined {
  const found = node.attribute.find((attribute) => attribute.name === name);
  return found ? Number(found.i) : undefined;
}

Deno.test("buildCudaGraph() points every weight at its place in the checkpoint and copies none", () => {
  const { main, bytes } = build();
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
  const { main, prefill, decode } = build();
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
  const { prefill } = build();
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

Deno.test("buildCudaGraph() decodes query heads together, but not in a layer whose window hides keys", () => {
  const grouped = attentions(build().decode);
  assert.deepEqual(grouped.map((node) => attribute(node, "num_heads")), [2, 2, 2]);
  assert.ok(grouped.every((node) => attribute(node, "is_causal") === 0));
  const plain = attentions(build({ model_type: "llama" }, { decoding: "plain" }).decode);
  assert.deepEqual(plain.map((node) => attribute(node, "num_heads")), [4, 4, 4]);
  const window = { model_type: "mistral", sliding_window: 16 };
  for (const node of attentions(build(window).decode)) {
    assert.equal(attribute(node, "num_heads"), 4);
    assert.equal(attribute(node, "local_window_size"), 16);
  }
  const wide = { model_type: "mistral", sliding_window: 4096 };
  for (const node of attentions(build(wide).decode)) {
    assert.equal(attribute(node, "local_window_size"), undefined);
  }
});

Deno.test("buildCudaGraph() decodes bundles in caches of their own, filled from the prompts'", () => {
  const { main, bundling, bundled, decode } = build();
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
  const window = build({ model_type: "mistral", sliding_window: 16 });
  assert.deepEqual([window.bundling, window.bundled], [[], []], "a window would hide wrong keys");
});

Deno.test("buildCudaGraph() gates by a norm that is a constant factor, which its weight takes back", () => {
  for (const halfType of ["bfloat16", "float16"] as const) {
    const { main, prefill, bundled } = build({ model_type: "llama" }, { halfType });
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
  const { prefill, decode, bundled } = build();
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
    const { prefill } = build({ model_type: "llama", vocab_size: vocab_size! });
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

Deno.test("buildCudaGraph() takes LoRA factors and their scale as inputs", () => {
  const { main } = build({ model_type: "llama" }, { loraModules: ["self_attn.q_proj"] });
  const names = main.input.map(({ name }) => name).filter((name) => name.includes("lora"));
  assert.equal(names.length, 1 + 2 * LAYERS);
  assert.ok(names.includes("lora_scale"));
});

Deno.test("buildCudaGraph() takes an adapter's gains and biases as inputs where they are asked for, and only there", () => {
  const loraModules = ["self_attn.q_proj", "mlp.down_proj"] as const;
  const fields = { model_type: "qwen2" };
  const plain = build(fields, { loraModules });
  const none = build(fields, { loraModules, loraTerms: [] });
  assert.deepEqual(none.bytes, plain.bytes);
  const { main, prefill, decode, bundled } = build(fields, {
    loraModules,
    loraTerms: ["gain", "bias"],
  });
  const inputs = main.input.map(({ name }) => name);
  for (const term of ["lora_gain", "lora_bias"]) {
    assert.equal(inputs.filter((name) => name.endsWith(`.${term}`)).length, 2 * LAYERS);
    assert.ok(!plain.main.input.some(({ name }) => name.endsWith(`.${term}`)));
  }
  // each is scaled once a run, outside the loops, as the second factor is
  const scaled = main.node.filter(({ opType, input }) =>
    opType === "Mul" && input[1] === "lora_scale"
  );
  assert.equal(scaled.length, 3 * 2 * LAYERS);
  const casts = new Map(main.node.map(({ input, output }) => [input[0]!, output[0]!]));
  const inType = (layer: string, term: string): string => {
    const product = scaled.find(({ input }) => input[0] === `${layer}.${term}`)!;
    return casts.get(product.output[0]!)!;
  };
  for (const body of [prefill, decode, bundled]) {
    for (let layer = 0; layer < LAYERS; layer++) {
      for (const module of loraModules) {
        const name = `model.layers.${layer}.${module}`;
        const product = body.find(({ input }) => input[1] === `${name}.weight`)!.output[0]!;
        const stretch = body.find(({ input }) => input[1] === inType(name, "lora_gain"))!;
        // the base's own bias is taken out of what is stretched
        const stretched = module === "self_attn.q_proj"
          ? body.find(({ opType, input }) => opType === "Sub" && input[0] === product)!
          : undefined;
        assert.equal(stretched?.input[1], stretched && `${name}.bias`);
        assert.deepEqual(
          [stretch.opType, stretch.input[0]],
          ["Mul", stretched ? stretched.output[0] : product],
        );
        const sum = body.find(({ input }) => input[1] === stretch.output[0])!;
        assert.deepEqual([sum.opType, sum.input[0]], ["Add", product]);
        const biased = body.find(({ input }) => input[1] === inType(name, "lora_bias"))!;
        assert.deepEqual([biased.opType, biased.input[0]], ["Add", sum.output[0]]);
        const last = body.find(({ opType, input }) =>
          opType === "Gemm" && input[2] === biased.output[0]
        );
        assert.ok(last, `${name}: nothing adds the product of the factors`);
      }
    }
  }
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
];
for (const fields of FAMILIES) {
  Deno.test(`buildCudaGraph() writes a graph for ${fields.model_type} that ONNX Runtime finds well typed`, async () => {
    const { bytes } = build(fields, {
      loraModules: LINEAR_MODULES,
      loraTerms: ["gain", "bias"],
    });
    // without a GPU a session gets as far as the first node that only a GPU runs
    await assert.rejects(openSession(bytes), /Could not find an implementation for/);
  });
}

Deno.test("InferenceSession.create() refuses a graph that is not well typed, which makes the tests above mean something", async () => {
  const { bytes } = build();
  const model = fromBinary(ModelProtoSchema, bytes);
  const loop = model.graph!.node.find(({ opType }) => opType === "Loop")!;
  const attention = loop.attribute[0]!.g!.node.find(({ opType }) => opType === "PagedAttention")!;
  attention.input[5] = attention.input[0]!;
  await assert.rejects(openSession(toBinary(ModelProtoSchema, model)), /Type Error/);
});
