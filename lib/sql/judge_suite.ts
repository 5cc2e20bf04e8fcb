import { basename } from "node:path";
import { GoldQueryError } from "./gold_query_error.ts";
import type { Judge, JudgeRequest } from "./judge.ts";
import { byReading, READINGS } from "./readings.ts";
import type { Verdict } from "./verdict.ts";

/** One prediction to judge on every file of a test suite. */
export interface SuiteRequest extends Omit<JudgeRequest, "dbPath"> {
  /** Paths of the SQLite files, at least one; the database's own first. */
  readonly dbPaths: readonly string[];
}

/**
 * Judges a prediction on every file of a database: each reading is right if it is right on all of
 * them, as in the official script. The rest of the verdict is that of the first file on which the
 * prediction is officially wrong; files after one on which every reading is wrong are left out.
 *
 * @throws {GoldQueryError} If the gold fails on a file; its message names the file.
 */
export async function judgeSuite(judge: Judge, request: SuiteRequest): Promise<Verdict> {
  const { dbPaths, ...rest } = request;
  let all: Verdict | undefined;
  for (const [index, dbPath] of dbPaths.entries()) {
    const verdict = await judgeFile(judge, { ...rest, dbPath }, index > 0);
    const soFar: Verdict = all === undefined ? verdict : joined(all, verdict);
    all = soFar;
    if (!READINGS.some((reading) => soFar[reading])) break;
  }
  if (all === undefined) throw new RangeError("Cannot judge: there is no database file");
  return all;
}

async function judgeFile(
  judge: Judge,
  request: JudgeRequest,
  isFurther: boolean,
): Promise<Verdict> {
  const file = basename(request.dbPath);
  try {
    const verdict = await judge.judge(request);
    const { message } = verdict;
    if (!isFurther || message === undefined) return verdict;
    return { ...verdict, message: `on ${file}: ${message}` };
  } catch (error) {
    if (!isFurther || !(error instanceof GoldQueryError)) throw error;
    const { exampleId, sql } = error;
    throw new GoldQueryError({
      exampleId,
      dbId: request.dbId ?? request.dbPath,
      sql,
      reason: `on ${file}: ${error.reason}`,
    });
  }
}

function joined(before: Verdict, next: Verdict): Verdict {
  return {
    ...(before.official ? next : before),
    ...byReading((reading) => before[reading] && next[reading]),
    elapsedMs: before.elapsedMs + next.elapsedMs,
  };
}
