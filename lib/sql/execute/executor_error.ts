import { UsageError } from "../../ground/mod.ts";
import { oneLine } from "./one_line.ts";

/**
 * The executor cannot do its work here: no process can be started, or a database cannot be used. It
 * is never the statement's fault, and it is one line.
 */
export class ExecutorError extends UsageError {}

/** A database that cannot be read: damaged, locked, of another format, or endless to open. */
export class DatabaseError extends ExecutorError {
  /** The path of its file. */
  readonly dbPath: string;
  /** What is wrong with it, without its path. */
  readonly reason: string;

  /** Names the file and what is wrong with it. */
  constructor(dbPath: string, reason: string) {
    super(`Cannot read the database "${oneLine(dbPath)}": ${oneLine(reason)}`);
    this.dbPath = dbPath;
    this.reason = oneLine(reason);
  }
}
