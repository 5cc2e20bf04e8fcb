import type { JudgedPrediction } from "./judge_predictions.ts";
import type { Reading } from "./readings.ts";
import { type ErrorClass, type Hardness, HARDNESS_LEVELS } from "./verdict.ts";

/** Right answers of a group. */
export interface GroupCount {
  /** A level of difficulty, or all examples. */
  readonly group: Hardness | "all" | "all, quarantine left out";
  /** Right answers in one reading. */
  readonly right: number;
  /** Examples. */
  readonly n: number;
}

/** What a set of verdicts comes to, in counts. */
export interface VerdictSummary {
  /** Right answers by difficulty, then over all. */
  readonly groups: readonly GroupCount[];
  /** How many predictions came to what, the most frequent first. */
  readonly statuses: readonly (readonly [JudgedPrediction["status"], number])[];
  /** Error classes of the officially wrong predictions, the most frequent first. */
  readonly errorClasses: readonly (readonly [ErrorClass, number])[];
  /** Verdicts in which the official and the assignment reading differ. */
  readonly disagreements: readonly JudgedPrediction[];
}

/** Counts verdicts by hardness, with and without the golds in quarantine, by status and class. */
export function summarizeVerdicts(
  verdicts: readonly JudgedPrediction[],
  reading: Reading,
): VerdictSummary {
  const count = (
    group: GroupCount["group"],
    chosen: readonly JudgedPrediction[],
  ): GroupCount => ({
    group,
    right: chosen.filter((verdict) => verdict[reading]).length,
    n: chosen.length,
  });
  const sound = verdicts.filter((verdict) => verdict.quarantine === undefined);
  const groups = [
    ...HARDNESS_LEVELS.map((level) =>
      count(level, verdicts.filter(({ hardness }) => hardness === level))
    ),
    count("all", verdicts),
    ...(sound.length < verdicts.length ? [count("all, quarantine left out", sound)] : []),
  ];
  return {
    groups,
    statuses: tally(verdicts.map(({ status }) => status)),
    errorClasses: tally(verdicts.flatMap(({ errorClass }) => errorClass ?? [])),
    disagreements: verdicts.filter(({ official, assignment }) => official !== assignment),
  };
}

function tally<T extends string>(items: readonly T[]): readonly (readonly [T, number])[] {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** What every prediction of a file failed with. */
export interface CommonFailure {
  /** What each of them came to. */
  readonly status: JudgedPrediction["status"];
  /** The most frequent message of the status. */
  readonly message: string;
  /** Predictions. */
  readonly n: number;
}

/**
 * The failure that all predictions share, if they do: then the file is of another form than it was
 * read as, more likely than that the model is always wrong in one way. Wrong results are no failure,
 * and one prediction makes no pattern.
 */
export function commonFailure(verdicts: readonly JudgedPrediction[]): CommonFailure | undefined {
  const asked = verdicts.filter(({ status }) => status !== "no_prediction");
  const status = asked[0]?.status;
  const isFailure = status !== undefined && status !== "match" && status !== "mismatch";
  if (!isFailure || asked.length < 2 || asked.some((verdict) => verdict.status !== status)) {
    return undefined;
  }
  const [[message]] = tally(asked.map((verdict) => verdict.message ?? "")) as [[string, number]];
  return { status, message, n: asked.length };
}
