import type { PairedCounts } from "./paired_counts.ts";

/** Refuses counts that cannot be. */
export function assertPairedCounts({ n, gained, lost }: PairedCounts): void {
  if (
    ![n, gained, lost].every((count) => Number.isSafeInteger(count) && count >= 0) || n === 0 ||
    gained + lost > n
  ) {
    throw new RangeError(
      `Cannot compare pairs as gained and lost must be integers >= 0 with a sum of at most n > 0: ` +
        `current values are gained ${gained}, lost ${lost}, n ${n}`,
    );
  }
}

/** Refuses a number that is not strictly between 0 and 1. */
export function assertShare(name: string, value: number): void {
  if (!(value > 0 && value < 1)) {
    throw new RangeError(
      `Cannot use the ${name} as it must be between 0 and 1: current value is ${value}`,
    );
  }
}

/** Refuses a one-sided level that is not strictly between 0 and 1/2. */
export function assertAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 0.5)) {
    throw new RangeError(
      `Cannot use alpha as it must be between 0 and 0.5: current value is ${alpha}`,
    );
  }
}

/** Refuses a number that is not finite and > 0. */
export function assertPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new RangeError(
      `Cannot use the ${name} as it must be finite and > 0: current value is ${value}`,
    );
  }
}

/** Refuses two lists that do not go with each other, and empty ones. */
export function assertPairs(
  base: { readonly length: number },
  tuned: { readonly length: number },
): void {
  if (base.length !== tuned.length || base.length === 0) {
    throw new RangeError(
      `Cannot compare pairs as both variants need the same number > 0 of scores: ` +
        `current lengths are ${base.length} and ${tuned.length}`,
    );
  }
}

/** Refuses a list of clusters that is not as long as the examples. */
export function assertClusters(n: number, clusters: readonly string[]): void {
  if (clusters.length !== n) {
    throw new RangeError(
      `Cannot cluster values as each needs one cluster: current lengths are ${n} and ${clusters.length}`,
    );
  }
}
