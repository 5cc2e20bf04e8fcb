/** One example of a paired change: its cluster, and what it counts for in each of the two means. */
export interface ClusterPair {
  /** Its cluster, such as its database. */
  readonly cluster: string;
  /** Its value before: 1 for right and 0 for wrong, or a score. */
  readonly before: number;
  /** Its value after. */
  readonly after: number;
}

/** What one cluster has of a paired change of means. */
export interface ClusterChange {
  /** The cluster. */
  readonly cluster: string;
  /** Its examples. */
  readonly n: number;
  /** The sum of their values before: of right answers their number. */
  readonly before: number;
  /** The sum after. */
  readonly after: number;
  /** What it adds to the whole change; the parts of all clusters sum up to it. */
  readonly part: number;
  /** The change of all other examples; left out where there are none. */
  readonly without?: number;
}

/**
 * Where a paired change of means lies: the part that each cluster has of it, and what is left of it
 * without that cluster. A description of these examples: of many clusters the largest part stands
 * out by chance too.
 *
 * @returns The largest part first, of either sign.
 *
 * @example
 * ```ts
 * import { changeByCluster } from "./change_by_cluster.ts";
 * import assert from "node:assert/strict";
 *
 * const [largest] = changeByCluster([
 *   { cluster: "pets", before: 0, after: 1 },
 *   { cluster: "pets", before: 0, after: 1 },
 *   { cluster: "cars", before: 1, after: 1 },
 *   { cluster: "cars", before: 0, after: 0 },
 * ]);
 * assert.deepEqual(largest, { cluster: "pets", n: 2, before: 0, after: 2, part: 0.5, without: 0 });
 * ```
 */
export function changeByCluster(pairs: readonly ClusterPair[]): ClusterChange[] {
  const change = sum(pairs, ({ before, after }) => after - before);
  return [...Map.groupBy(pairs, ({ cluster }) => cluster)].map(([cluster, own]): ClusterChange => {
    const [before, after] = [sum(own, (pair) => pair.before), sum(own, (pair) => pair.after)];
    const others = pairs.length - own.length;
    return {
      cluster,
      n: own.length,
      before,
      after,
      part: (after - before) / pairs.length,
      ...(others > 0 && { without: (change - (after - before)) / others }),
    };
  }).sort((a, b) => Math.abs(b.part) - Math.abs(a.part) || (a.cluster < b.cluster ? -1 : 1));
}

function sum(pairs: readonly ClusterPair[], value: (pair: ClusterPair) => number): number {
  return pairs.reduce((total, pair) => total + value(pair), 0);
}
