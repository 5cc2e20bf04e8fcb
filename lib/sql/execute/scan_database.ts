import type { DatabaseSync } from "node:sqlite";
import type { DatabaseSize } from "./is_provably_small.ts";

/** What one reading of every table says of the values in a database. */
export interface DatabaseFacts {
  /** Whether stored values can hold bytes that a plain read of text would lose. */
  readonly hasOpaqueText: boolean;
  readonly size: DatabaseSize;
}

/** The facts of a database that nobody has read: every statement is then run with all care. */
export const UNKNOWN_FACTS: DatabaseFacts = {
  hasOpaqueText: true,
  size: { largestTableRows: Infinity, largestValueBytes: Infinity, tableRows: new Map() },
};

const COLUMNS_A_SCAN = 100;
const GENERATED_VIRTUAL = 2n;

/**
 * One pass over every table: its rows, its longest value, and whether it holds blobs or text with a
 * NUL inside, which a plain read of text would cut. Virtual tables and generated columns are
 * programs, and a scan would run them: a database with either is taken for unknown.
 */
export function scanDatabase(db: DatabaseSync): DatabaseFacts {
  const tables = db.prepare(
    "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view') " +
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  ).all() as unknown as (readonly [string, string, string | null])[];
  if (tables.some(([, , sql]) => /^\s*CREATE\s+VIRTUAL/i.test(sql ?? ""))) return UNKNOWN_FACTS;
  let hasOpaqueText = false;
  let largestTableRows = 0;
  let largestValueBytes = 0;
  const tableRows = new Map<string, number>();
  for (const [type, name] of tables) {
    if (type === "view") {
      // It may have more rows than any table.
      largestTableRows = Infinity;
      continue;
    }
    const columns = db.prepare(`PRAGMA table_xinfo(${quotedName(name)})`)
      .all() as unknown as (readonly [bigint, string, ...unknown[]])[];
    if (columns.some((column) => column.at(-1) === GENERATED_VIRTUAL)) return UNKNOWN_FACTS;
    for (let first = 0; first < columns.length; first += COLUMNS_A_SCAN) {
      const values = columns.slice(first, first + COLUMNS_A_SCAN).map(([, column]) =>
        quotedName(column)
      );
      const [[rows, opaque, bytes]] = db.prepare(
        `SELECT count(*), ${largest(values.map(opaqueTest))}, ` +
          `${largest(values.map((value) => `octet_length(${value})`))} FROM ${quotedName(name)}`,
      ).all() as unknown as [[bigint, bigint | null, bigint | null]];
      hasOpaqueText ||= opaque === 1n;
      largestTableRows = Math.max(largestTableRows, Number(rows));
      tableRows.set(name.toLowerCase(), Number(rows));
      largestValueBytes = Math.max(largestValueBytes, Number(bytes ?? 0n));
    }
  }
  return { hasOpaqueText, size: { largestTableRows, largestValueBytes, tableRows } };
}

function largest(expressions: readonly string[]): string {
  const values = expressions.map((expression) => `coalesce(${expression}, 0)`);
  return values.length === 1 ? `max(${values[0]})` : `max(max(${values.join(", ")}))`;
}

function opaqueTest(value: string): string {
  return `(typeof(${value}) = 'blob' OR instr(${value}, char(0)) > 0)`;
}

/** A name as it stands in a statement. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
