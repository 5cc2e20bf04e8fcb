/** The linear layers of a decoder layer, by their names in the checkpoint. */
export const LINEAR_MODULES = [
  "self_attn.q_proj",
  "self_attn.k_proj",
  "self_attn.v_proj",
  "self_attn.o_proj",
  "mlp.gate_proj",
  "mlp.up_proj",
  "mlp.down_proj",
] as const;

/** One of {@linkcode LINEAR_MODULES}. */
export type LinearModule = typeof LINEAR_MODULES[number];
