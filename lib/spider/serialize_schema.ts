import { quoteName } from "./quote_name.ts";
import type { Column, DatabaseSchema } from "./types.ts";

/**
 * A database's schema as the prompt shows it: one line a table, `name(column, column)`, then one
 * line a foreign key, `table.column = table.column`.
 *
 * Original names, quoted where SQLite needs quotes, so that each can be copied into a query. Columns
 * that carry values (`shownSchemas`) show them after a colon: `name(column: 'one' | 'two', column)`.
 * No types, no primary keys, no rows: on a small model and a CPU every token of the schema costs time,
 * and column names with the joins between them are what a query cannot be written without.
 *
 * @param schema The schema.
 * @returns The lines, joined by newlines, without one at the end.
 *
 * @example Two tables and their key
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const text = serializeSchema({
 *   dbId: "music",
 *   tables: [
 *     { name: "singer", columns: [{ name: "id", type: "number" }] },
 *     { name: "song", columns: [{ name: "singer_id", type: "number" }] },
 *   ],
 *   primaryKeys: [{ table: "singer", column: "id" }],
 *   foreignKeys: [{ table: "song", column: "singer_id", refTable: "singer", refColumn: "id" }],
 * });
 * assert.equal(text, "singer(id)\nsong(singer_id)\nsong.singer_id = singer.id");
 * ```
 *
 * Source: of the same family as the "Table(Column)" prompts compared in Rajkumar et al. 2022,
 * arXiv:2204.00498, and Gao et al. 2023, arXiv:2308.15363; the key lines are this project's.
 */
export function serializeSchema(schema: DatabaseSchema): string {
  const tables = schema.tables.map((table) => {
    return `${quoteName(table.name)}(${table.columns.map(columnText).join(", ")})`;
  });
  const keys = schema.foreignKeys.map((key) => {
    const from = `${quoteName(key.table)}.${quoteName(key.column)}`;
    return `${from} = ${quoteName(key.refTable)}.${quoteName(key.refColumn)}`;
  });
  return [...tables, ...keys].join("\n");
}

/** The name, and the values where there are any: `country: 'France' | 'Spain'`. */
function columnText({ name, values = [] }: Column): string {
  return quoteName(name) + (values.length > 0 ? `: ${values.join(" | ")}` : "");
}
