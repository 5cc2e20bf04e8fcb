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
 * normalised hidden states, `[T, hidden]` (or of the wanted rows):
 *
 *     x = embedding[tokens]
 *     for each layer:  x += attention(norm(x)) W_o^T
 *                      x += (SiLU(h W_gate^T) * (h W_up^T)) W_down^T,  h = norm(x)
 *     norm(x)
 *
 * Sources: the Llama architecture, Touvron et al. 2023, arXiv:2302.13971 (norms
 * before each part); SwiGLU, Shazeer 2020, arXiv:2002.05202, equation 6.
 */
export function decoderLayers(
  scope: GraphScope,
  { tokens, weights, attention, wantedRows, gated = (gate, up) => swiGlu(scope, gate, up) }:
    DecoderParts,
): string {
  const { layers, rmsNormEps, norms, queryKeyNorm } = weights.config;
  const norm = (name: string): string => weights.weight(name);
  let residual = scope.gather(weights.weight("model.embed_tokens.weight"), tokens);
  let hidden = scope.rmsNorm(residual, norm(layerTensor(0, norms.beforeAttention)), rmsNormEps);

  /** `x += delta`, and the norm of the sum, in one kernel. */
  function addAndNormalize(delta: string, weight: string): void {
    const [normalized, , , sum] = scope.outputs(
      "SkipSimplifiedLayerNormalization",
      [residual, delta, norm(weight)],
      ["", scope.freshName("mean"), scope.freshName("inverse_deviation"), ""],
      { attributes: { epsilon: { float: rmsNormEps } }, domain: CONTRIB },
    );
    [hidden, residual] = [normalized!, sum!];
  }

  for (let layer = 0; layer < layers; layer++) {
    const linear = (x: string, module: string): string =>
      weights.linear(scope, x, `model.layers.${layer}.${module}`);
    let seen = attention(layer, {
      query: linear(hidden, "self_attn.q_proj"),
      key: linear(hidden, "self_attn.k_proj"),
      value: linear(hidden, "self_attn.v_proj"),
      ...(queryKeyNorm ? { headNorm: (part) => norm(layerTensor(layer, HEAD_NORMS[part])) } : {}),
    });
    const isLast = layer + 1 === layers;
    if (isLast && wantedRows) [seen, residual] = [wantedRows(seen), wantedRows(residual)];
    addAndNormalize(
      linear(seen, "self_attn.o_proj"),
      layerTensor(layer, norms.beforeMlp),
    );
    const gate = linear(hidden, "mlp.gate_proj");
    const up = linear(hidden, "mlp.up_proj");
    addAndNormalize(
      linear(gated(gate, up), "mlp.down_proj"),
      isLast ? "model.norm.weight" : layerTensor(layer + 1, norms.beforeAttention),
    );
  }
  return hidden;
}

/** `SiLU(gate) * up`, where `SiLU(x) = x * sigmoid(x)`, which QuickGelu is for an alpha of 1. */
function swiGlu(scope: GraphScope, gate: string, up: string): string {
  return scope.mul(scope.contrib("QuickGelu", [gate], { alpha: { float: 1 } }), up);
}
