import { isNode, type Node } from "./parse_statement.ts";

/**
 * A statement taken apart for comparison. Every list is sorted; names are in lower case, columns
 * without their table or alias, and a whole statement with its subqueries is one bag a part.
 */
export interface StatementShape {
  readonly setOperations: readonly string[];
  /** Number of SELECTs inside of expressions and FROM clauses. */
  readonly subqueries: number;
  readonly tables: readonly string[];
  /** Kinds of outer joins, and the columns that joins compare. */
  readonly joins: readonly string[];
  readonly groupBy: readonly string[];
  readonly having: readonly string[];
  readonly aggregates: readonly string[];
  /** Selected expressions, of every SELECT. */
  readonly projection: readonly string[];
  /** Columns that WHERE clauses speak of. */
  readonly conditionColumns: readonly string[];
  /** WHERE clauses, with operators and values. */
  readonly conditions: readonly string[];
  readonly orderAndLimit: readonly string[];
}

type MutableShape = {
  -readonly [K in keyof StatementShape]: StatementShape[K] extends number ? number
    : string[];
};

/** Takes a parse tree apart. */
export function statementShape(tree: Node): StatementShape {
  const shape: MutableShape = {
    setOperations: [],
    subqueries: 0,
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
  addSelect(shape, tree);
  for (const part of Object.values(shape)) if (Array.isArray(part)) part.sort();
  return shape;
}

function addSelect(shape: MutableShape, select: Node): void {
  for (const column of nodes(select.columns)) shape.projection.push(textOf(column.expr));
  if (select.distinct) shape.projection.push("distinct");
  for (const table of nodes(select.from)) addTable(shape, table);
  addConditions(shape, select.where);
  const groupBy = isNode(select.groupby) ? select.groupby.columns : select.groupby;
  for (const column of nodes(groupBy)) shape.groupBy.push(textOf(column));
  if (isNode(select.having)) shape.having.push(...conjuncts(select.having).map(textOf));
  const order = nodes(select.orderby).map((item) =>
    `${textOf(item.expr)} ${String(item.type ?? "ASC").toLowerCase()}`
  );
  // The order of the sort keys matters, so they stay together.
  if (order.length > 0) shape.orderAndLimit.push(`order ${order.join(", ")}`);
  const limit = isNode(select.limit) ? nodes(select.limit.value) : [];
  if (limit.length > 0) shape.orderAndLimit.push(`limit ${limit.map(textOf).join(", ")}`);
  for (const [name, value] of Object.entries(select)) {
    if (name !== "_next") collect(shape, value);
  }
  if (isNode(select._next)) {
    shape.setOperations.push(String(select.set_op).toLowerCase());
    addSelect(shape, select._next);
  }
}

function addTable(shape: MutableShape, table: Node): void {
  if (typeof table.table === "string") shape.tables.push(table.table.toLowerCase());
  const kind = typeof table.join === "string" ? table.join.toLowerCase() : "";
  if (/left|right|full/.test(kind)) shape.joins.push(kind);
  if (isNode(table.on)) shape.joins.push(...conjuncts(table.on).map(textOf));
  for (const column of nodes(table.using)) shape.joins.push(textOf(column));
}

function addConditions(shape: MutableShape, where: unknown): void {
  if (!isNode(where)) return;
  shape.conditions.push(...conjuncts(where).map(textOf));
  visit(where, (node) => {
    if (node.type === "column_ref") shape.conditionColumns.push(textOf(node));
    return !isSubquery(node);
  });
}

// Aggregates and subqueries, wherever in this SELECT they stand.
function collect(shape: MutableShape, value: unknown): void {
  visit(value, (node) => {
    if (isSubquery(node)) {
      shape.subqueries++;
      addSelect(shape, node.ast as Node);
      return false;
    }
    if (node.type === "aggr_func") shape.aggregates.push(textOf(node));
    return true;
  });
}

function isSubquery(node: Node): boolean {
  return isNode(node.ast) && node.ast.type === "select";
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

/** One expression as text: names in lower case, tables left out, an equation's sides in one order. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  if (!isNode(value)) {
    return value === null || value === undefined ? "" : String(value).toLowerCase();
  }
  if (isSubquery(value)) return "(select)";
  switch (value.type) {
    case "column_ref":
      return textOf(value.column);
    case "star":
      return "*";
    case "single_quote_string":
    case "double_quote_string":
    case "string":
      return `'${String(value.value)}'`;
    case "aggr_func": {
      const args = isNode(value.args) ? value.args : {};
      const distinct = args.distinct ? "distinct " : "";
      return `${textOf(value.name)}(${distinct}${textOf(args.expr)})`;
    }
    case "binary_expr": {
      const sides = [textOf(value.left), textOf(value.right)];
      if (value.operator === "=") sides.sort();
      return `${sides[0]} ${textOf(value.operator)} ${sides[1]}`;
    }
    default:
      return Object.entries(value)
        .filter(([name]) => !PRESENTATION.has(name))
        .map(([, field]) => textOf(field))
        .filter((text) => text !== "")
        .join(" ");
  }
}

const PRESENTATION: ReadonlySet<string> = new Set([
  "type",
  "parentheses",
  "collate",
  "over",
  "tableList",
  "columnList",
]);
