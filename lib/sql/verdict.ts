/**
 * What one prediction's execution came to, in the words used everywhere in this project.
 *
 * - `match`: the rows agree under the official rule.
 * - `mismatch`: both statements ran and the rows differ.
 * - `no_sql`: there is no statement to run.
 * - `sql_error`: the statement is refused (by SQLite, by the sandbox, or for its memory).
 * - `timeout`: the time limit ended it, or comparing its result takes too many steps.
 * - `too_many_rows`: the row cap, the byte cap or the cap on the executor's memory ended it.
 */
export type VerdictStatus =
  | "match"
  | "mismatch"
  | "no_sql"
  | "sql_error"
  | "timeout"
  | "too_many_rows";

/** The part of the statement in which a wrong prediction first departs from the gold statement. */
export type ErrorClass =
  | "schema_linking"
  | "join"
  | "aggregation"
  | "grouping"
  | "nesting"
  | "set_operation"
  | "value"
  | "order_limit"
  | "projection"
  | "syntax"
  | "empty"
  | "other";

/** Spider's own four levels of difficulty of a gold statement. */
export type Hardness = "easy" | "medium" | "hard" | "extra";

/** The verdict on one prediction, in three readings. */
export interface Verdict {
  /** The outcome of the statement in its official form. */
  readonly status: VerdictStatus;
  /** Official reading: what the benchmark's own script says (`status === "match"`). */
  readonly official: boolean;
  /** Assignment reading: the bag of rows as written, whatever their order. */
  readonly assignment: boolean;
  /** Strict reading: DISTINCT kept, columns in order, rows in order where the gold orders them. */
  readonly strict: boolean;
  /** Where a prediction that is wrong officially departs from the gold. Absent on a match. */
  readonly errorClass?: ErrorClass;
  /** One line on why the status is what it is. Absent on a match. */
  readonly message?: string;
  /** The predicted statement that was judged, as written; empty for `no_sql`. */
  readonly sql: string;
  /** Milliseconds that the predicted statement took, its time in the queue left out. */
  readonly elapsedMs: number;
}
