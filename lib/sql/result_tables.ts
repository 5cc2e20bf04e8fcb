import { DatabaseError, ExecutorPool } from "./execute/executor_pool.ts";
import { hasStatement, statementForms } from "./text/statement_forms.ts";
import type { Row, SqlValue } from "./value.ts";

/** The first rows of what a statement gives, as texts. */
export interface StatementResult {
  /** `[rows, columns]`; `null` for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** How many columns it has. */
  readonly columnCount: number;
  /** What SQLite calls the columns, long names cut. */
  readonly names: readonly string[];
  /** Whether there are more rows than these. */
  readonly truncated: boolean;
}

/** A statement to run on a database. */
export interface ResultRequest {
  /** The database's file. */
  readonly dbPath: string;
  /** Untrusted: it runs as every prediction does, in a process that can read this file only. */
  readonly sql: string;
}

/** Options of {@linkcode resultTables}. */
export interface ResultTablesOptions {
  /** When a statement is ended, in milliseconds. */
  readonly timeoutMs: number;
  /** So many rows of each are kept, 5 by default. */
  readonly maxRows?: number;
}

/** All rows of what a statement gives. */
export interface StatementRows {
  /** `[rows, columns]`, as SQLite typed them. */
  readonly rows: readonly Row[];
  /** How many columns it has. */
  readonly columnCount: number;
  /** What SQLite calls the columns: an expression without a name is its own text. */
  readonly names: readonly string[];
}

/** Longer texts are cut: a table is to be looked at. */
const MAX_TEXT = 60;

/**
 * Runs statements to show what they give, without a verdict.
 *
 * @returns One entry a request; `undefined` where it did not come to its end.
 */
export async function resultTables(
  requests: readonly ResultRequest[],
  { timeoutMs, maxRows = 5 }: ResultTablesOptions,
): Promise<(StatementResult | undefined)[]> {
  await using pool = new ExecutorPool({ timeoutMs });
  return await Promise.all(requests.map(async (request) => {
    const result = await statementRows(pool, request);
    if (result === undefined) return undefined;
    const { rows, columnCount, names } = result;
    return {
      rows: rows.slice(0, maxRows).map((row) => row.map((value) => valueText(value))),
      columnCount,
      names: names.map((name) => cut(name, MAX_TEXT)),
      truncated: rows.length > maxRows,
    };
  }));
}

/**
 * Runs one statement as it is written, up to its first semicolon, to show what it gives.
 *
 * @param pool Where it runs: untrusted, as every prediction does.
 * @returns `undefined` where there is no statement, its database cannot be read, or it did not come
 * to its end within the limits.
 */
export async function statementRows(
  pool: ExecutorPool,
  { dbPath, sql }: ResultRequest,
): Promise<StatementRows | undefined> {
  const { written } = statementForms(sql, "gold");
  if (!hasStatement(written)) return undefined;
  try {
    const execution = await pool.execute(dbPath, written, { names: true });
    if (execution.status !== "rows") return undefined;
    const { rows, columnCount, names = [] } = execution;
    return { rows, columnCount, names };
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/** A value as a table shows it: `null` for NULL, a blob by its length, long texts cut. */
export function valueText(value: SqlValue, longest: number = MAX_TEXT): string | null {
  if (value === null) return null;
  const text = value instanceof Uint8Array ? `${value.length} bytes` : String(value);
  return cut(text, longest);
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}
