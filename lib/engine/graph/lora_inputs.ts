import type { LinearModule, LoraTerm } from "../checkpoint/mod.ts";

/** What adapters may change in a graph; see `loraSites` for what some adapters need. */
export interface LoraSites {
  /** Module kinds that take an adapter; none when left out. */
  readonly loraModules?: readonly LinearModule[];
  /** Terms that an adapter may have beside its factors; none when left out. */
  readonly loraTerms?: readonly LoraTerm[];
}

/** Input names of one linear layer's adapter: its two factors, and a vector for each term. */
export function loraInputs(layer: string): Readonly<Record<"a" | "b" | LoraTerm, string>> {
  return {
    a: `${layer}.lora_A`,
    b: `${layer}.lora_B`,
    gain: `${layer}.lora_gain`,
    bias: `${layer}.lora_bias`,
  };
}

/** Input name of the factor on every adapter product of a run. */
export const LORA_SCALE = "lora_scale";
