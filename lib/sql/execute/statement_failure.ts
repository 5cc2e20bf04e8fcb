import type { StatementReply } from "./messages/protocol.ts";

type Fault = Extract<StatementReply, { kind: "fault" }>;

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
// A writer goes away again; whatever else is wrong with a file stays so.
const PASSING_CODES: ReadonlySet<number> = new Set([5, 6]);
const OUT_OF_MEMORY = 7;
const READ_ONLY = 8;
const MISSING = /^no such (module|tokenizer|collation sequence): (.+)$/;

/** What an error of a statement means: a fault of the file, or a refusal of the statement. */
export function statementFailure(error: unknown): StatementReply {
  const { message } = error as Error;
  const fault = faultOf(error);
  if (fault !== undefined) return fault;
  const text = primaryCode(error) === OUT_OF_MEMORY
    ? "the statement needs more memory than the cap"
    : withMissing(message);
  return { kind: "sql_error", message: text };
}

/** What an error at the opening of a database means; it is always the database's. */
export function openingFault(error: unknown): Fault {
  const { message } = error as Error;
  const code = primaryCode(error);
  const text = code === READ_ONLY
    ? `an unfinished transaction lies beside the database (${message})`
    : code === OUT_OF_MEMORY
    ? "the database needs more memory than the cap to be opened"
    : withMissing(message);
  return faultOf(error) ?? { kind: "fault", message: text };
}

function faultOf(error: unknown): Fault | undefined {
  const code = primaryCode(error);
  const fault = FAULT_CODES[code];
  if (fault === undefined) return undefined;
  const message = `${fault} (${(error as Error).message})`;
  return { kind: "fault", message, ...(PASSING_CODES.has(code) ? { passing: true } : {}) };
}

function primaryCode(error: unknown): number {
  return ((error as { readonly errcode?: number }).errcode ?? 1) & 0xff;
}

// SQLite names a module; that it belongs to an extension is for the reader to know.
function withMissing(message: string): string {
  const [, kind, name] = MISSING.exec(message) ?? [];
  return kind === undefined
    ? message
    : `${message} (an extension with the ${kind} ${name} is needed, and none is loaded here)`;
}
