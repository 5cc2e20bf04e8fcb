import { basename } from "node:path";
import { DatabaseError } from "./execute/executor_error.ts";
import { GoldQueryError } from "./gold_query_error.ts";
import type { Judge } from "./judge.ts";
import { judgeSuite, type SuiteRequest } from "./judge_suite.ts";
import type { Verdict } from "./verdict.ts";

/** Why a prediction has no verdict: a fault of the data, never of the model. */
export interface Unjudged {
  /** The gold failed on a database, or a database cannot be read. */
  readonly status: "gold_failed" | "bad_database";
  /** One line on what is wrong. */
  readonly message: string;
  /** What the judge threw. */
  readonly error: Error;
}

/**
 * Judges a prediction, on every file of its database if there are several, and gives the reason in
 * place of a verdict where the data are at fault: so one failing gold or one damaged database is
 * counted and named, and the rest is judged.
 *
 * @returns The verdict (it has `elapsedMs`), or why there is none (it has `error`).
 * @throws {ExecutorError} If the executor cannot work on this machine.
 */
export async function judgeOrReason(
  judge: Judge,
  request: SuiteRequest,
): Promise<Verdict | Unjudged> {
  try {
    return await judgeSuite(judge, request);
  } catch (error) {
    if (error instanceof GoldQueryError) {
      return { status: "gold_failed", message: error.reason, error };
    }
    if (error instanceof DatabaseError) {
      const file = request.dbPaths.length > 1 ? `${basename(error.dbPath)}: ` : "";
      return { status: "bad_database", message: `${file}${error.reason}`, error };
    }
    throw error;
  }
}
