import { FEW_CLUSTERS, type Interval } from "../../stats/mod.ts";
import type { ChangeRow } from "../rows/row_types.ts";

/** What says whether a change has an interval to show. */
export type IntervalRow =
  & Pick<ChangeRow, "verdict">
  & Partial<Pick<ChangeRow, "evidence" | "outcome">>;

/**
 * Whether an interval would be of the number of clusters alone, two or three of them: none of the
 * answers flipped, or means are compared, such as of two passages. Student's t on one or two degrees
 * of freedom leaves almost everything open of answers that all agree, such as 89 points to both sides
 * of 20 questions, and calls two passages that happen to agree a gain or a loss. Where it excludes the
 * loss of answers that is not to be tolerated all the same, it is shown.
 */
export function tooFewClusters({ evidence, outcome }: IntervalRow): boolean {
  const { clustered } = evidence ?? {};
  if (!clustered || clustered.clusters > FEW_CLUSTERS || outcome === "loss_excluded") return false;
  return evidence!.kind === "mean" || evidence!.gained + evidence!.lost === 0;
}

/** The wider interval of a change, where there is one that says something. */
export function shownInterval(row: IntervalRow): Interval | undefined {
  return tooFewClusters(row) ? undefined : row.verdict.ci95;
}
