import { isNode, type Node } from "./parse_statement.ts";

/** Tables by the names under which a SELECT knows them; none, to leave tables out of the text. */
export type Aliases = ReadonlyMap<string, string> | undefined;

// Fields of a node that say nothing about what it computes.
const PRESENTATION: ReadonlySet<string> = new Set([
  "type",
  "parentheses",
  "collate",
  "over",
  "tableList",
  "columnList",
]);

/**
 * One expression as text, so that two can be compared: names in lower case, the sides of an equation
 * in one order, a subquery as `(select)`. With `aliases` a column has the name of its table.
 */
export function expressionText(value: unknown, aliases: Aliases): string {
  const text = (part: unknown): string => expressionText(part, aliases);
  if (Array.isArray(value)) return value.map(text).join(", ");
  if (!isNode(value)) {
    return value === null || value === undefined ? "" : String(value).toLowerCase();
  }
  if (isSubquery(value)) return "(select)";
  switch (value.type) {
    case "column_ref":
      return columnText(value, aliases);
    case "star":
      return "*";
    case "single_quote_string":
    case "double_quote_string":
    case "string":
      return `'${String(value.value)}'`;
    case "aggr_func": {
      const args = isNode(value.args) ? value.args : {};
      const distinct = args.distinct ? "distinct " : "";
      return `${text(value.name)}(${distinct}${text(args.expr)})`;
    }
    case "binary_expr": {
      const sides = [text(value.left), text(value.right)];
      if (value.operator === "=") sides.sort();
      return `${sides[0]} ${text(value.operator)} ${sides[1]}`;
    }
    default:
      return Object.entries(value)
        .filter(([name]) => !PRESENTATION.has(name))
        .map(([, field]) => text(field))
        .filter((part) => part !== "")
        .join(" ");
  }
}

/** Whether a node is a SELECT inside of another statement. */
export function isSubquery(node: Node): node is Node & { readonly ast: Node } {
  return isNode(node.ast) && node.ast.type === "select";
}

function columnText(column: Node, aliases: Aliases): string {
  const name = expressionText(column.column, undefined);
  if (aliases === undefined || typeof column.table !== "string") return name;
  const table = column.table.toLowerCase();
  return `${aliases.get(table) ?? table}.${name}`;
}
