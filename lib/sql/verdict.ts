import { z } from "zod";
import { type RecordOf, SHA256, together } from "../ground/mod.ts";
import { byReading } from "./readings.ts";

/**
 * What one prediction's execution came to, in the order in which it is reported.
 *
 * - `match`: the rows agree under the official rule.
 * - `mismatch`: both statements ran and the rows differ.
 * - `no_sql`: there is no statement to run.
 * - `sql_error`: the statement is refused (by SQLite, by the sandbox, or for its memory).
 * - `timeout`: the time limit ended it, or comparing its result takes too many steps.
 * - `too_many_rows`: the row cap, the byte cap or the cap on the executor's memory ended it.
 */
export const VERDICT_STATUSES = [
  "match",
  "mismatch",
  "no_sql",
  "sql_error",
  "timeout",
  "too_many_rows",
] as const;

/** What one prediction's execution came to, in the words used everywhere in this project. */
export type VerdictStatus = typeof VERDICT_STATUSES[number];

/** The parts of a statement in which a wrong prediction may first depart from the gold statement. */
export const ERROR_CLASSES = [
  "schema_linking",
  "join",
  "aggregation",
  "grouping",
  "nesting",
  "set_operation",
  "value",
  "order_limit",
  "projection",
  "syntax",
  "empty",
  "other",
] as const;

/** The part of the statement in which a wrong prediction first departs from the gold statement. */
export type ErrorClass = typeof ERROR_CLASSES[number];

/** What each class says of a wrong prediction, to follow its name; `errorClass` has their order. */
export const ERROR_CLASS_RULES: Readonly<Record<ErrorClass, string>> = {
  schema_linking:
    "other tables, conditions on other columns, or a name that is unknown or ambiguous",
  join: "another number of tables, other outer joins or join columns",
  aggregation: "other aggregates, or a misused one",
  grouping: "another GROUP BY or HAVING",
  nesting: "another number of subqueries",
  set_operation: "other set operators",
  value: "conditions on the same columns, with another value or operator",
  order_limit: "another ORDER BY or LIMIT",
  projection: "other expressions are selected, or with another DISTINCT",
  syntax: "SQLite refused the statement, for none of the other reasons",
  empty: "there is no statement",
  other: "none of the other classes, or no parser reads one of the statements",
};

/** Spider's levels of difficulty, in the order in which they are reported. */
export const HARDNESS_LEVELS = ["easy", "medium", "hard", "extra"] as const;

/** Spider's own four levels of difficulty of a gold statement. */
export type Hardness = typeof HARDNESS_LEVELS[number];

/** The keys of {@linkcode Verdict}, in the order in which files have them. */
export const VERDICT_KEYS = {
  /** The outcome of the statement in its official form. */
  status: z.enum(VERDICT_STATUSES),
  ...byReading(() => z.boolean()),
  /** One line on why the status is what it is. Absent on a match. */
  message: z.string().exactOptional(),
  /** The predicted statement that was judged, as written; empty for `no_sql`. */
  sql: z.string(),
  /** Milliseconds that the predicted statement took, its time in the queue left out. */
  elapsedMs: z.number().min(0),
  /** Where a prediction that is wrong officially departs from the gold. Absent on a match. */
  errorClass: z.enum(ERROR_CLASSES).exactOptional(),
};

/** The verdict on one prediction in all readings; `official` is `status === "match"`. */
export interface Verdict extends RecordOf<typeof VERDICT_KEYS> {}

/** A verdict that is read again. */
const VERDICT = together(
  z.strictObject(VERDICT_KEYS),
  ({ official, status }) =>
    official === (status === "match")
      ? undefined
      : { path: ["official"], rule: `what the status "${status}" says` },
);

/** The keys of {@linkcode KeptVerdict}. */
export const KEPT_VERDICT_KEYS = {
  /** `contentKey` of what determines the verdict. */
  key: SHA256,
  /** The verdict. */
  verdict: VERDICT,
};

/** A verdict in a store, under the key of what determines it. */
export interface KeptVerdict extends RecordOf<typeof KEPT_VERDICT_KEYS> {}

/** The lines of a store of verdicts. */
export const KEPT_VERDICTS = {
  /** {@linkcode KeptVerdict} */
  line: z.strictObject(KEPT_VERDICT_KEYS),
};
