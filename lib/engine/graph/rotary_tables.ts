import type { Rotary } from "../checkpoint/mod.ts";
import type { DecoderWeights } from "./decoder_weights.ts";
import { inverseFrequencies } from "./rotary_frequencies.ts";

/** Cosine and sine of every position's angles, `[positions, d / 2]` each, in the computing type. */
export interface RotaryTables {
  /** `[positions, d / 2]` */
  readonly cos: string;
  /** `[positions, d / 2]` */
  readonly sin: string;
}

/**
 * Adds the rotary tables of every layer to the main graph, once for layers that
 * rotate alike; nothing for a layer that does not rotate. The angle of position m
 * and pair j is `m * theta^(-2j / d)`. They are computed in the graph in float32
 * from the inverse frequencies: the same arithmetic as transformers', and no
 * bytes in the file.
 *
 * Source: RoPE, Su et al. 2021, arXiv:2104.09864, section 3.2.2.
 */
export function rotaryTables(
  weights: DecoderWeights,
  positions: number,
): (RotaryTables | undefined)[] {
  const { main, config } = weights;
  const known = new Map<string, RotaryTables>();
  return config.attention.map(({ rotary }) => {
    if (!rotary) return undefined;
    return known.getOrInsertComputed(JSON.stringify(rotary), () => tablesOf(rotary));
  });

  function tablesOf(rotary: Rotary): RotaryTables {
    const inverse = inverseFrequencies(rotary, config.headDim);
    const range = main.op("Range", [0, positions, 1].map((v) => main.float32(v)));
    const column = main.unsqueeze(range, 1);
    const angles = main.mul(column, main.float32([...inverse]));
    const [cos, sin] = [main.op("Cos", [angles]), main.op("Sin", [angles])];
    return { cos: weights.toCompute(cos), sin: weights.toCompute(sin) };
  }
}
