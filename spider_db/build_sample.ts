/**
 * Builds the embedded sample: one SQLite file from each committed `schema.sql`, and `tables.json`
 * from what those files then say.
 *
 * ```sh
 * deno run -A spider_db/build_sample.ts   # builds what is missing, rewrites tables.json
 * ```
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** What {@linkcode buildSampleDatabases} did, as database ids in alphabetical order. */
export interface BuildReport {
  readonly built: readonly string[];
  readonly reused: readonly string[];
}

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

/** A partial file older than this was left behind by a build that was killed. */
const STALE_PARTIAL_MS = 60_000;

/**
 * Builds `database/<db_id>/<db_id>.sqlite` from its `schema.sql`, for every database under `dir`.
 *
 * A file is reused when it opens and carries the mark of its schema (see {@linkcode schemaMark}).
 * Each build goes to a name of its own and is renamed when it is whole, so a build that was killed,
 * or two at once, leave no half database.
 *
 * @param dir the sample's folder, the one that holds `database/`.
 * @throws {Error} If a `schema.sql` is not valid SQLite or breaks one of its own foreign keys.
 * @throws {Deno.errors.NotFound} If `dir` has no `database/`, or a database no `schema.sql`.
 */
export async function buildSampleDatabases(dir: string): Promise<BuildReport> {
  const built: string[] = [];
  const reused: string[] = [];
  for (const dbId of databaseIds(dir)) {
    const folder = `${dir}/database/${dbId}`;
    await removeStalePartials(folder);
    const schema = await Deno.readTextFile(`${folder}/schema.sql`);
    const mark = schemaMark(schema);
    const path = databasePath(dir, dbId);
    if (readMark(path) === mark) {
      reused.push(dbId);
      continue;
    }
    const partial = `${folder}/partial-${randomUUID()}.sqlite`;
    try {
      createDatabase(partial, { dbId, schema, mark });
      await Deno.rename(partial, path);
    } finally {
      await Deno.remove(partial).catch(ignoreNotFound);
    }
    built.push(dbId);
  }
  return { built, reused };
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

/**
 * The first 31 bits of the SHA-256 of a schema's text, kept in the database as `PRAGMA
 * user_version` (a signed 32-bit number). Never 0, which is what an unmarked database says.
 */
export function schemaMark(schema: string): number {
  const digest = createHash("sha256").update(schema).digest();
  return (digest.readUInt32BE(0) >>> 1) || 1;
}

function databaseIds(dir: string): string[] {
  return [...Deno.readDirSync(`${dir}/database`)]
    .filter((entry) => entry.isDirectory)
    .map((entry) => entry.name)
    .sort();
}

function databasePath(dir: string, dbId: string): string {
  return `${dir}/database/${dbId}/${dbId}.sqlite`;
}

interface NewDatabase {
  readonly dbId: string;
  readonly schema: string;
  readonly mark: number;
}

function createDatabase(path: string, { dbId, schema, mark }: NewDatabase): void {
  const db = new DatabaseSync(path);
  try {
    // The journal stays in memory: the file has no reader before it is renamed.
    db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = OFF; BEGIN;`);
    db.exec(schema);
    db.exec(`PRAGMA user_version = ${mark}; COMMIT;`);
    const broken = db.prepare("PRAGMA foreign_key_check").all();
    if (broken.length > 0) {
      throw new Error(`${broken.length} rows break a foreign key, first: ${describe(broken[0])}`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot build ${dbId} from its schema.sql: ${reason}`, { cause: error });
  } finally {
    db.close();
  }
}

function describe(row: unknown): string {
  return JSON.stringify(row, (_, value) => typeof value === "bigint" ? Number(value) : value);
}

/** The mark of a built database; undefined when there is none or it cannot be used. */
function readMark(path: string): number | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    if (db.prepare("PRAGMA quick_check").get()?.quick_check !== "ok") return undefined;
    return Number(db.prepare("PRAGMA user_version").get()?.user_version);
  } catch {
    // Missing, truncated or no database at all: either way it is built anew.
    return undefined;
  } finally {
    db?.close();
  }
}

async function removeStalePartials(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    if (!/^partial-.*\.sqlite$/.test(entry.name)) continue;
    const path = `${folder}/${entry.name}`;
    // Another build may rename its file between the listing and here.
    const info = await Deno.stat(path).catch(ignoreNotFound);
    if (!info?.mtime || Date.now() - info.mtime.getTime() < STALE_PARTIAL_MS) continue;
    await Deno.remove(path).catch(ignoreNotFound);
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
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

if (import.meta.main) {
  const dir = `${import.meta.dirname}/sample`;
  const { built, reused } = await buildSampleDatabases(dir);
  await Deno.writeTextFile(`${dir}/tables.json`, formatTables(deriveTables(dir)));
  const line = `sample databases: ${built.length} built, ${reused.length} reused\n`;
  await Deno.stderr.write(new TextEncoder().encode(line));
}
