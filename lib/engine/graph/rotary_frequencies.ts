import type { DecoderConfig } from "../checkpoint/mod.ts";

/**
 * Angle a position of each pair of a head's dimensions, `[headDim / 2]`
 * radians: `theta^(-2j / d)`. With Llama 3.1's scaling, wavelengths beyond the
 * original context are stretched by `factor`, short ones kept, and those
 * between interpolated.
 *
 * Source: Su et al. 2021, arXiv:2104.09864; the scaling as in transformers 5.23
 * (`modeling_rope_utils.py`), checked against it in the tests.
 */
export function inverseFrequencies(
  { headDim, ropeTheta, ropeScaling }: Pick<
    DecoderConfig,
    "headDim" | "ropeTheta" | "ropeScaling"
  >,
): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, j) => {
    const frequency = 1 / ropeTheta ** (2 * j / headDim);
    if (!ropeScaling) return frequency;
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = ropeScaling;
    const turns = originalMaxPositions * frequency / (2 * Math.PI);
    if (turns > highFreqFactor) return frequency;
    if (turns < lowFreqFactor) return frequency / factor;
    const smooth = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  });
}
