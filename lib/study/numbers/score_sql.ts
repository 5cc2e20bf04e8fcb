import type { SqlFunnel, SqlScores } from "../../runs/mod.ts";
import { HARDNESS_LEVELS, READINGS, VERDICT_STATUSES } from "../../sql/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import { clustered, fromEntries, share } from "./groups.ts";

/** Execution accuracy of judged completions. */
export function scoreSql(verdicts: readonly SqlVerdict[]): SqlScores {
  const success = verdicts.filter(({ official }) => official).length;
  const levels = HARDNESS_LEVELS.filter((level) => verdicts.some((v) => v.hardness === level));
  const statusCount = (status: string): number =>
    verdicts.filter((verdict) => verdict.status === status).length;
  return {
    overall: byReading(verdicts),
    byHardness: fromEntries(
      levels,
      (level) => byReading(verdicts.filter((v) => v.hardness === level)),
    ),
    byStatus: fromEntries(VERDICT_STATUSES, statusCount),
    byClass: countBy(verdicts.flatMap(({ errorClass }) => errorClass ?? [])),
    funnel: funnel(verdicts),
    success,
    failure: verdicts.length - success,
    ...countCut(verdicts),
    ...clustered(verdicts.map((v) => v.official), verdicts.map((v) => v.dbId)),
  };
}

/** How many completions ended at the token limit, and how many of these inside their reasoning part. */
export function countCut(
  verdicts: readonly SqlVerdict[],
): { readonly cut: number; readonly cutInReasoning: number } {
  return {
    cut: verdicts.filter(({ finishReason }) => finishReason === "length").length,
    cutInReasoning: verdicts.filter(({ cutInReasoning }) => cutInReasoning).length,
  };
}

/** Whether a statement was one of SQLite's grammar. */
export function parses({ status, errorClass }: SqlVerdict): boolean {
  return status !== "no_sql" && errorClass !== "syntax";
}

/** Whether a statement came to an end within the limits. */
export function runs({ status }: SqlVerdict): boolean {
  return status === "match" || status === "mismatch";
}

function funnel(verdicts: readonly SqlVerdict[]): SqlFunnel {
  return {
    parses: share(verdicts.map(parses)),
    runs: share(verdicts.map(runs)),
    right: share(verdicts.map(({ official }) => official)),
  };
}

function byReading(verdicts: readonly SqlVerdict[]): SqlScores["overall"] {
  return fromEntries(READINGS, (reading) => share(verdicts.map((verdict) => verdict[reading])));
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) =>
    [name, all.length] as const
  );
  return Object.fromEntries(counts.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
