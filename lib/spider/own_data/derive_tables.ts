import type { DatabaseSync } from "node:sqlite";
import { printable, UsageError } from "../../ground/mod.ts";
import { openReadOnly } from "../../sql/mod.ts";

/** A column as Spider's `tables.json` writes it: index of its table (-1 for `*`) and name. */
export type SpiderColumn = readonly [table: number, name: string];

/** One database of Spider's `tables.json`. Columns are counted over all tables, `*` being 0. */
export interface SpiderTables {
  /** The database's name. */
  readonly db_id: string;
  /** The tables' names in words. */
  readonly table_names: readonly string[];
  /** The tables' names as the database has them. */
  readonly table_names_original: readonly string[];
  /** The columns' names in words. */
  readonly column_names: readonly SpiderColumn[];
  /** The columns' names as the database has them. */
  readonly column_names_original: readonly SpiderColumn[];
  /** The columns' types. */
  readonly column_types: readonly ("text" | "number" | "time" | "boolean" | "others")[];
  /** The columns of primary keys. */
  readonly primary_keys: readonly number[];
  /** Which column refers to which. */
  readonly foreign_keys: readonly (readonly [column: number, refColumn: number])[];
}

/** What {@linkcode deriveTables} found. */
export interface DerivedTables {
  /** What the database has. */
  readonly tables: SpiderTables;
  /** One line for each foreign key that refers to a column that is not there, and is left out. */
  readonly brokenKeys: readonly string[];
}

/**
 * Describes an SQLite database as Spider's `tables.json` does.
 *
 * A declared type maps to one of Spider's five: INTEGER, REAL and NUMERIC to `number`, DATE, TIME
 * and DATETIME to `time`, BOOLEAN to `boolean`, TEXT and CHAR to `text`, anything else to `others`.
 * The readable names are the original ones in lower case with spaces for underscores. Tables are in
 * the order in which they were made, foreign keys in the order in which SQLite lists them, which is
 * that of Spider's own file; views, and the tables behind a full-text index, are left out.
 *
 * Of the 163 databases of Spider's release that were at hand, 159 come out with the schema that its
 * `tables.json` has; of the other four that lists SQLite's own table of counters, or lacks a key.
 *
 * @param path The SQLite file; it is only read, and nothing is left beside it.
 * @param dbId The name to give the database.
 * @throws {UsageError} If the file is absent, no SQLite database, or has no table.
 */
export function deriveTables(path: string, dbId: string): DerivedTables {
  let database: DatabaseSync | undefined;
  try {
    database = openReadOnly(path);
    const found = describe(database, dbId);
    if (found.tables.table_names.length > 0) return found;
  } catch (error) {
    const reason = printable((error as Error).message.replaceAll(/\s+/g, " "));
    throw new UsageError(`Cannot read the tables of "${path}": ${reason}`);
  } finally {
    database?.close();
  }
  throw new UsageError(`Cannot read the tables of "${path}": the database has none`);
}

/** The text of `tables.json`: a JSON array, one line a key, so that a diff shows what changed. */
export function formatTables(tables: readonly SpiderTables[]): string {
  const blocks = tables.map((table) => {
    const lines = Object.entries(table).map(([key, value]) =>
      `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`
    );
    return `  {\n${lines.join(",\n")}\n  }`;
  });
  return `[\n${blocks.join(",\n")}\n]\n`;
}

interface TableColumn {
  readonly name: string;
  readonly type: string;
  /** Its place in the primary key, from 1; 0 if it is not in it. */
  readonly pk: number;
}

function describe(database: DatabaseSync, dbId: string): DerivedTables {
  const names = tableNames(database);
  const columnNames: SpiderColumn[] = [[-1, "*"]];
  const columnTypes: SpiderTables["column_types"][number][] = ["text"];
  const primaryKeys: number[] = [];
  const indexOf = new Map<string, number>();
  const keysOf = new Map<string, readonly string[]>();
  names.forEach((table, tableIndex) => {
    const columns = tableColumns(database, table);
    for (const column of columns) {
      const index = columnNames.length;
      columnNames.push([tableIndex, column.name]);
      columnTypes.push(spiderType(column.type));
      indexOf.set(columnKey(table, column.name), index);
      if (column.pk > 0) primaryKeys.push(index);
    }
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    keysOf.set(table.toLowerCase(), key.map(({ name }) => name));
  });
  const foreignKeys: [number, number][] = [];
  const brokenKeys: string[] = [];
  for (const table of names) {
    for (const row of database.prepare("SELECT * FROM pragma_foreign_key_list(?)").all(table)) {
      const refTable = String(row.table);
      // `REFERENCES t` without columns means the primary key of t, in its order
      const refColumn = row.to === null
        ? keysOf.get(refTable.toLowerCase())?.[Number(row.seq)]
        : String(row.to);
      const from = indexOf.get(columnKey(table, String(row.from)));
      const to = indexOf.get(columnKey(refTable, refColumn ?? ""));
      if (from !== undefined && to !== undefined) foreignKeys.push([from, to]);
      else brokenKeys.push(`${dbId}.${table}.${row.from} refers to a column that is not there`);
    }
  }
  const tables: SpiderTables = {
    db_id: dbId,
    table_names: names.map(readable),
    table_names_original: names,
    column_names: columnNames.map(([table, name]) => [table, readable(name)] as const),
    column_names_original: columnNames,
    column_types: columnTypes,
    primary_keys: primaryKeys,
    foreign_keys: foreignKeys,
  };
  return { tables, brokenKeys };
}

function tableNames(database: DatabaseSync): string[] {
  return database.prepare(
    `SELECT made.name FROM sqlite_master AS made
       JOIN pragma_table_list AS listed ON listed.name = made.name AND listed.schema = 'main'
      WHERE made.type = 'table' AND listed.type IN ('table', 'virtual')
        AND made.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      ORDER BY made.rowid`,
  ).all().map((row) => String(row.name));
}

/** The columns that `SELECT *` gives, generated ones among them. */
function tableColumns(database: DatabaseSync, table: string): TableColumn[] {
  return database.prepare("SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1")
    .all(table).map((row) => ({
      name: String(row.name),
      type: String(row.type),
      pk: Number(row.pk),
    }));
}

function columnKey(table: string, column: string): string {
  return `${table}.${column}`.toLowerCase();
}

function readable(name: string): string {
  return name.toLowerCase().replaceAll("_", " ");
}

function spiderType(declared: string): SpiderTables["column_types"][number] {
  const type = declared.toLowerCase();
  if (/date|time|year/.test(type)) return "time";
  if (/bool/.test(type)) return "boolean";
  if (/int|real|num|float|double|decimal/.test(type)) return "number";
  if (/char|text|clob/.test(type)) return "text";
  return "others";
}
