import { hasSecondStatement, hasStatement } from "../text/statement_forms.ts";
import { tokenize } from "../text/tokens.ts";
import type { Row, SqlValue } from "../value.ts";
import { calledNames, isProvablySmall, type ResultCaps } from "./is_provably_small.ts";
import { decodeText } from "./decode_text.ts";
import type { Sandbox } from "./open_sandbox.ts";
import { jsonOfRows, type PackedRows, packRows, RowPacker } from "./messages/packed_rows.ts";
import type { ExecutorRequest, StatementReply } from "./messages/protocol.ts";
import { statementFailure } from "./statement_failure.ts";

// What a value takes in V8's heap beside its characters, roughly: a number, and a text or a blob, whose
// bytes are an object of their own.
const NUMBER_HEAP_BYTES = 32;
const TEXT_HEAP_BYTES = 40;
const BLOB_HEAP_BYTES = 320;
// Of the executor's heap of 1 GiB; beyond it the process would end and take longer to say so.
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

// A name is shown in the head of a table; an expression without one is its own text, however long.
const MAX_NAME = 200;

// Results of more values, or of values that may be long, travel packed.
const MAX_JSON_VALUES = 50_000;
// A result that can be read before its rows are counted, whatever the caps: it takes little memory.
const READABLE: ResultCaps = { maxRows: 1_000_000, maxBytes: 64 * 1024 * 1024 };

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
 * Unless its result cannot be large, whatever it computes, it runs twice. Deno 2.9.6's `iterate()` ends
 * without an error when a step of the statement fails (an overflow, a denied function), so it cannot
 * tell a complete result from a broken one; `all()` throws, but has no cap. The first pass therefore
 * only counts rows and bytes, and the second reads a result that is known to be small.
 *
 * @param onCounted Called between the two, when the result is known to be within the caps.
 */
export function runStatement(
  sandbox: Sandbox,
  request: ExecutorRequest,
  onCounted: () => void,
): StatementReply {
  if (request.sql.includes("\0")) return sqlError("the statement holds a NUL character");
  if (!hasStatement(request.sql)) {
    return sqlError("there is no statement in the text");
  }
  if (hasSecondStatement(request.sql)) return sqlError("there is more than one statement");
  try {
    const statement = sandbox.prepare(request.sql);
    const columns = statement.columns();
    const columnCount = columns.length;
    if (columnCount === 0) return sqlError("the statement is not a query");
    const reply = readResult(sandbox, statement, { ...request, columnCount, onCounted });
    if (reply.kind !== "rows" || !request.names) return reply;
    return { ...reply, names: columns.map(({ name }) => cutName(name)) };
  } catch (error) {
    return statementFailure(error);
  }
}

/** The result of a statement of so many columns, within the caps. */
function readResult(
  sandbox: Sandbox,
  statement: ReturnType<Sandbox["prepare"]>,
  request: Pick<ExecutorRequest, "sql" | "maxRows" | "maxBytes"> & {
    readonly columnCount: number;
    onCounted(): void;
  },
): StatementReply {
  const { columnCount } = request;
  const exact = sandbox.hasOpaqueText || mayMakeOpaqueText(request.sql);
  const isWithin = (caps: ResultCaps): boolean =>
    isProvablySmall(request.sql, columnCount, { size: sandbox.size, caps });
  const isSmall = isWithin(request);
  const canBeRead = isSmall || (!exact && isWithin(READABLE));
  if (!canBeRead) {
    const results = statement.iterate() as unknown as Iterable<Row>;
    const exceeded = exceededCap(results, request, exact);
    if (exceeded !== undefined) return { kind: "too_many_rows", message: exceeded };
    request.onCounted();
  }
  const packed = exact ? readBytes(sandbox, request.sql, columnCount) : undefined;
  if (packed !== undefined) return packedReply(packed);
  const rows = statement.all() as unknown as readonly Row[];
  const exceeded = canBeRead && !isSmall ? exceededCap(rows, request, exact) : undefined;
  if (exceeded !== undefined) return { kind: "too_many_rows", message: exceeded };
  const read = rows.some(hasReplacementCharacter)
    ? readBytes(sandbox, request.sql, columnCount)
    : undefined;
  if (read !== undefined) return packedReply(read);
  if (!isSmall || rows.length * columnCount > MAX_JSON_VALUES) {
    return packedReply(packRows(rows, columnCount));
  }
  const bytes = jsonOfRows(rows);
  return { kind: "rows", rowCount: rows.length, columnCount, form: "json", bytes };
}

function cutName(name: string): string {
  if (name.length <= MAX_NAME) return name;
  // no half of a surrogate pair is left
  return `${name.slice(0, MAX_NAME - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function packedReply({ bytes, rowCount, columnCount }: PackedRows): StatementReply {
  return { kind: "rows", rowCount, columnCount, form: "packed", bytes };
}

// The heap is counted, and not left to overflow, so that the answer is the same on every machine.
function exceededCap(
  results: Iterable<Row>,
  { maxRows, maxBytes }: ExecutorRequest,
  exact: boolean,
): string | undefined {
  let rows = 0;
  let bytes = 0;
  let heap = 0;
  for (const row of results) {
    if (++rows > maxRows) return `more than ${maxRows} rows`;
    for (const value of row) {
      const length = sizeOf(value);
      bytes += length + 8;
      heap += typeof value === "string"
        ? TEXT_HEAP_BYTES + 2 * length + (exact ? BLOB_HEAP_BYTES + 3 * length : 0)
        : value instanceof Uint8Array
        ? BLOB_HEAP_BYTES + length
        : NUMBER_HEAP_BYTES;
    }
    if (bytes > maxBytes) return `more than ${maxBytes} bytes in ${rows} rows`;
    if (heap > MAX_HEAP_BYTES) {
      return `more than ${MAX_HEAP_BYTES} bytes of the executor's memory in ${rows} rows`;
    }
  }
  return undefined;
}

function sizeOf(value: SqlValue): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
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
  sandbox: Sandbox,
  sql: string,
  columnCount: number,
): PackedRows | undefined {
  const names = Array.from({ length: columnCount }, (_, index) => `c${index}`);
  const values = names.map((name) =>
    `${name}, CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) END`
  );
  const wrapped = `WITH "whole result"(${names.join(", ")}) AS (\n${withoutSemicolon(sql)}\n) ` +
    `SELECT ${values.join(", ")} FROM "whole result"`;
  let statement;
  try {
    statement = sandbox.prepare(wrapped);
  } catch {
    return undefined; // EXPLAIN and the like cannot stand inside another statement.
  }
  const packer = new RowPacker();
  for (const pair of statement.all() as unknown as readonly Row[]) {
    packer.add(names.map((_, index) => {
      const bytes = pair[2 * index + 1];
      return bytes instanceof Uint8Array ? decodeText(bytes) : pair[2 * index]!;
    }));
  }
  return packer.finish(columnCount);
}

function withoutSemicolon(sql: string): string {
  const end = tokenize(sql).find(({ kind, text }) => kind === "punctuation" && text === ";");
  return end === undefined ? sql : sql.slice(0, end.start);
}

function sqlError(message: string): StatementReply {
  return { kind: "sql_error", message };
}
