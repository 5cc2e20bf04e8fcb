import { assertClusters } from "./_checks.ts";

/** One cluster's share in a mean. */
export interface ClusterTotal {
  /** The sum of its values. */
  readonly sum: number;
  /** How many values it has. */
  readonly size: number;
}

/** Sums and sizes of the clusters, in the order in which they come up. */
export function clusterTotals(
  values: readonly number[],
  clusters: readonly string[],
): ClusterTotal[] {
  assertClusters(values.length, clusters);
  const totals = new Map<string, { sum: number; size: number }>();
  clusters.forEach((cluster, i) => {
    const total = totals.getOrInsertComputed(cluster, () => ({ sum: 0, size: 0 }));
    total.sum += values[i]!;
    total.size++;
  });
  return [...totals.values()];
}

/**
 * Bell and McCaffrey's degrees of freedom of a mean over clusters of these sizes. They depend on
 * the sizes alone: `clusters - 1` if all are equal, fewer if a few large ones carry the mean.
 *
 * With `w = 1 / (1 - n_g / N)` it is `E^2 / sum_gk w_g w_k C_gk^2`, `C_gg = n_g (1 - n_g / N)`,
 * `C_gk = -n_g n_k / N`, `E = sum w_g C_gg`. As `w_g C_gg = n_g`, the double sum is two single ones.
 */
export function bellMcCaffrey(sizes: readonly number[]): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let diagonal = 0;
  let cross = 0;
  let crossDiagonal = 0;
  for (const size of sizes) {
    const weighted = size * size / (1 - size / total);
    diagonal += size * size;
    cross += weighted;
    crossDiagonal += weighted * weighted;
  }
  return total ** 2 / (diagonal + (cross ** 2 - crossDiagonal) / total ** 2);
}
