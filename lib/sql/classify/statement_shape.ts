import { type Aliases, expressionText, isSubquery } from "./expression_text.ts";
import { isNode, type Node } from "./parse_statement.ts";

/**
 * A statement taken apart for comparison: each part is one sorted list over the whole statement, its
 * subqueries included.
 */
export interface StatementShape {
  readonly setOperations: readonly string[];
  /** One `(select)` for each SELECT inside of an expression or a FROM clause. */
  readonly subqueries: readonly string[];
  readonly tables: readonly string[];
  /** Kinds of outer joins, and the conditions of joins. */
  readonly joins: readonly string[];
  readonly groupBy: readonly string[];
  readonly having: readonly string[];
  readonly aggregates: readonly string[];
  /** Selected expressions. */
  readonly projection: readonly string[];
  /** Columns that WHERE clauses speak of. */
  readonly conditionColumns: readonly string[];
  /** WHERE clauses, with operators and values. */
  readonly conditions: readonly string[];
  readonly orderAndLimit: readonly string[];
}

/** How columns are named in a shape: alone, or with the table that stands before them. */
export type ColumnNames = "bare" | "qualified";

type Parts = { [K in keyof StatementShape]: string[] };

/** Takes a parse tree apart. */
export function statementShape(tree: Node, names: ColumnNames): StatementShape {
  const parts: Parts = {
    setOperations: [],
    subqueries: [],
    tables: [],
    joins: [],
    groupBy: [],
    having: [],
    aggregates: [],
    projection: [],
    conditionColumns: [],
    conditions: [],
    orderAndLimit: [],
  };
  addSelect(parts, tree, names === "qualified" ? new Map() : undefined);
  for (const part of Object.values(parts)) part.sort();
  return parts;
}

function addSelect(parts: Parts, select: Node, outer: Aliases): void {
  const tables = nodes(select.from);
  const aliases = outer && new Map([...outer, ...tables.flatMap(aliasEntry)]);
  const text = (value: unknown): string => expressionText(value, aliases);
  for (const column of nodes(select.columns)) parts.projection.push(text(column.expr));
  if (select.distinct) parts.projection.push("distinct");
  for (const table of tables) addTable(parts, table, aliases);
  if (isNode(select.where)) addConditions(parts, select.where, aliases);
  const groupBy = isNode(select.groupby) ? select.groupby.columns : select.groupby;
  parts.groupBy.push(...nodes(groupBy).map(text));
  if (isNode(select.having)) parts.having.push(...conjuncts(select.having).map(text));
  const keys = nodes(select.orderby)
    .map((item) => `${text(item.expr)} ${String(item.type ?? "ASC").toLowerCase()}`);
  // The order of the sort keys matters, so they stay together.
  if (keys.length > 0) parts.orderAndLimit.push(`order ${keys.join(", ")}`);
  const limit = isNode(select.limit) ? nodes(select.limit.value) : [];
  if (limit.length > 0) parts.orderAndLimit.push(`limit ${limit.map(text).join(", ")}`);
  for (const [name, value] of Object.entries(select)) {
    if (name !== "_next") addInnerParts(parts, value, aliases);
  }
  if (isNode(select._next)) {
    parts.setOperations.push(String(select.set_op).toLowerCase());
    addSelect(parts, select._next, outer);
  }
}

function aliasEntry(table: Node): readonly (readonly [string, string])[] {
  if (typeof table.table !== "string" || typeof table.as !== "string") return [];
  return [[table.as.toLowerCase(), table.table.toLowerCase()]];
}

function addTable(parts: Parts, table: Node, aliases: Aliases): void {
  const text = (value: unknown): string => expressionText(value, aliases);
  if (typeof table.table === "string") parts.tables.push(table.table.toLowerCase());
  const kind = typeof table.join === "string" ? table.join.toLowerCase() : "";
  if (/left|right|full/.test(kind)) parts.joins.push(kind);
  if (isNode(table.on)) parts.joins.push(...conjuncts(table.on).map(text));
  parts.joins.push(...nodes(table.using).map(text));
}

function addConditions(parts: Parts, where: Node, aliases: Aliases): void {
  parts.conditions.push(...conjuncts(where).map((part) => expressionText(part, aliases)));
  visit(where, (node) => {
    if (node.type === "column_ref") parts.conditionColumns.push(expressionText(node, aliases));
    return !isSubquery(node);
  });
}

// Aggregates and subqueries, wherever in this SELECT they stand.
function addInnerParts(parts: Parts, value: unknown, aliases: Aliases): void {
  visit(value, (node) => {
    if (isSubquery(node)) {
      parts.subqueries.push("(select)");
      addSelect(parts, node.ast, aliases);
      return false;
    }
    if (node.type === "aggr_func") parts.aggregates.push(expressionText(node, aliases));
    return true;
  });
}

function visit(value: unknown, enter: (node: Node) => boolean): void {
  if (Array.isArray(value)) value.forEach((item) => visit(item, enter));
  else if (isNode(value) && enter(value)) {
    Object.values(value).forEach((item) => visit(item, enter));
  }
}

function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

// The parts of an AND, whose order says nothing.
function conjuncts(node: Node): readonly Node[] {
  const isAnd = node.type === "binary_expr" && node.operator === "AND";
  return isAnd && isNode(node.left) && isNode(node.right)
    ? [...conjuncts(node.left), ...conjuncts(node.right)]
    : [node];
}
