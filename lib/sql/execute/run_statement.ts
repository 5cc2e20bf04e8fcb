import type { DatabaseSync } from "node:sqlite";
import { hasSecondStatement, hasStatement } from "../text/statement_forms.ts";
import { tokenize } from "../text/tokens.ts";
import type { Row, SqlValue } from "../value.ts";
import { isProvablySmall } from "./is_provably_small.ts";
import { calledNames } from "./_called_names.ts";
import { decodeText } from "./decode_text.ts";
import type { Sandbox } from "./open_sandbox.ts";
import type { ExecutorRequest, StatementReply } from "./protocol.ts";

// Primary result codes that speak of the file or the machine, not of the statement.
// Source: https://sqlite.org/rescode.html
const FAULT_CODES: Readonly<Record<number, string>> = {
  5: "the database is locked by a writer",
  6: "a table of the database is locked",
  10: "the database file cannot be read",
  11: "the database file is damaged",
  14: "the database file cannot be opened",
  26: "the file is not an SQLite database",
};
const OUT_OF_MEMORY = 7;

// Functions that make no NUL and no invalid byte out of text that has none. A statement that calls
// anything else is read through its bytes.
const PLAIN_FUNCTIONS: ReadonlySet<string> = new Set(
  ("count sum avg min max total abs round length lower upper substr substring trim ltrim rtrim " +
    "replace coalesce ifnull nullif iif instr group_concat strftime date time datetime julianday " +
    // Words that may stand before a bracket without being a function.
    "in values and or not where on from select exists join union except intersect all as by " +
    "having when then else like between over using distinct limit case is any some").split(" "),
);

/**
 * Runs one statement and reads its whole result, within the caps.
 *
 * Unless its result is small whatever it computes, it runs twice. Deno 2.9.6's `iterate()` ends without an error when a step of the statement fails
 * (an overflow, a denied function), so it cannot tell a complete result from a broken one; `all()`
 * throws, but has no cap. The first pass therefore only counts rows and bytes, and the second reads
 * a result that is known to be small.
 */
export function runStatement(sandbox: Sandbox, request: ExecutorRequest): StatementReply {
  const { db } = sandbox;
  if (request.sql.includes("\0")) return sqlError("the statement holds a NUL character");
  if (!hasStatement(request.sql)) {
    return sqlError("there is no statement in the text");
  }
  if (hasSecondStatement(request.sql)) return sqlError("there is more than one statement");
  try {
    const statement = db.prepare(request.sql);
    const columnCount = statement.columns().length;
    if (columnCount === 0) return sqlError("the statement is not a query");
    if (!isProvablySmall(request.sql, columnCount, { size: sandbox.size, caps: request })) {
      const exceeded = exceededCap(statement.iterate() as IterableIterator<unknown>, request);
      if (exceeded !== undefined) return { kind: "too_many_rows", message: exceeded };
    }
    const exact = sandbox.hasOpaqueText || mayMakeOpaqueText(request.sql);
    let rows = exact ? readBytes(db, request.sql, columnCount) : undefined;
    if (rows === undefined) {
      rows = statement.all() as unknown as readonly Row[];
      if (rows.some(hasReplacementCharacter)) {
        rows = readBytes(db, request.sql, columnCount) ?? rows;
      }
    }
    return { kind: "rows", rows, columnCount, bytes: sizeOfRows(rows) };
  } catch (error) {
    return failure(error);
  }
}

function exceededCap(
  results: IterableIterator<unknown>,
  { maxRows, maxBytes }: ExecutorRequest,
): string | undefined {
  let rows = 0;
  let bytes = 0;
  for (const row of results as IterableIterator<Row>) {
    if (++rows > maxRows) return `more than ${maxRows} rows`;
    for (const value of row) bytes += sizeOf(value);
    if (bytes > maxBytes) return `more than ${maxBytes} bytes in ${rows} rows`;
  }
  return undefined;
}

function sizeOfRows(rows: readonly Row[]): number {
  let bytes = 0;
  for (const row of rows) for (const value of row) bytes += sizeOf(value);
  return bytes;
}

function sizeOf(value: SqlValue): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length + 8 : 8;
}

function mayMakeOpaqueText(sql: string): boolean {
  // A comment could stand between a function and its bracket.
  if (/[xX]'|->|--|\/\*/.test(sql)) return true;
  return calledNames(sql).some((name) => name !== "" && !PLAIN_FUNCTIONS.has(name));
}

function hasReplacementCharacter(row: Row): boolean {
  return row.some((value) => typeof value === "string" && value.includes("\ufffd"));
}

// Text read as its bytes, since a plain read of text ends at a NUL and replaces invalid bytes.
function readBytes(
  db: DatabaseSync,
  sql: string,
  columnCount: number,
): readonly Row[] | undefined {
  const names = Array.from({ length: columnCount }, (_, index) => `c${index}`);
  const values = names.map((name) =>
    `${name}, CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) END`
  );
  const wrapped = `WITH "whole result"(${names.join(", ")}) AS (\n${withoutSemicolon(sql)}\n) ` +
    `SELECT ${values.join(", ")} FROM "whole result"`;
  let statement;
  try {
    statement = db.prepare(wrapped);
  } catch {
    return undefined; // EXPLAIN and the like cannot stand inside another statement.
  }
  const pairs = statement.all() as unknown as readonly Row[];
  return pairs.map((pair) =>
    names.map((_, index) => {
      const bytes = pair[2 * index + 1];
      return bytes instanceof Uint8Array ? decodeText(bytes) : pair[2 * index]!;
    })
  );
}

function withoutSemicolon(sql: string): string {
  const end = tokenize(sql).find(({ kind, text }) => kind === "punctuation" && text === ";");
  return end === undefined ? sql : sql.slice(0, end.start);
}

function failure(error: unknown): StatementReply {
  const { errcode, message } = error as { errcode?: number; message: string };
  const primary = (errcode ?? 1) & 0xff;
  const fault = FAULT_CODES[primary];
  if (fault !== undefined) return { kind: "fault", message: `${fault} (${message})` };
  return sqlError(
    primary === OUT_OF_MEMORY ? "the statement needs more memory than the cap" : message,
  );
}

function sqlError(message: string): StatementReply {
  return { kind: "sql_error", message };
}
