import type { ExecutorPool, SqlValue } from "../sql/mod.ts";
import { UsageError } from "../ground/mod.ts";
import type { DatabaseSchema } from "./types.ts";

/** Goes up when values are read or written in another way, so that none is taken that was written before. */
export const CELL_VALUES_VERSION = 1;

/** Where a value's text is cut, in characters (code points). */
export const LONGEST_VALUE = 40;

/**
 * A database's schema with a few values in each column, as the prompt shows them
 * ({@linkcode Column.values}): the most frequent distinct values that are neither NULL nor bytes,
 * those of equal frequency in SQLite's own order of values (numbers, then text by its bytes). So the
 * values depend on what is in the database, not on how its file came about.
 *
 * Text is shown as an SQLite literal with single spaces, cut at {@linkcode LONGEST_VALUE} characters
 * with `…`; numbers in their shortest form.
 *
 * @param pool Runs the statements, each on the database's own file.
 * @param schema The schema; its tables and columns must be those of the file.
 * @param options `path` is the SQLite file, `count` how many values a column has at most.
 * @throws {UsageError} If a column cannot be read.
 * @throws {DatabaseError} If the file cannot be read.
 */
export async function withCellValues(
  pool: Pick<ExecutorPool, "execute">,
  schema: DatabaseSchema,
  { path, count }: { readonly path: string; readonly count: number },
): Promise<DatabaseSchema> {
  const tables = await Promise.all(schema.tables.map(async ({ name, columns }) => ({
    name,
    columns: await Promise.all(columns.map(async (column) => {
      const execution = await pool.execute(path, valuesQuery(name, column.name, count));
      if (execution.status !== "rows") {
        throw new UsageError(
          `Cannot read values for the prompt: "${schema.dbId}", column "${name}.${column.name}": ` +
            `${execution.message}: take tables.json and databases of one release, or set ` +
            "spider.schema.cellValues to 0",
        );
      }
      return { ...column, values: execution.rows.map(([value]) => literal(value!)) };
    })),
  })));
  return { ...schema, tables };
}

/** The statement that reads a column's values. Qualified, as SQLite takes a quoted name that it does not know for a text. */
export function valuesQuery(table: string, column: string, count: number): string {
  const name = `shown.${quoted(column)}`;
  return `SELECT ${name} FROM ${quoted(table)} AS shown ` +
    `WHERE ${name} IS NOT NULL AND typeof(${name}) <> 'blob' ` +
    `GROUP BY ${name} COLLATE BINARY ORDER BY count(*) DESC, ${name} COLLATE BINARY LIMIT ${count}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: SqlValue): string {
  if (typeof value !== "string") return String(value);
  const letters = [...value.replaceAll(/[\s\p{Cc}]+/gu, " ").trim()];
  const cut = letters.length > LONGEST_VALUE;
  const text = cut ? `${letters.slice(0, LONGEST_VALUE).join("")}…` : letters.join("");
  return `'${text.replaceAll("'", "''")}'`;
}
