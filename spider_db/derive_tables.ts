import { DatabaseSync } from "node:sqlite";

/** A column as Spider's `tables.json` writes it: index of its table (-1 for `*`) and name. */
export type SpiderColumn = readonly [table: number, name: string];

/** One database of Spider's `tables.json`. Columns are counted over all tables, `*` being 0. */
export interface SpiderTables {
  readonly db_id: string;
  readonly table_names: readonly string[];
  readonly table_names_original: readonly string[];
  readonly column_names: readonly SpiderColumn[];
  readonly column_names_original: readonly SpiderColumn[];
  readonly column_types: readonly ("text" | "number" | "time" | "boolean" | "others")[];
  readonly primary_keys: readonly number[];
  readonly foreign_keys: readonly (readonly [column: number, refColumn: number])[];
}

/**
 * Reads every built database under `dir` and describes it as Spider's `tables.json` does, in
 * alphabetical order of `db_id`.
 *
 * A declared type maps to one of Spider's five: INTEGER, REAL and NUMERIC to `number`, DATE, TIME
 * and DATETIME to `time`, BOOLEAN to `boolean`, TEXT and CHAR to `text`, anything else to `others`.
 * The readable names are the original ones in lower case with spaces for underscores.
 *
 * @throws {Error} If a database is not built.
 */
export function deriveTables(dir: string): SpiderTables[] {
  return databaseIds(dir).map((dbId) => {
    const db = new DatabaseSync(databasePath(dir, dbId), { readOnly: true });
    try {
      return describeDatabase(db, dbId);
    } finally {
      db.close();
    }
  });
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

/** The databases of a sample folder, in alphabetical order. */
export function databaseIds(dir: string): string[] {
  return [...Deno.readDirSync(`${dir}/database`)]
    .filter((entry) => entry.isDirectory)
    .map((entry) => entry.name)
    .sort();
}

/** Where the SQLite file of a database lies, built or not. */
export function databasePath(dir: string, dbId: string): string {
  return `${dir}/database/${dbId}/${dbId}.sqlite`;
}

interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

function describeDatabase(db: DatabaseSync, dbId: string): SpiderTables {
  const tables = db.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
  ).all().map((row) => String(row.name));
  const columnNames: SpiderColumn[] = [[-1, "*"]];
  const columnTypes: SpiderTables["column_types"][number][] = ["text"];
  const primaryKeys: number[] = [];
  const indexOf = new Map<string, number>();
  const keyOf = new Map<string, string>();
  tables.forEach((table, tableIndex) => {
    for (const column of tableColumns(db, table)) {
      const index = columnNames.length;
      columnNames.push([tableIndex, column.name]);
      columnTypes.push(spiderType(column.type));
      indexOf.set(columnKey(table, column.name), index);
      if (column.pk > 0) primaryKeys.push(index);
      if (column.pk === 1) keyOf.set(table.toLowerCase(), column.name);
    }
  });
  const foreignKeys = tables.flatMap((table) =>
    db.prepare("SELECT * FROM pragma_foreign_key_list(?)").all(table).map((row) => {
      const refTable = String(row.table);
      // `REFERENCES t` without a column means the primary key of t.
      const refColumn = row.to === null ? keyOf.get(refTable.toLowerCase()) : String(row.to);
      const from = indexOf.get(columnKey(table, String(row.from)));
      const to = indexOf.get(columnKey(refTable, refColumn ?? ""));
      if (from === undefined || to === undefined) {
        throw new Error(`${dbId}.${table}.${row.from} refers to a column that is not there`);
      }
      return [from, to] as const;
    })
  );
  return {
    db_id: dbId,
    table_names: tables.map(readable),
    table_names_original: tables,
    column_names: columnNames.map(([table, name]) => [table, readable(name)] as const),
    column_names_original: columnNames,
    column_types: columnTypes,
    primary_keys: primaryKeys,
    foreign_keys: foreignKeys.sort((a, b) => a[0] - b[0] || a[1] - b[1]),
  };
}

function tableColumns(db: DatabaseSync, table: string): TableColumn[] {
  return db.prepare("SELECT name, type, pk FROM pragma_table_info(?)").all(table).map((row) => ({
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
