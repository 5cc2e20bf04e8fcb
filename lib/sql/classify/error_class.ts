import type { ErrorClass, VerdictStatus } from "../verdict.ts";
import { parseStatement } from "./parse_statement.ts";
import { type StatementShape, statementShape } from "./statement_shape.ts";

/** A wrong prediction and what is known of it. */
export interface WrongPrediction {
  readonly status: Exclude<VerdictStatus, "match">;
  readonly gold: string;
  readonly predicted: string;
  /** SQLite's message, for a statement that it refused. */
  readonly message: string;
}

/**
 * Says in which part a wrong prediction departs from its gold, by comparing their parse trees; of
 * several parts the first in this order:
 *
 * 1. `empty`: there is no statement; `syntax`: SQLite refused it. A refusal for an unknown or an
 *    ambiguous name is `schema_linking`, one for a misused aggregate `aggregation`. A statement that
 *    reads no table, such as `SELECT 1`, is `schema_linking` too: no join is missing in it, as it
 *    has nothing of the schema.
 * 2. `set_operation`: other set operators. `nesting`: another number of subqueries.
 * 3. `join`: another number of tables, outer joins or join columns. `schema_linking`: as many, but
 *    other tables.
 * 4. `grouping`: another GROUP BY or HAVING. `aggregation`: other aggregates.
 * 5. `projection`: other expressions are selected, or with another DISTINCT.
 * 6. `schema_linking`: the conditions speak of other columns. `value`: of the same columns, with
 *    another value or operator.
 * 7. `order_limit`: another ORDER BY or LIMIT.
 * 8. `other`: none of these, or no parser reads one of the statements.
 *
 * The class names a difference, not a proven cause: two statements may differ in one part and give
 * a wrong result for another.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const wrong = await errorClass({
 *   status: "mismatch",
 *   gold: "SELECT name FROM singer WHERE age > 30",
 *   predicted: "SELECT name FROM singer WHERE age > 40",
 *   message: "",
 * });
 * assert.equal(wrong, "value");
 * ```
 */
export async function errorClass(wrong: WrongPrediction): Promise<ErrorClass> {
  if (wrong.status === "no_sql") return "empty";
  if (wrong.status === "sql_error") return refusalClass(wrong.message);
  const [gold, predicted] = await Promise.all([
    parseStatement(wrong.gold),
    parseStatement(wrong.predicted),
  ]);
  if (gold === undefined || predicted === undefined) return "other";
  const bare = firstDifference(statementShape(gold, "bare"), statementShape(predicted, "bare"));
  if (bare !== "other") return bare;
  // Aliases are a matter of taste, so tables before columns count only when nothing else differs.
  return firstDifference(
    statementShape(gold, "qualified"),
    statementShape(predicted, "qualified"),
  );
}

function refusalClass(message: string): ErrorClass {
  if (/no such (?:column|table)|ambiguous column/i.test(message)) return "schema_linking";
  if (/misuse of aggregate/i.test(message)) return "aggregation";
  if (/SELECTs to the left and right|not term in .*compound|should come after/i.test(message)) {
    return "set_operation";
  }
  return "syntax";
}

function firstDifference(gold: StatementShape, predicted: StatementShape): ErrorClass {
  const differs = (part: keyof StatementShape): boolean =>
    JSON.stringify(gold[part]) !== JSON.stringify(predicted[part]);
  if (predicted.tables.length === 0 && gold.tables.length > 0) return "schema_linking";
  if (differs("setOperations")) return "set_operation";
  if (differs("subqueries")) return "nesting";
  if (gold.tables.length !== predicted.tables.length) return "join";
  if (differs("tables")) return "schema_linking";
  if (differs("joins")) return "join";
  if (differs("groupBy") || differs("having")) return "grouping";
  if (differs("aggregates")) return "aggregation";
  if (differs("projection")) return "projection";
  if (differs("conditionColumns")) return "schema_linking";
  if (differs("conditions")) return "value";
  if (differs("orderAndLimit")) return "order_limit";
  return "other";
}
