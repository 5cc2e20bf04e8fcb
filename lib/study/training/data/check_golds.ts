import { stat } from "node:fs/promises";
import type { Progress } from "../../../ground/mod.ts";
import type { SpiderData, SpiderExample } from "../../../spider/mod.ts";
import { DatabaseError, ExecutorPool } from "../../../sql/mod.ts";
import type { TrainingManifest } from "./training_manifest.ts";

/** What running the gold queries of training examples came to, as a manifest has it. */
export type GoldCheck = TrainingManifest["golds"];

/** Options of {@linkcode checkGolds}. */
export interface CheckGoldsOptions {
  /** Is told how many queries of how many are done, a database at a time. */
  readonly progress: Progress;
  /** Ends the check before the next database. */
  readonly signal?: AbortSignal;
  /** When a query is ended, in milliseconds; the executor's own limit if left out. */
  readonly timeoutMs?: number;
}

/**
 * Runs the gold query of every example on its database.
 *
 * @throws {ExecutorError} If no process can be started to run them.
 * @throws {DOMException} `AbortError`, if the signal is given.
 */
export async function checkGolds(
  { databasePath }: Pick<SpiderData, "databasePath">,
  examples: readonly SpiderExample[],
  { progress, signal, timeoutMs }: CheckGoldsOptions,
): Promise<GoldCheck> {
  const failing: GoldCheck["failing"][number][] = [];
  const unfinished: GoldCheck["unfinished"][number][] = [];
  const unchecked: GoldCheck["unchecked"][number][] = [];
  let checked = 0;
  await using pool = new ExecutorPool(timeoutMs === undefined ? {} : { timeoutMs });

  async function checkOne({ id, dbId, query }: SpiderExample, path: string): Promise<void> {
    const execution = await pool.execute(path, query);
    checked++;
    if (execution.status === "rows") return;
    const { status, message } = execution;
    (status === "sql_error" ? failing : unfinished).push({ id, dbId, message });
  }

  let done = 0;
  for (const [dbId, own] of Map.groupBy(examples, (example) => example.dbId)) {
    signal?.throwIfAborted();
    const path = databasePath(dbId);
    if (!(await stat(path).catch(() => undefined))?.size) {
      unchecked.push({ dbId, examples: own.length, reason: "there is no database file" });
    } else {
      const ends = await Promise.allSettled(own.map((example) => checkOne(example, path)));
      const refused = ends.find((end) => end.status === "rejected")?.reason;
      if (refused !== undefined && !(refused instanceof DatabaseError)) throw refused;
      if (refused) unchecked.push({ dbId, examples: own.length, reason: refused.reason });
    }
    done += own.length;
    progress.update(done, examples.length, "gold queries");
  }
  return { checked, failing, unfinished, unchecked };
}
