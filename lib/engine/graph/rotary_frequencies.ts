import type { Rotary } from "../checkpoint/mod.ts";

/**
 * Angle a position of each pair of a head's dimensions, `[headDim / 2]`
 * radians: `theta^(-2j / d)`. Scaling linearly, all are divided by `factor`.
 * Scaling as in Llama 3.1, wavelengths beyond the original context are stretched
 * by `factor`, short ones kept, and those between interpolated.
 *
 * Sources: RoPE, Su et al. 2021, arXiv:2104.09864, section 3.2.2; position
 * interpolation, Chen et al. 2023, arXiv:2306.15595, equation 4; the scalings as
 * in transformers 5.23 (`modeling_rope_utils.py`), checked against it in the tests.
 */
export function inverseFrequencies({ theta, scaling }: Rotary, headDim: number): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, j) => {
    const frequency = 1 / theta ** (2 * j / headDim);
    if (!scaling) return frequency;
    if (scaling.type === "linear") return frequency / scaling.factor;
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
    const turns = originalMaxPositions * frequency / (2 * Math.PI);
    if (turns > highFreqFactor) return frequency;
    if (turns < lowFreqFactor) return frequency / factor;
    const smooth = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  });
}
