import { type DecoderConfig, layerTensor } from "../checkpoint/mod.ts";
import type { GraphScope, ModelBuilder } from "./graph_builder.ts";

/** The projections of one layer's attention before the rotation, `[T, heads * d]` unless `project` says otherwise. */
export interface AttentionInputs {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** What differs between devices, given to {@linkcode decoderLayers}. */
export interface DecoderOps {
  /** A weight in the type that the device computes with. */
  weight(name: string): string;
  /** `x W^T (+ bias) (+ adapter)` of the named linear layer; `[T, in]` to `[T, out]`. */
  linear(x: string, layer: string): string;
  /** A layer's queries, keys and values from its `[T, hidden]`; three linear layers when left out. */
  project?(x: string, layer: number): AttentionInputs;
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

/**
 * Adds the decoder's layers over T packed tokens and returns the name of the
 * normalised hidden states, `[T, hidden]` (or of the wanted rows). RMS norms before attention and MLP,
 * residual sums fused into the norm that follows them, SwiGLU.
 *
 * Source: the Llama architecture, Touvron et al. 2023, arXiv:2302.13971.
 */
export function decoderLayers(
  model: ModelBuilder,
  scope: GraphScope,
  { tokens, config, ops }: {
    readonly tokens: string;
    readonly config: DecoderConfig;
    readonly ops: DecoderOps;
  },
): string {
  const norm = { epsilon: { float: config.rmsNormEps } };
  let residual = scope.op("Gather", [ops.weight("model.embed_tokens.weight"), tokens]);
  let hidden = scope.op("SimplifiedLayerNormalization", [
    residual,
    ops.weight(layerTensor(0, "input_layernorm")),
  ], { attributes: { ...norm, axis: { int: -1 } } });

  function addAndNormalize(delta: string, weight: string): void {
    const [normalized, , , sum] = scope.outputs(
      "SkipSimplifiedLayerNormalization",
      [residual, delta, ops.weight(weight)],
      ["", model.freshName("mean"), model.freshName("inverse_deviation"), ""],
      { attributes: norm, domain: "com.microsoft" },
    );
    [hidden, residual] = [normalized!, sum!];
  }

  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const inputs = ops.project?.(hidden, layer) ?? {
      query: ops.linear(hidden, `${prefix}.self_attn.q_proj`),
      key: ops.linear(hidden, `${prefix}.self_attn.k_proj`),
      value: ops.linear(hidden, `${prefix}.self_attn.v_proj`),
    };
    let attention = ops.attention(layer, inputs);
    if (layer + 1 === config.layers && ops.wantedRows) {
      attention = ops.wantedRows(attention);
      residual = ops.wantedRows(residual);
    }
    addAndNormalize(
      ops.linear(attention, `${prefix}.self_attn.o_proj`),
      layerTensor(layer, "post_attention_layernorm"),
    );
    const gate = ops.linear(hidden, `${prefix}.mlp.gate_proj`);
    const up = ops.linear(hidden, `${prefix}.mlp.up_proj`);
    addAndNormalize(
      ops.linear(ops.gated?.(gate, up) ?? gated(scope, gate, up), `${prefix}.mlp.down_proj`),
      layer + 1 < config.layers ? layerTensor(layer + 1, "input_layernorm") : "model.norm.weight",
    );
  }
  return hidden;
}

function gated(scope: GraphScope, gate: string, up: string): string {
  // x * sigmoid(1 * x) is SiLU
  const activated = scope.contrib("QuickGelu", [gate], { alpha: { float: 1 } });
  return scope.op("Mul", [activated, up]);
}
