import type { Token } from "../text/tokens.ts";
import type { Hardness } from "../verdict.ts";
import { type Clauses, depthChange, splitAt, splitClauses, wordOf } from "./clauses.ts";

const AGGREGATES: ReadonlySet<string> = new Set(["max", "min", "count", "sum", "avg"]);

/**
 * Spider's own level of difficulty of a gold statement. Three counts decide it, all over the
 * outermost, leftmost SELECT: components (WHERE, GROUP BY, ORDER BY, LIMIT, joined tables, OR, LIKE),
 * nested statements (conditions with a subquery, a set operation) and others (more than one
 * aggregate, selected column, condition or grouping column).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(hardness("SELECT count(*) FROM singer"), "easy");
 * ```
 *
 * Source: taoyds/spider, evaluation.py (`eval_hardness`) and process_sql.py. Two oddities of the
 * script are kept: a NOT counts as an aggregate, and so does each AND or OR of a HAVING clause.
 */
export function hardness(goldSql: string): Hardness {
  const clauses = splitClauses(goldSql);
  const conditions = {
    from: joinConditions(clauses.from),
    where: conditionsOf(clauses.where),
    having: conditionsOf(clauses.having),
  };
  const components = countComponents(clauses, conditions);
  const nested = countNested(conditions) + (clauses.hasSetOperation ? 1 : 0);
  const others = countOthers(clauses, conditions);
  if (components <= 1 && others === 0 && nested === 0) return "easy";
  if (nested === 0 && ((others <= 2 && components <= 1) || (components <= 2 && others < 2))) {
    return "medium";
  }
  const hard = nested === 0
    ? (others > 2 && components <= 2) || (components > 2 && components <= 3 && others <= 2)
    : components <= 1 && others === 0 && nested <= 1;
  return hard ? "hard" : "extra";
}

interface ConditionList {
  readonly items: readonly (readonly Token[])[];
  /** Number of ANDs and ORs between the items. */
  readonly connectors: number;
  readonly ors: number;
}
type Conditions = Readonly<Record<"from" | "where" | "having", ConditionList>>;

function countComponents(clauses: Clauses, conditions: Conditions): number {
  const present = [clauses.where, clauses.groupBy, clauses.orderBy, clauses.limit];
  const lists = Object.values(conditions);
  return present.filter((clause) => clause.length > 0).length +
    Math.max(0, tableCount(clauses.from) - 1) +
    lists.reduce((sum, list) => sum + list.ors, 0) +
    lists.flatMap((list) => list.items).filter((item) => hasWord(item, "like")).length;
}

function countNested(conditions: Conditions): number {
  const tokens = Object.values(conditions).flatMap((list) => list.items);
  return tokens.reduce((sum, item) => sum + subqueries(item), 0);
}

function countOthers(clauses: Clauses, conditions: Conditions): number {
  const selected = commaItems(clauses.select);
  const grouped = commaItems(clauses.groupBy);
  const aggregates = selected.filter(startsWithAggregate).length +
    grouped.filter(startsWithAggregate).length +
    conditions.where.items.filter(isNegated).length +
    conditions.having.items.filter(isNegated).length + conditions.having.connectors +
    clauses.orderBy.filter((token) => AGGREGATES.has(wordOf(token))).length;
  return [
    aggregates > 1,
    selected.length > 1,
    conditions.where.items.length + conditions.where.connectors > 1,
    grouped.length > 1,
  ].filter(Boolean).length;
}

function commaItems(tokens: readonly Token[]): readonly (readonly Token[])[] {
  return tokens.length === 0 ? [] : splitAt(tokens, (token) => token.text === ",");
}

function startsWithAggregate(item: readonly Token[]): boolean {
  const first = item.findIndex((token) => token.text !== "(" && wordOf(token) !== "distinct");
  return AGGREGATES.has(wordOf(item[first])) && item[first + 1]?.text === "(";
}

function isNegated(condition: readonly Token[]): boolean {
  return hasWord(condition, "not");
}

function hasWord(tokens: readonly Token[], word: string): boolean {
  return outside(tokens).some((token) => wordOf(token) === word);
}

function tableCount(from: readonly Token[]): number {
  return from.length === 0
    ? 0
    : 1 + outside(from).filter((token) => token.text === "," || wordOf(token) === "join").length;
}

function outside(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    const before = depth;
    depth += depthChange(token);
    return before === 0;
  });
}

function subqueries(tokens: readonly Token[]): number {
  return outside(tokens).filter((token) =>
    token.text === "(" && wordOf(tokens[tokens.indexOf(token) + 1]) === "select"
  ).length;
}

// The conditions after every ON; USING names columns only.
function joinConditions(from: readonly Token[]): ConditionList {
  const words = new Set(["join", "inner", "left", "right", "full", "cross", "natural", "outer"]);
  const lists = splitAt(from, (token) => words.has(wordOf(token)) || token.text === ",")
    .map((table) => {
      const on = splitAt(table, (token) => wordOf(token) === "on");
      return conditionsOf(on.slice(1).flat());
    });
  return merged(lists);
}

function merged(lists: readonly ConditionList[]): ConditionList {
  return {
    items: lists.flatMap((list) => list.items),
    connectors: lists.reduce((sum, list) => sum + list.connectors, 0),
    ors: lists.reduce((sum, list) => sum + list.ors, 0),
  };
}

function conditionsOf(tokens: readonly Token[]): ConditionList {
  if (tokens.length === 0) return { items: [], connectors: 0, ors: 0 };
  let betweens = 0;
  let ors = 0;
  const items = splitAt(tokens, (token) => {
    const word = wordOf(token);
    if (word === "between") betweens++;
    // The AND of a BETWEEN belongs to its values.
    if (word === "and" && betweens > 0) return --betweens < 0;
    if (word === "or") ors++;
    return word === "and" || word === "or";
  });
  const nested = items.map((item): ConditionList => {
    const inner = bracketed(item);
    return inner === undefined ? { items: [item], connectors: 0, ors: 0 } : conditionsOf(inner);
  });
  return merged([{ items: [], connectors: items.length - 1, ors }, ...nested]);
}

// `(a = 1 OR b = 2)`: the inner tokens of a bracket that groups conditions.
function bracketed(item: readonly Token[]): readonly Token[] | undefined {
  if (item[0]?.text !== "(" || item.at(-1)?.text !== ")") return undefined;
  const inner = item.slice(1, -1);
  if (wordOf(inner[0]) === "select" || outside(item).length !== 1) return undefined;
  return outside(inner).some((token) => ["and", "or"].includes(wordOf(token))) ? inner : undefined;
}
