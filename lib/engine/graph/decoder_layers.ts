import { layerTensor } from "../checkpoint/mod.ts";
import type { DecoderWeights } from "./decoder_weights.ts";
import { CONTRIB, type GraphScope } from "./graph_scope.ts";

/** The projections of one layer's attention before the rotation, `[T, heads * d]` each. */
export interface AttentionInputs {
  /** `[T, heads * d]` */
  readonly query: string;
  /** `[T, kv * d]` */
  readonly key: string;
  /** `[T, kv * d]` */
  readonly value: string;
  /** `[d]` the weight of the RMS norm of every head's query or key before the rotation, where there is one. */
  readonly headNorm?: (part: "query" | "key") => string;
}

/** What {@linkcode decoderLayers} is written over. */
export interface DecoderParts {
  /** `[T]` packed tokens. */
  readonly tokens: string;
  /** The weights in the computing type. */
  readonly weights: DecoderWeights;
  /** Attention of a layer over new and earlier tokens; gives `[T, heads * d]`. */
  attention(layer: number, inputs: AttentionInputs): string;
  /**
   * Keeps the rows of `[T, n]` that are wanted from the last layer; all of them
   * when left out. What follows the last layer's attention runs for them alone.
   */
  wantedRows?(x: string): string;
  /** `SiLU(gate) * up` of two `[T, intermediate]`, where the device does it better than in two nodes. */
  gated?(gate: string, up: string): string;
}

const HEAD_NORMS = { query: "self_attn.q_norm", key: "self_attn.k_norm" } as const;

/**
 * Adds the decoder's layers over T packed tokens and returns the name of the
 * normalised hidden states, `[T, hidden]` (or of the wanted rows). With RMS norms
 * n1 to n4 of a layer, `act` SiLU or GELU, and the scale s 1 but in Gemma:
 *
 *     x = s embedding[tokens]
 *     for each layer:  x += n2(attention(n1(x)) W_o^T)
 *                      x += n4((act(h W_gate^T) * (h W_up^T)) W_down^T),  h = n3(x)
 *     norm(x)
 *
 * In Llama and most others n2 and n4 do not exist, so that the outputs are added
 * as they are.
 *
 * Sources: Llama, Touvron et al. 2023, arXiv:2302.13971 (norms before each part);
 * SwiGLU and GEGLU, Shazeer 2020, arXiv:2002.05202, equations 5 and 6; norms on
 * both sides, Gemma 2, arXiv:2408.00118, section 2; norms of queries and keys,
 * Gemma 3, arXiv:2503.19786, section 2.
 */
export function decoderLayers(scope: GraphScope, parts: DecoderParts): string {
  const { tokens, weights, attention, wantedRows } = parts;
  const { layers, rmsNormEps, norms, queryKeyNorm } = weights.config;
  let residual = embed(scope, weights, tokens);
  const first = layerTensor(0, norms.beforeAttention);
  let hidden = scope.rmsNorm(residual, normWeight(weights, first), rmsNormEps);

  /** `x += delta`, normalised first where there is an `after`, and the norm of the sum in one kernel. */
  function addAndNormalize(delta: string, after: string | undefined, next: string): void {
    const added = after ? scope.rmsNorm(delta, normWeight(weights, after), rmsNormEps) : delta;
    const [normalized, , , sum] = scope.outputs(
      "SkipSimplifiedLayerNormalization",
      [residual, added, normWeight(weights, next)],
      ["", scope.freshName("mean"), scope.freshName("inverse_deviation"), ""],
      { attributes: { epsilon: { float: rmsNormEps } }, domain: CONTRIB },
    );
    [hidden, residual] = [normalized!, sum!];
  }

  for (let layer = 0; layer < layers; layer++) {
    const tensor = (name: string): string => layerTensor(layer, name);
    const linear = (x: string, module: string): string =>
      weights.linear(scope, x, `model.layers.${layer}.${module}`);
    let seen = attention(layer, {
      query: linear(hidden, "self_attn.q_proj"),
      key: linear(hidden, "self_attn.k_proj"),
      value: linear(hidden, "self_attn.v_proj"),
      ...(queryKeyNorm ? { headNorm: (part) => headNormWeight(weights, layer, part) } : {}),
    });
    const isLast = layer + 1 === layers;
    if (isLast && wantedRows) [seen, residual] = [wantedRows(seen), wantedRows(residual)];
    addAndNormalize(
      linear(seen, "self_attn.o_proj"),
      norms.afterAttention && tensor(norms.afterAttention),
      tensor(norms.beforeMlp),
    );
    const gate = linear(hidden, "mlp.gate_proj");
    const up = linear(hidden, "mlp.up_proj");
    addAndNormalize(
      linear(gatedUnit(scope, parts, { gate, up }), "mlp.down_proj"),
      norms.afterMlp && tensor(norms.afterMlp),
      isLast ? "model.norm.weight" : layerTensor(layer + 1, norms.beforeAttention),
    );
  }
  return hidden;
}

/** `[T, hidden]` embeddings, scaled; Gemma's factor is rounded to the computing type, as it was in training. */
function embed(scope: GraphScope, weights: DecoderWeights, tokens: string): string {
  const rows = scope.gather(weights.weight("model.embed_tokens.weight"), tokens);
  const { embeddingScale } = weights.config;
  if (embeddingScale === 1) return rows;
  const { main } = weights;
  const scale = main.once(
    "embedding scale",
    () => weights.toCompute(main.float32(embeddingScale)),
  );
  return scope.mul(rows, scale);
}

/** A norm's weight with the family's offset, times a factor. */
function normWeight(weights: DecoderWeights, name: string, factor = 1): string {
  const { normOffset } = weights.config;
  if (normOffset === 0 && factor === 1) return weights.weight(name);
  const { main } = weights;
  return main.once(`norm ${name}`, () => {
    const stored = weights.toFloat(main, weights.weight(name));
    const whole = normOffset === 0 ? stored : main.add(stored, main.float32(normOffset));
    return weights.toCompute(factor === 1 ? whole : main.mul(whole, main.float32(factor)));
  });
}

/**
 * The weight of the norm of a layer's queries or keys. A rotation is linear, so
 * a factor on queries is one on their norm's weight.
 */
function headNormWeight(weights: DecoderWeights, layer: number, part: "query" | "key"): string {
  const factor = part === "query" ? weights.config.queryScale : 1;
  return normWeight(weights, layerTensor(layer, HEAD_NORMS[part]), factor);
}

/** `act(gate) * up`. */
function gatedUnit(
  scope: GraphScope,
  { weights, gated }: DecoderParts,
  { gate, up }: { readonly gate: string; readonly up: string },
): string {
  // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), as gelu_pytorch_tanh
  if (weights.config.activation === "gelu_tanh") {
    return scope.mul(scope.contrib("FastGelu", [gate]), up);
  }
  if (gated) return gated(gate, up);
  // SiLU(x) is x * sigmoid(x), which QuickGelu is for an alpha of 1
  return scope.mul(scope.contrib("QuickGelu", [gate], { alpha: { float: 1 } }), up);
}
