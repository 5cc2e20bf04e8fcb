import { pairScores, type ProseScore } from "../../prose/mod.ts";
import type { Comparison, PairedChange } from "../../runs/mod.ts";
import { meanChange } from "./paired_change.ts";

/** General text of two variants, paired by passage; lower is better. */
export function compareProse(
  base: readonly ProseScore[],
  tuned: readonly ProseScore[],
  delta: number | undefined,
): NonNullable<Comparison["prose"]> {
  const pairs = pairScores(base, tuned);
  const kinds = [...new Set(pairs.kinds)];
  const within = (kind?: string): PairedChange | undefined => {
    const keep = pairs.kinds.flatMap((other, i) => kind === undefined || other === kind ? [i] : []);
    return meanChange(keep.map((i) => pairs.base[i]!), keep.map((i) => pairs.tuned[i]!), {
      clusters: keep.map((i) => pairs.clusters[i]!),
      better: "lower",
      ...(kind === undefined && delta !== undefined && { delta }),
    });
  };
  return {
    overall: within()!,
    byKind: Object.fromEntries(kinds.flatMap((kind) => {
      const change = within(kind);
      return change ? [[kind, change]] : [];
    })),
  };
}
