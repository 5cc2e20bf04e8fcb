import type { Gauge } from "../../runs/mod.ts";
import type { ClusterChange } from "../../stats/mod.ts";
import { SHOWN } from "../measures/measures.ts";
import { unitOf } from "../words/measures.ts";
import { change, type Column, count, decimal, markdownOf, text } from "./column.ts";

/** So many clusters have a row each, where two or more are left, which share one. */
const NAMED = 10;

/** What the parts of a change are, and what they are not. */
export const CLUSTER_NOTE: string =
  "A part is how much of the whole change comes from these examples. " +
  "It is no claim: of many parts the largest stands out by chance too.";

/**
 * Where a change lies, one row a cluster: its examples, what they counted for before and after, its
 * part of the whole change, and the change of all other examples. The largest parts first; of many
 * clusters the smallest share a row, and the last row has all.
 *
 * @param clusters As `changeByCluster` gives them.
 */
export function clusterTable(gauge: Gauge, clusters: readonly ClusterChange[]): string {
  const unit = unitOf(gauge);
  const values: Column<ClusterChange>[] = unit === "points"
    ? [
      count("right before", ({ before }) => before),
      count("right after", ({ after }) => after),
    ]
    : [
      decimal(`before (${unit})`, 3, ({ before, n }) => before / n),
      decimal(`after (${unit})`, 3, ({ after, n }) => after / n),
    ];
  return markdownOf(shortened(clusters), [
    text(SHOWN[gauge].cluster, ({ cluster }) => cluster),
    count("n", ({ n }) => n),
    ...values,
    change(`part of the change (${unit})`, () => gauge, ({ part }) => part),
    change("change without it", () => gauge, ({ without }) => without),
  ]);
}

/** The clusters with those behind the first few as one, and all of them in the last row. */
function shortened(clusters: readonly ClusterChange[]): ClusterChange[] {
  if (clusters.length < 2) return [...clusters];
  const others = clusters.slice(NAMED);
  const named = others.length < 2 ? clusters : clusters.slice(0, NAMED);
  return [
    ...named,
    ...(others.length < 2 ? [] : [together(`${others.length} others`, others)]),
    together("all", clusters),
  ];
}

function together(name: string, clusters: readonly ClusterChange[]): ClusterChange {
  const sum = (take: (cluster: ClusterChange) => number): number =>
    clusters.reduce((total, cluster) => total + take(cluster), 0);
  return {
    cluster: name,
    n: sum(({ n }) => n),
    before: sum(({ before }) => before),
    after: sum(({ after }) => after),
    part: sum(({ part }) => part),
  };
}
