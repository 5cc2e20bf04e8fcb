import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema, type NodeProto } from "onnx-buf";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { layerTensor } from "../checkpoint/checkpoint.ts";
import { parseDecoderConfig } from "../checkpoint/decoder_config.ts";
import { int4Layout } from "../checkpoint/int4/int4_layout.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import type { TensorEntry } from "../checkpoint/safetensors.ts";
import { bundleShape } from "../cuda/bundles/bundle_shape.ts";
import { buildCudaGraph, type CudaGraphOptions } from "../cuda/cuda_graph.ts";

/** Layers of {@linkcode fakeCheckpoint}. */
export const LAYERS = 3;
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
export function fakeCheckpoint(fields: Record<string, unknown>): Checkpoint {
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
    for (const norm of Object.values(config.norms)) {
      add(layerTensor(layer, norm), hiddenSize);
    }
    for (const norm of ["self_attn.q_norm", "self_attn.k_norm"]) {
      add(layerTensor(layer, norm), headDim);
    }
  }
  return { dir: "/none", config, tensors, files: ["/none/model.safetensors"] };
}

/** The fake checkpoint with its linear layers in 4 bits, said to lie in another file that nobody opens. */
export function fakeInt4Checkpoint(fields: Record<string, unknown>): Checkpoint {
  const checkpoint = fakeCheckpoint(fields);
  const file = "/none/weights.int4.fake";
  const source = { "model.safetensors": "0".repeat(64) };
  const { weights, copied } = int4Layout(checkpoint, { file, source });
  const tensors = new Map([...checkpoint.tensors, ...copied]);
  return { ...checkpoint, tensors, files: [file], int4: weights };
}

/** A graph with the bodies of its loops. */
export interface ParsedGraph {
  readonly main: GraphProto;
  readonly prefill: readonly NodeProto[];
  readonly decode: readonly NodeProto[];
  /** The branch that decodes in bundles, and its loop's body; empty without bundles. */
  readonly bundling: readonly NodeProto[];
  readonly bundled: readonly NodeProto[];
  readonly bytes: Uint8Array;
}

/** The graph of a fake checkpoint, read again from its bytes. */
export function buildFake(
  fields: Record<string, unknown> = { model_type: "llama" },
  options: Partial<CudaGraphOptions> = {},
  checkpoint: Checkpoint = fakeCheckpoint(fields),
): ParsedGraph {
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
