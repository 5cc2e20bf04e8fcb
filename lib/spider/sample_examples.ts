import { UsageError } from "../ground/mod.ts";
import { pcg32, shuffled } from "../stats/mod.ts";

/** Options of {@link sampleExamples}. */
export interface SampleExamplesOptions {
  /** How many to draw: an integer >= 0. */
  readonly count: number;
  /** The seed of the draw. */
  readonly seed: number;
}

/**
 * A uniform random sample without replacement, returned in the order of the file.
 *
 * With one seed a larger sample contains every smaller one, so that a run on 200 examples extends
 * the run on 100.
 *
 * @param examples What to draw from.
 * @returns `count` of the examples, in their order.
 * @throws {UsageError} If more are asked for than there are, so that a shorter run is never a
 * surprise.
 * @throws {RangeError} If `count` is not an integer >= 0.
 *
 * @example Three of five
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const drawn = sampleExamples([1, 2, 3, 4, 5], { count: 3, seed: 42 });
 * assert.deepEqual(drawn, [...new Set(drawn)].sort());
 * ```
 */
export function sampleExamples<T>(
  examples: readonly T[],
  { count, seed }: SampleExamplesOptions,
): readonly T[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot sample examples: count must be an integer >= 0: ${count}`);
  }
  if (count > examples.length) {
    throw new UsageError(
      `Cannot sample ${count} examples: there are ${examples.length}: ask for at most that many`,
    );
  }
  return shuffled([...examples.keys()], pcg32(seed)).slice(0, count).sort((a, b) => a - b)
    .map((index) => examples[index]!);
}
