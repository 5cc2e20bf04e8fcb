import type { DecoderConfig } from "../checkpoint/mod.ts";
import type { GraphScope } from "./graph_scope.ts";
import { inverseFrequencies } from "./rotary_frequencies.ts";

/** Cosine and sine of every position's angles, `[positions, d / 2]` each. */
export interface RotaryTables {
  /** `[positions, d / 2]` */
  readonly cos: string;
  /** `[positions, d / 2]` */
  readonly sin: string;
}

/**
 * Adds the rotary tables to the main graph: the angle of position m and pair j
 * is `m * theta^(-2j / d)`. They are computed in the graph in float32 from the
 * inverse frequencies: the same arithmetic as transformers', and no bytes in
 * the file.
 *
 * Source: RoPE, Su et al. 2021, arXiv:2104.09864, section 3.2.2.
 */
export function rotaryTables(
  main: GraphScope,
  config: DecoderConfig,
  positions: number,
): RotaryTables {
  const inverse = inverseFrequencies(config);
  const range = main.op("Range", [0, positions, 1].map((v) => main.float32(v)));
  const column = main.unsqueeze(range, 1);
  const angles = main.mul(column, main.float32([...inverse]));
  return { cos: main.op("Cos", [angles]), sin: main.op("Sin", [angles]) };
}
