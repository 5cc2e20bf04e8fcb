import type { Interval } from "../../stats/mod.ts";
import type { ChangeRow } from "../rows/row_types.ts";

/** What says whether a change has an interval to show. */
export type IntervalRow =
  & Pick<ChangeRow, "verdict">
  & Partial<Pick<ChangeRow, "evidence" | "outcome">>;

/** So few clusters that all agree say nearly nothing of how far clusters can be apart. */
const FEW_CLUSTERS = 3;

/**
 * Whether an interval would be of the number of clusters alone: none of the answers flipped, in two or
 * three clusters. Student's t on one or two degrees of freedom then leaves almost everything open,
 * such as 89 points to both sides of 20 questions. Where it excludes the loss that is not to be
 * tolerated all the same, it is shown.
 */
export function tooFewClusters({ evidence, outcome }: IntervalRow): boolean {
  if (evidence?.kind !== "score" || outcome === "loss_excluded") return false;
  const { gained, lost, clustered } = evidence;
  return gained + lost === 0 && clustered !== undefined && clustered.clusters <= FEW_CLUSTERS;
}

/** The wider interval of a change, where there is one that says something. */
export function shownInterval(row: IntervalRow): Interval | undefined {
  return tooFewClusters(row) ? undefined : row.verdict.ci95;
}
