import * as sqlite from "node:sqlite";
import type { DatabaseSync } from "node:sqlite";
import type { ExecutorSetup } from "./protocol.ts";

/** A database opened for untrusted statements. */
export interface Sandbox {
  readonly db: DatabaseSync;
  /** Whether stored values can hold bytes that a plain read of text would lose. */
  readonly hasOpaqueText: boolean;
}

// Deno 2.9.6 has these options and this method; its type declarations lag behind.
interface SandboxOptions {
  readonly readOnly: true;
  readonly enableDoubleQuotedStringLiterals: true;
  readonly allowExtension: false;
  readonly readBigInts: true;
  readonly returnArrays: true;
  readonly limits: Readonly<Record<string, number>>;
}
type Authorizer = (action: number, arg1: string | null, arg2: string | null) => number;
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
const OPAQUE_SCAN_MAX_BYTES = 32 * 1024 * 1024;

/**
 * Opens a database file for statements nobody has checked: read-only, string literals in double
 * quotes accepted (213 of Spider's 1,034 dev golds need that), no extension, no second database, no
 * bound parameter, capped memory, temporary tables in memory, and an authorizer that lets SELECT,
 * column reads, recursion and functions other than those that touch files through and denies every
 * other action (writes, ATTACH, PRAGMA and its table functions, transactions, schema changes).
 *
 * @throws {Error} If the file is not a readable SQLite database.
 *
 * Source: https://sqlite.org/c3ref/set_authorizer.html and https://sqlite.org/limits.html
 */
export function openSandbox(setup: ExecutorSetup): Sandbox {
  const options: SandboxOptions = {
    readOnly: true,
    enableDoubleQuotedStringLiterals: true,
    allowExtension: false,
    readBigInts: true,
    returnArrays: true,
    limits: { attach: 0, variableNumber: 0, length: setup.maxValueBytes },
  };
  const db = new sqlite.DatabaseSync(setup.dbPath, options);
  db.prepare("SELECT count(*) FROM sqlite_schema").all();
  db.prepare("PRAGMA temp_store = MEMORY").all();
  db.prepare(`PRAGMA hard_heap_limit = ${setup.sqliteHeapBytes}`).all();
  const hasOpaqueText = Deno.statSync(setup.dbPath).size > OPAQUE_SCAN_MAX_BYTES ||
    storesOpaqueText(db);
  (db as unknown as { setAuthorizer(decide: Authorizer): void }).setAuthorizer(authorize);
  return { db, hasOpaqueText };
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

// Text with a NUL inside, and blobs that a statement may turn into such text.
function storesOpaqueText(db: DatabaseSync): boolean {
  const tables = db.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  ).all() as unknown as (readonly [string, string | null])[];
  for (const [name, sql] of tables) {
    if (/^\s*CREATE\s+VIRTUAL/i.test(sql ?? "")) return true;
    const columns = db.prepare(`SELECT * FROM ${quoted(name)} LIMIT 0`).columns();
    for (let first = 0; first < columns.length; first += 100) {
      const tests = columns.slice(first, first + 100).map(({ column, name }) => {
        const value = quoted(column ?? name);
        return `typeof(${value}) = 'blob' OR instr(${value}, char(0)) > 0`;
      });
      const query = `SELECT 1 FROM ${quoted(name)} WHERE ${tests.join(" OR ")} LIMIT 1`;
      if (db.prepare(query).all().length > 0) return true;
    }
  }
  return false;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
