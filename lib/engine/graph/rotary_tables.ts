import type { DecoderConfig } from "../checkpoint/mod.ts";
import type { ModelBuilder } from "./graph_builder.ts";
import { inverseFrequencies } from "./rotary_frequencies.ts";

/** Cosine and sine of every position's angles, `[positions, d / 2]` each. */
export interface RotaryTables {
  readonly cos: string;
  readonly sin: string;
}

/**
 * Adds the rotary tables, computed in the graph in float32 from the inverse
 * frequencies: the same arithmetic as transformers', and no bytes in the file.
 *
 * Source: Su et al. 2021, arXiv:2104.09864.
 */
export function rotaryTables(
  model: ModelBuilder,
  config: DecoderConfig,
  positions: number,
): RotaryTables {
  const { main } = model;
  const inverse = inverseFrequencies(config);
  const range = main.op("Range", [0, positions, 1].map((v) => model.float32(v)));
  const column = main.op("Unsqueeze", [range, model.int64([1])]);
  const angles = main.op("Mul", [column, model.float32(inverse)]);
  return { cos: main.op("Cos", [angles]), sin: main.op("Sin", [angles]) };
}
