import type { ScoreChange, SqlScores } from "../../runs/mod.ts";
import { type AlignedPair, clusteredMean, type Proportion, proportion } from "../../stats/mod.ts";
import { scoreChange } from "./paired_change.ts";

/** The same examples, answered by two variants. */
export type Paired<T> = readonly AlignedPair<T, T>[];

/** The paired change of an accuracy, by clusters. */
export function compare<T>(
  pairs: Paired<T>,
  isRight: (record: T) => boolean,
  clusterOf: (record: T) => string,
): ScoreChange {
  return scoreChange(
    pairs.map(({ base }) => isRight(base)),
    pairs.map(({ tuned }) => isRight(tuned)),
    clustersOf(pairs, clusterOf),
  );
}

/** One cluster is handed on too: it has no interval, and so no word. */
export function clustersOf<T>(
  pairs: Paired<T>,
  clusterOf: (record: T) => string,
): { readonly clusters: readonly string[] } {
  return { clusters: pairs.map(({ base }) => clusterOf(base)) };
}

/** Accuracy with clusters; nothing with fewer than two of them. */
export function clustered(
  right: readonly boolean[],
  clusters: readonly string[],
): Pick<SqlScores, "clustered"> {
  const found = clusteredMean(right.map(Number), clusters);
  if (!found) return {};
  const [low, high] = found.ci95;
  const { clusters: count, stderr } = found;
  return { clustered: { clusters: count, stderr, ci95: [Math.max(0, low), Math.min(1, high)] } };
}

/** How many of them are right. */
export function share(right: readonly boolean[]): Proportion {
  return proportion(right.filter(Boolean).length, right.length);
}

/** Their mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A record with a value for each key, in their order. */
export function fromEntries<K extends string, V>(
  keys: readonly K[],
  value: (key: K) => V,
): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}
