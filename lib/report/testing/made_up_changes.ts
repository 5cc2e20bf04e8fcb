import type { StudyClaim } from "../../runs/mod.ts";
import {
  type Evidence,
  evidenceIntervals,
  mcnemarMidP,
  meanEvidence,
  type Outcome,
  percentageChange,
  primaryClaims,
  scoreEvidence,
  verdict,
} from "../../stats/mod.ts";
import type { ChangeRow, Measure, StudyRows } from "../rows/row_types.ts";
import { STUDY } from "./study_fixture.ts";

/** The loss that the grid tolerates, a share of questions. */
export const DELTA = 0.03;

/** Counts of flips, spread over so many clusters. */
export interface Counts {
  readonly n: number;
  readonly gained: number;
  readonly lost: number;
  readonly clusters: number;
  /** Whether all flips are in the first cluster. */
  readonly heaped: boolean;
}

/** Counts of many sizes: no flips, a few, only one way, both ways; one cluster to many. */
export function grid(): Counts[] {
  const sizes = [40, 150, 400];
  const flips = [[0, 0], [1, 0], [5, 0], [0, 5], [7, 1], [9, 2], [3, 4], [4, 27], [30, 8], [
    20,
    20,
  ]];
  return sizes.flatMap((n) =>
    flips.flatMap(([gained, lost]) =>
      [1, 4, 20].flatMap((clusters) =>
        [false, true].map((heaped) => ({ n, gained: gained!, lost: lost!, clusters, heaped }))
      )
    )
  );
}

/** A change of an accuracy with these counts; half of all questions were right before. */
export function changeOf(
  measure: Measure,
  counts: Counts,
  options: { readonly claims?: number; readonly group?: string } = {},
): ChangeRow {
  const { base, tuned, clusters } = answersOf(counts);
  const evidence = scoreEvidence(base, tuned, { clusters });
  const percent = percentageChange(base, tuned, { clusters });
  return {
    ...rowOf(measure, evidence, options),
    midP: mcnemarMidP(counts.gained, counts.lost),
    percent: percent ?? null,
  };
}

/** A change of nats a token that is worse for `lost` and better for `gained` passages. */
export function natsOf(counts: Counts, options: { readonly claims?: number } = {}): ChangeRow {
  const { base, tuned, clusters } = answersOf(counts);
  const nats = (right: readonly boolean[]): number[] => right.map((one) => one ? 2 : 2.3);
  return rowOf(
    "prose",
    meanEvidence(nats(base), nats(tuned), { clusters, better: "lower" }),
    options,
  );
}

/** The study with these changes of its one variant in place of its own. */
export function studyWith(changes: readonly ChangeRow[]): StudyRows {
  const only = <Row extends { readonly variant: string }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ variant }) => variant === "base" || variant === "qv");
  const of = (measure: Measure): ChangeRow | undefined =>
    changes.find((row) => row.measure === measure && row.group === "all");
  const [sql, mmlu, prose] = [of("sql"), of("mmlu"), of("prose")];
  const { proseAndMmlu: _, recommendation: _none, ...study } = STUDY;
  return {
    ...study,
    accuracy: only(STUDY.accuracy),
    chance: only(STUDY.chance),
    letterFlips: only(STUDY.letterFlips),
    changes,
    pairs: [],
    seeds: [],
    seedPairs: [],
    tradeOff: [{
      variant: "qv",
      origin: { source: "qv" },
      ...(sql && { sql }),
      ...(mmlu && { mmlu }),
      ...(prose && { prose }),
      recommended: false,
    }],
  };
}

/** The word that both intervals of unadjusted evidence allow, worked out without `verdict`. */
export function allowedOutcome(evidence: Evidence, delta: number | undefined): Outcome {
  const sign = evidence.kind === "mean" && evidence.better === "lower" ? -1 : 1;
  const at = (level: number): (readonly [number, number])[] => {
    const { plain, clustered } = evidenceIntervals(evidence, { level });
    return [plain, clustered].flatMap((interval) =>
      interval ? [[sign * interval[sign > 0 ? 0 : 1], sign * interval[sign > 0 ? 1 : 0]]] : []
    );
  };
  const both = at(0.95);
  if (both.length < 2) return "no_difference_shown";
  if (both.every(([low]) => low > 0)) return "gain";
  if (both.every(([, high]) => high < 0)) return "loss";
  return delta !== undefined && at(0.9).every(([low]) => low > -delta)
    ? "loss_excluded"
    : "no_difference_shown";
}

function rowOf(
  measure: Measure,
  evidence: Evidence,
  { claims = 0, group = "all" }: { readonly claims?: number; readonly group?: string },
): ChangeRow {
  const delta = measure === "mmlu" && group === "all" ? DELTA : undefined;
  const tolerated = delta === undefined ? {} : { delta };
  const nothing = { kind: "score", n: 100, gained: 0, lost: 0, difference: 0 } as const;
  const others: Pick<StudyClaim, "name">[] = Array.from(
    { length: Math.max(0, claims - 1) },
    () => ({
      name: "another",
    }),
  );
  const claim = claims === 0 ? undefined : primaryClaims([
    { name: "this", evidence, ...tolerated },
    ...others.map(({ name }) => ({ name, evidence: nothing })),
  ])[0]!;
  const own = verdict(evidence, tolerated);
  const lossExcluded = own.lossExcluded && (claim?.adjustedPLossExcluded ?? 0) < 0.05;
  return {
    measure,
    variant: "qv",
    group,
    evidence,
    verdict: own,
    outcome: claim?.outcome ?? own.outcome,
    ...tolerated,
    ...(lossExcluded && { lossExcluded }),
    ...(claim && { adjusted: { p: claim.adjustedP, claims } }),
  };
}

function answersOf({ n, gained, lost, clusters, heaped }: Counts): {
  readonly base: boolean[];
  readonly tuned: boolean[];
  readonly clusters: string[];
} {
  // in turn over the clusters, or all flips in the first one
  const cluster = (i: number): string =>
    `cluster ${heaped ? Math.floor(i * clusters / n) : i % clusters}`;
  const base = Array.from(
    { length: n },
    (_, i) => i >= gained && (i < gained + lost || i % 2 === 0),
  );
  return {
    base,
    tuned: base.map((right, i) => i < gained || (right && i >= gained + lost)),
    clusters: base.map((_, i) => cluster(i)),
  };
}
