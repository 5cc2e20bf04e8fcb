import { bellMcCaffrey, clusterTotals } from "./_cluster_totals.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal_quantile.ts";
import { scoreEvidence } from "./score_evidence.ts";
import { studentQuantile } from "./student_t.ts";

/** Two paired means with their variances, and the quantile that their interval takes. */
interface PairedMeans {
  /** The mean that is divided. */
  readonly over: number;
  /** The mean that it is divided by. */
  readonly under: number;
  readonly varOver: number;
  readonly varUnder: number;
  readonly covariance: number;
  readonly quantile: number;
}

/**
 * Ratios closer than this differ by rounding: nothing varied. The ends come out of a square root,
 * which makes 1e-8 of the last bits of a double; one flip of 100,000 is still 4e-5 wide.
 */
const ROUNDING = 1e-6;

/**
 * The 95 % interval of the ratio `(tuned - shift) / (base - shift)` of two paired shares by
 * Fieller's theorem; `null` where it is unbounded, as the base is not shown to be above `shift`.
 * Where nothing varied, such as when not one answer changed, the interval of the difference takes
 * the place of a width of 0.
 *
 * @param clusters If given, variances are CR2 and the quantile is Student's with Bell and
 * McCaffrey's degrees; `undefined` comes out with fewer than two clusters.
 */
export function fiellerRatio(
  base: readonly boolean[],
  tuned: readonly boolean[],
  options: { readonly shift: number; readonly clusters?: readonly string[] },
): Interval | null | undefined {
  const { shift, clusters } = options;
  const over = tuned.filter(Boolean).length / base.length - shift;
  const under = base.filter(Boolean).length / base.length - shift;
  const spread = clusters ? clusteredSpread(base, tuned, clusters) : plainSpread(base, tuned);
  const ratio = spread && solve({ over, under, ...spread });
  if (!ratio || ratio[1] - ratio[0] > ROUNDING) return ratio;
  const evidence = scoreEvidence(base, tuned, clusters ? { clusters } : {});
  const { plain, clustered } = evidenceIntervals(evidence);
  const difference = clusters ? clustered : plain;
  return difference && [1 + difference[0] / under, 1 + difference[1] / under];
}

function plainSpread(
  base: readonly boolean[],
  tuned: readonly boolean[],
): Omit<PairedMeans, "over" | "under"> {
  const n = base.length;
  const before = base.filter(Boolean).length / n;
  const after = tuned.filter(Boolean).length / n;
  const both = base.filter((right, i) => right && tuned[i]).length / n;
  return {
    varOver: after * (1 - after) / n,
    varUnder: before * (1 - before) / n,
    covariance: (both - before * after) / n,
    quantile: normalQuantile(0.975),
  };
}

function clusteredSpread(
  base: readonly boolean[],
  tuned: readonly boolean[],
  clusters: readonly string[],
): Omit<PairedMeans, "over" | "under"> | undefined {
  const n = base.length;
  const before = clusterTotals(base.map(Number), clusters);
  const after = clusterTotals(tuned.map(Number), clusters);
  if (before.length < 2) return undefined;
  const mean = (totals: typeof before): number => totals.reduce((sum, t) => sum + t.sum, 0) / n;
  const residuals = (totals: typeof before): number[] => {
    const center = mean(totals);
    return totals.map(({ sum, size }) => sum - center * size);
  };
  const x = residuals(after);
  const y = residuals(before);
  const weighted = (a: readonly number[], b: readonly number[]): number =>
    before.reduce((sum, { size }, g) => sum + a[g]! * b[g]! / (1 - size / n), 0) / n ** 2;
  return {
    varOver: weighted(x, x),
    varUnder: weighted(y, y),
    covariance: weighted(x, y),
    quantile: studentQuantile(0.975, bellMcCaffrey(before.map(({ size }) => size))),
  };
}

/** All ratios `r` with `|over - r under| <= quantile * stderr(over - r under)`. */
function solve(means: PairedMeans): Interval | null {
  const { over, under, varOver, varUnder, covariance, quantile } = means;
  const square = quantile ** 2;
  const a = under ** 2 - square * varUnder;
  const b = over * under - square * covariance;
  const c = over ** 2 - square * varOver;
  if (under <= 0 || a <= 0) return null;
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return [(b - root) / a, (b + root) / a];
}
