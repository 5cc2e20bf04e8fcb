import type { Gauge } from "../../runs/mod.ts";
import type { ClusterChange } from "../../stats/mod.ts";
import { SHOWN } from "../measures/measures.ts";
import { unitOf } from "../words/measures.ts";
import { change, type Column, count, decimal, markdownOf, text } from "./column.ts";

/** So many clusters have a row each; the rest share one. */
const NAMED = 10;

/** What the parts of a change are, and what they are not. */
export const CLUSTER_NOTE: string =
  "A part is what the whole change has of these examples; the parts sum " +
  "up to it. Parts are no claims: of many, the largest stands out by chance too.";

/**
 * Where a change lies, one row a cluster: its examples, what they counted for before and after, its
 * part of the whole change, and the change of all other examples. The largest parts first; of many
 * clusters the smallest share the last row.
 *
 * @param clusters As `changeByCluster` gives them.
 */
export function clusterTable(gauge: Gauge, clusters: readonly ClusterChange[]): string {
  return markdownOf(shortened(clusters), clusterColumns(gauge));
}

/** The columns of {@linkcode clusterTable}. */
export function clusterColumns(gauge: Gauge): Column<ClusterChange>[] {
  const unit = unitOf(gauge);
  const values: Column<ClusterChange>[] = unitOf(gauge) === "points"
    ? [
      count("right before", ({ before }) => before),
      count("right after", ({ after }) => after),
    ]
    : [
      decimal(`before (${unit})`, 3, ({ before, n }) => before / n),
      decimal(`after (${unit})`, 3, ({ after, n }) => after / n),
    ];
  return [
    text(SHOWN[gauge].cluster, ({ cluster }) => cluster),
    count("n", ({ n }) => n),
    ...values,
    change(`part of the change (${unit})`, () => gauge, ({ part }) => part),
    change("change without it", () => gauge, ({ without }) => without),
  ];
}

/** The clusters with those behind the first few as one. */
function shortened(clusters: readonly ClusterChange[]): ClusterChange[] {
  const named = clusters.slice(0, NAMED);
  const others = clusters.slice(NAMED);
  if (others.length < 2) return [...clusters];
  const all = (take: (cluster: ClusterChange) => number, of = others): number =>
    of.reduce((total, cluster) => total + take(cluster), 0);
  const part = all((cluster) => cluster.part);
  const n = all((cluster) => cluster.n);
  const left = all((cluster) => cluster.n, named);
  return [...named, {
    cluster: `${others.length} others`,
    n,
    before: all(({ before }) => before),
    after: all(({ after }) => after),
    part,
    without: all((cluster) => cluster.part, named) * (n + left) / left,
  }];
}
