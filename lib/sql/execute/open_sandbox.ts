import * as sqlite from "node:sqlite";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ExecutorSetup } from "./messages/protocol.ts";
import { type DatabaseFacts, quotedName, scanDatabase, UNKNOWN_FACTS } from "./scan_database.ts";
import { databaseImage, needsImage } from "./image/database_image.ts";

/** A database opened for untrusted statements. */
export interface Sandbox extends DatabaseFacts {
  /** Prepares a statement that nobody has checked; it can then be run. */
  prepare(sql: string): StatementSync;
}

// Deno 2.9.6 has these options and methods; its type declarations lag behind.
interface SandboxOptions {
  readonly readOnly: boolean;
  readonly enableDoubleQuotedStringLiterals: true;
  readonly allowExtension: false;
  readonly readBigInts: true;
  readonly returnArrays: true;
  readonly limits: Readonly<Record<string, number>>;
}
type Authorizer = (action: number, arg1: string | null, arg2: string | null) => number;
type SandboxDatabase = DatabaseSync & {
  setAuthorizer(decide: Authorizer): void;
  deserialize(image: Uint8Array): void;
  readonly limits: { variableNumber: number };
};
const ACTIONS = sqlite.constants as unknown as Readonly<Record<string, number>>;

const ALLOWED_ACTIONS: ReadonlySet<number> = new Set([
  ACTIONS.SQLITE_SELECT!,
  ACTIONS.SQLITE_READ!,
  ACTIONS.SQLITE_RECURSIVE!,
]);
const DENIED_FUNCTIONS: ReadonlySet<string> = new Set([
  "load_extension",
  "readfile",
  "writefile",
  "edit",
  "lsdir",
  "fsdir",
  "zipfile",
  "fts3_tokenizer",
  "sqlite_log",
  "sqlite_dbpage",
]);
const DENIED_TABLES: ReadonlySet<string> = new Set(["dbstat", "sqlite_dbpage", "fsdir", "zipfile"]);
// Parameters that the modules of full-text and R-tree tables use in their own statements.
const MODULE_PARAMETERS = 100;
const SCAN_MAX_BYTES = 32 * 1024 * 1024;

/**
 * Opens a database file for statements nobody has checked: read-only, string literals in double
 * quotes accepted (213 of Spider's 1,034 dev golds need that), no extension, no second database, no
 * bound parameter, capped memory, temporary tables in memory, and an authorizer that lets SELECT,
 * column reads, recursion and functions other than those that touch files through and denies every
 * other action (writes, ATTACH, PRAGMA and its table functions, transactions, schema changes).
 *
 * What is covered: writes, other files, memory of SQLite, of a result and of an image, time (the
 * parent kills this process while it opens, runs or reads), and files beside the database: one in WAL
 * mode is read into memory together with its log, so that neither `-shm` nor `-wal` is made, and one
 * with the journal of a transaction that did not end is read into memory as it was before.
 *
 * What is not covered: a fault of SQLite's own code, which would run with the rights of the user but
 * without those of Deno; virtual tables whose module is not built into SQLite (a statement on one is
 * `sql_error` and names the module); a database that is read into memory beyond 1 GiB (refused).
 *
 * Full-text and R-tree tables are read by statements that their modules prepare. These tables are
 * opened before the authorizer is there, and while a statement runs, the modules may bind parameters
 * and ask whether the file has changed; while a statement is prepared, nobody may.
 *
 * @throws {Error} If the file is not a readable SQLite database.
 *
 * Source: https://sqlite.org/c3ref/set_authorizer.html and https://sqlite.org/limits.html
 */
export function openSandbox(setup: ExecutorSetup): Sandbox {
  const isImage = setup.hasLog || needsImage(setup.dbPath);
  const options: SandboxOptions = {
    // What is read into memory has no file that could be written to.
    readOnly: !isImage,
    enableDoubleQuotedStringLiterals: true,
    allowExtension: false,
    readBigInts: true,
    returnArrays: true,
    limits: { attach: 0, variableNumber: 0, length: setup.maxValueBytes },
  };
  const db = new sqlite.DatabaseSync(
    isImage ? ":memory:" : setup.dbPath,
    options,
  ) as SandboxDatabase;
  const imageBytes = isImage ? load(db, setup.dbPath) : 0;
  // Before anything else, since reading the schema takes memory too.
  db.prepare(`PRAGMA hard_heap_limit = ${setup.sqliteHeapBytes + imageBytes}`).all();
  db.prepare("SELECT count(*) FROM sqlite_schema").all();
  db.prepare("PRAGMA temp_store = MEMORY").all();
  db.prepare("PRAGMA query_only = ON").all();
  const bytes = imageBytes || Deno.statSync(setup.dbPath).size;
  const isScanned = setup.scan === "all" && bytes <= SCAN_MAX_BYTES;
  const facts = isScanned ? scanned(db) : UNKNOWN_FACTS;
  const hasModules = connectVirtualTables(db);
  let isPreparing = true;
  db.setAuthorizer((action, arg1, arg2) =>
    !isPreparing && action === ACTIONS.SQLITE_PRAGMA && arg1 === "data_version"
      ? ACTIONS.SQLITE_OK!
      : authorize(action, arg1, arg2)
  );
  return {
    ...facts,
    prepare(sql): StatementSync {
      if (!hasModules) return db.prepare(sql);
      isPreparing = true;
      db.limits.variableNumber = 0;
      const statement = db.prepare(sql);
      isPreparing = false;
      db.limits.variableNumber = MODULE_PARAMETERS;
      return statement;
    },
  };
}

function connectVirtualTables(db: SandboxDatabase): boolean {
  const tables = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'",
  ).all() as unknown as (readonly [string])[];
  db.limits.variableNumber = MODULE_PARAMETERS;
  for (const [name] of tables) {
    try {
      db.prepare(`SELECT * FROM ${quotedName(name)} LIMIT 0`).all();
    } catch {
      // Whoever reads this table is told why it cannot be read.
    }
  }
  db.limits.variableNumber = 0;
  return tables.length > 0;
}

// A table that cannot be read is the matter of the statements on it.
function scanned(db: DatabaseSync): DatabaseFacts {
  try {
    return scanDatabase(db);
  } catch {
    return UNKNOWN_FACTS;
  }
}

function load(db: SandboxDatabase, dbPath: string): number {
  const image = databaseImage(dbPath);
  // An empty file is an empty database, as it is where it is opened as it lies.
  if (image.length > 0) db.deserialize(image);
  return image.length;
}

function authorize(action: number, arg1: string | null, arg2: string | null): number {
  if (action === ACTIONS.SQLITE_FUNCTION) {
    // SQLite names the function in the second argument.
    return arg2 !== null && DENIED_FUNCTIONS.has(arg2.toLowerCase())
      ? ACTIONS.SQLITE_DENY!
      : ACTIONS.SQLITE_OK!;
  }
  if (!ALLOWED_ACTIONS.has(action)) return ACTIONS.SQLITE_DENY!;
  if (action === ACTIONS.SQLITE_READ! && arg1 !== null) {
    const table = arg1.toLowerCase();
    if (table.startsWith("pragma_") || DENIED_TABLES.has(table)) return ACTIONS.SQLITE_DENY!;
  }
  return ACTIONS.SQLITE_OK!;
}
