import * as sqlite from "node:sqlite";
import type { DatabaseSync } from "node:sqlite";
import type { DatabaseSize } from "./is_provably_small.ts";
import type { ExecutorSetup } from "./protocol.ts";

/** A database opened for untrusted statements. */
export interface Sandbox {
  readonly db: DatabaseSync;
  /** Whether stored values can hold bytes that a plain read of text would lose. */
  readonly hasOpaqueText: boolean;
  readonly size: DatabaseSize;
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
const SCAN_MAX_BYTES = 32 * 1024 * 1024;
const COLUMNS_A_SCAN = 100;
const UNKNOWN: Omit<Sandbox, "db"> = {
  hasOpaqueText: true,
  size: { largestTableRows: Infinity, largestValueBytes: Infinity },
};

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
  const isScanned = Deno.statSync(setup.dbPath).size <= SCAN_MAX_BYTES;
  const facts = isScanned ? scan(db) : UNKNOWN;
  (db as unknown as { setAuthorizer(decide: Authorizer): void }).setAuthorizer(authorize);
  return { db, ...facts };
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

// One pass over every table: its rows, its longest value, and whether it holds blobs or text with a
// NUL inside, which a plain read of text would cut.
function scan(db: DatabaseSync): Omit<Sandbox, "db"> {
  const tables = db.prepare(
    "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view') " +
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  ).all() as unknown as (readonly [string, string, string | null])[];
  let hasOpaqueText = false;
  let largestTableRows = 0;
  let largestValueBytes = 0;
  for (const [type, name, sql] of tables) {
    if (/^\s*CREATE\s+VIRTUAL/i.test(sql ?? "")) return UNKNOWN;
    if (type === "view") {
      // It may have more rows than any table.
      largestTableRows = Infinity;
      continue;
    }
    const columns = db.prepare(`SELECT * FROM ${quoted(name)} LIMIT 0`).columns();
    for (let first = 0; first < columns.length; first += COLUMNS_A_SCAN) {
      const values = columns.slice(first, first + COLUMNS_A_SCAN)
        .map(({ column, name }) => quoted(column ?? name));
      const [[rows, opaque, bytes]] = db.prepare(
        `SELECT count(*), ${largest(values.map((value) => `${opaqueTest(value)}`))}, ` +
          `${largest(values.map((value) => `octet_length(${value})`))} FROM ${quoted(name)}`,
      ).all() as unknown as [[bigint, bigint | null, bigint | null]];
      hasOpaqueText ||= opaque === 1n;
      largestTableRows = Math.max(largestTableRows, Number(rows));
      largestValueBytes = Math.max(largestValueBytes, Number(bytes ?? 0n));
    }
  }
  return { hasOpaqueText, size: { largestTableRows, largestValueBytes } };
}

function largest(expressions: readonly string[]): string {
  const values = expressions.map((expression) => `coalesce(${expression}, 0)`);
  return values.length === 1 ? `max(${values[0]})` : `max(max(${values.join(", ")}))`;
}

function opaqueTest(value: string): string {
  return `(typeof(${value}) = 'blob' OR instr(${value}, char(0)) > 0)`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
