import type { ChangeRow, StudyRows } from "../rows/row_types.ts";
import { spokenVariants } from "../rows/study_lookup.ts";
import { betterOf } from "../words/measures.ts";

/** Which variants a paper speaks of, however many a study has. */
export interface PaperVariants {
  /**
   * Those that its tables show, in the order of the study: the primary ones of the plan, the
   * recommended one, and the one that forgets most.
   */
  readonly shown: readonly string[];
  /** The one that examples and the discussion are of: recommended, or the first primary one. */
  readonly main: string;
  /** Absent where none is. */
  readonly recommended?: string;
  /**
   * Of the variants with a loss on the gauge the one with the largest, a primary one of the plan if
   * it has such; absent where no loss is shown. As the worst of several its loss is too large on
   * average.
   */
  readonly forgets?: string;
}

/**
 * Chooses the variants of a paper by the rules above.
 *
 * @throws {RangeError} If no tuned variant has a change on text-to-SQL.
 */
export function paperVariants(rows: StudyRows): PaperVariants {
  const recommended = rows.tradeOff.find((row) => row.recommended)?.variant;
  const spoken = spokenVariants(rows);
  const main = recommended ?? spoken[0];
  if (main === undefined) {
    throw new RangeError("Cannot write a paper as the study has no tuned variant");
  }
  const losses = rows.tradeOff.flatMap((row) => {
    const change = row[rows.plan.gauge];
    return change?.outcome === "loss" ? [change] : [];
  });
  const planned = losses.filter(({ variant }) => spoken.includes(variant));
  const forgets = worst(planned.length > 0 ? planned : losses)?.variant;
  const named = new Set([...spoken, recommended, forgets]);
  return {
    shown: rows.tradeOff.map(({ variant }) => variant).filter((name) => named.has(name)),
    main,
    ...(recommended === undefined ? {} : { recommended }),
    ...(forgets === undefined ? {} : { forgets }),
  };
}

/** Those that a text says more of: the main one, and the one that forgets most if it is another. */
export function focusOf({ main, forgets = main }: PaperVariants): string[] {
  return [...new Set([main, forgets])];
}

/** The first one of equals. */
function worst(changes: readonly ChangeRow[]): ChangeRow | undefined {
  const size = ({ measure, verdict: { difference } }: ChangeRow): number =>
    betterOf(measure) === "lower" ? difference : -difference;
  return changes.reduce<ChangeRow | undefined>(
    (most, change) => most === undefined || size(change) > size(most) ? change : most,
    undefined,
  );
}
