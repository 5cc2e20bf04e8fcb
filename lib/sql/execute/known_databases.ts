import type { BatchEnd } from "./batch_end.ts";
import { DatabaseError, ExecutorError } from "./executor_error.ts";
import type { ExecutorSetup } from "./messages/protocol.ts";
import { databaseStamp, isFile, journalPathOf, walPathOf } from "./image/database_image.ts";

/** How a database is to be opened, and the files that this takes. */
export interface OpeningPlan {
  readonly setup: Pick<ExecutorSetup, "dbPath" | "hasLog" | "scan">;
  readonly readable: readonly string[];
  /** The state of the files when they were opened. */
  readonly stamp: string;
}

interface Refusal {
  readonly error: DatabaseError;
  /** State of the file that was refused; another file has another chance. */
  readonly stamp: string;
}

/** What a pool has learnt about its databases: which cannot be read, and which are slow to open. */
export class KnownDatabases {
  readonly #refused = new Map<string, Refusal>();
  readonly #unscanned = new Set<string>();

  /**
   * Plans the opening of a database. A link is followed to its file, beside which its log lies.
   *
   * @throws {DatabaseError} If it cannot be read or was found unreadable before.
   * @throws {ExecutorError} If its path has a comma.
   */
  plan(dbPath: string): OpeningPlan {
    const refused = this.#refused.get(dbPath);
    if (refused !== undefined && refused.stamp === databaseStamp(dbPath)) throw refused.error;
    this.#refused.delete(dbPath);
    try {
      const path = Deno.realPathSync(dbPath);
      refuseComma(path);
      // Opening a pipe would wait for whoever writes to it.
      if (!isFile(path)) throw new DatabaseError(dbPath, "it is no file");
      // By its name only: opening a file here would drop the locks that this process has on it.
      const hasLog = isFile(walPathOf(path));
      return {
        setup: { dbPath: path, hasLog, scan: this.#unscanned.has(dbPath) ? "none" : "all" },
        readable: [path, ...[walPathOf(path), journalPathOf(path)].filter(isFile)],
        stamp: databaseStamp(path),
      };
    } catch (error) {
      if (error instanceof ExecutorError) throw error;
      throw new DatabaseError(dbPath, (error as Error).message);
    }
  }

  /** Whether what a process has read of a database is still what there is. */
  isCurrent({ setup, stamp }: OpeningPlan): boolean {
    return stamp === databaseStamp(setup.dbPath);
  }

  /**
   * Notes that an opening failed. The first time that it takes too long or ends its process, the
   * database is only to be opened without the scan of its tables.
   *
   * @returns The error for the statements on it, or `undefined` if they are to be tried again.
   */
  openingFailed(dbPath: string, end: BatchEnd, timeoutMs: number): DatabaseError | undefined {
    if (end.kind !== "refused" && !this.#unscanned.has(dbPath)) {
      this.#unscanned.add(dbPath);
      return undefined;
    }
    const reason = end.kind === "refused"
      ? end.message
      : end.kind === "timeout"
      ? `it takes longer than ${timeoutMs} ms to open`
      : "the process that opens it ends (memory or damage)";
    const error = new DatabaseError(dbPath, reason);
    const isPassing = end.kind === "refused" && end.passing;
    if (!isPassing) this.#refused.set(dbPath, { error, stamp: databaseStamp(dbPath) });
    return error;
  }
}

/**
 * Deno 2.9.6 reads a comma in a permission flag as the end of a path and has no escape.
 *
 * @throws {ExecutorError} If the path has one.
 */
export function refuseComma(path: string): void {
  if (!path.includes(",")) return;
  const reason = "a sandbox cannot be made for a path with a comma";
  throw new ExecutorError(`Cannot execute on "${path}": ${reason}`);
}
