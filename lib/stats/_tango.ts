import { bisectDown } from "./_bisect.ts";
import type { Interval } from "./interval.ts";

/** Paired counts that may be fractions, as an effective number of examples is. */
interface RealCounts {
  readonly n: number;
  readonly gained: number;
  readonly lost: number;
}

/**
 * Tango's score interval at any quantile: every `delta` with `|statistic| <= quantile`.
 *
 * @param counts `n` > 0, `gained` and `lost` >= 0 with a sum of at most `n`; fractions are allowed.
 * @param quantile The two-sided critical value, > 0.
 */
export function tangoInterval(counts: RealCounts, quantile: number): Interval {
  const { n, gained, lost } = counts;
  // Swapping the variants must mirror the interval to the last bit.
  if (lost > gained) {
    const [low, high] = tangoInterval({ n, gained: lost, lost: gained }, quantile);
    return [-high, -low];
  }
  const estimate = (gained - lost) / n;
  const spread = (delta: number): number => quantile * Math.sqrt(nullVariance(counts, delta));
  const high = bisectDown((delta) => gained - lost - n * delta + spread(delta), estimate, 1);
  const low = gained === lost
    ? -high
    : bisectDown((delta) => gained - lost - n * delta - spread(delta), -1, estimate);
  return [low, high];
}

/**
 * The statistic of Tango's score test that the true difference is `delta`: about standard normal
 * if it is, and above 0 where the observed difference is larger.
 */
export function tangoStatistic(counts: RealCounts, delta: number): number {
  const distance = counts.gained - counts.lost - counts.n * delta;
  return distance === 0 ? 0 : distance / Math.sqrt(nullVariance(counts, delta));
}

/** The variance of `gained - lost` if the true difference is `delta`, at its likeliest value. */
function nullVariance({ n, gained, lost }: RealCounts, delta: number): number {
  // The likeliest share of `lost` solves 2 n q^2 + b q + c = 0.
  const b = (2 * n - gained + lost) * delta - gained - lost;
  const c = -lost * delta * (1 - delta);
  const q = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
  return Math.max(0, n * (2 * q + delta * (1 - delta)));
}
