import { UsageError } from "../../ground/mod.ts";
import { type Json, positive, unsupported } from "./config_fields.ts";

/** How low rotary frequencies are stretched for a longer context; see `inverseFrequencies`. */
export type RopeScaling =
  | {
    /** All of them alike. */
    readonly type: "linear";
    readonly factor: number;
  }
  | {
    /** Those of long wavelengths, as in Llama 3.1. */
    readonly type: "llama3";
    readonly factor: number;
    readonly lowFreqFactor: number;
    readonly highFreqFactor: number;
    readonly originalMaxPositions: number;
  };

/** A rotary position encoding. */
export interface Rotary {
  /** Base of the wavelengths. */
  readonly theta: number;
  /** How the frequencies are scaled; not at all when left out. */
  readonly scaling?: RopeScaling;
}

const ROPE_KEYS = [
  "rope_type",
  "type",
  "rope_theta",
  "factor",
  "low_freq_factor",
  "high_freq_factor",
  "original_max_position_embeddings",
];

/** The rope parameters of a config.json: in one object since transformers 5, in two keys before. */
export function ropeParameters(config: Json): Json {
  const rope = config.rope_parameters ?? config.rope_scaling ?? {};
  if (typeof rope !== "object") {
    throw new UsageError(`Cannot read config.json: rope_scaling is ${JSON.stringify(rope)}`);
  }
  return rope as Json;
}

/**
 * Reads a rotary encoding.
 *
 * @param rope Its parameters.
 * @param theta Its base where they are silent.
 * @throws {UsageError} If it is of another type, or has a parameter that is not computed.
 */
export function parseRotary(config: Json, rope: Json, theta: number): Rotary {
  const { partial_rotary_factor } = config;
  const partial = partial_rotary_factor === undefined ? {} : { partial_rotary_factor };
  const type = rope.rope_type ?? rope.type ?? "default";
  if (type !== "default" && type !== "llama3" && type !== "linear") {
    throw unsupported(config, `rope_scaling of type ${type}`);
  }
  for (const [key, value] of Object.entries({ ...rope, ...partial })) {
    if (key === "partial_rotary_factor" && value === 1) continue;
    if (!ROPE_KEYS.includes(key) && value !== null) {
      throw unsupported(config, `${key} ${JSON.stringify(value)} among its rope parameters`);
    }
  }
  const rotary = { theta: positive(rope, "rope_theta", theta) };
  if (type === "default") return rotary;
  const factor = positive(rope, "factor");
  if (type === "linear") return { ...rotary, scaling: { type, factor } };
  return {
    ...rotary,
    scaling: {
      type,
      factor,
      lowFreqFactor: positive(rope, "low_freq_factor"),
      highFreqFactor: positive(rope, "high_freq_factor"),
      originalMaxPositions: positive(rope, "original_max_position_embeddings"),
    },
  };
}
