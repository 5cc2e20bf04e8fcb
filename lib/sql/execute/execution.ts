import type { Row } from "../value.ts";
import type { PackedRows } from "./messages/packed_rows.ts";

/** How one statement ended. A statement's failure is data; a failure of the machine throws. */
export type Execution =
  | {
    readonly status: "rows";
    /** The result in bytes. */
    readonly packed: PackedRows;
    /** The result in values, made anew at each reading. */
    readonly rows: readonly Row[];
    readonly columnCount: number;
    /** What SQLite calls the columns, where that was asked for. */
    readonly names?: readonly string[];
    readonly elapsedMs: number;
  }
  | {
    readonly status: "sql_error" | "timeout" | "too_many_rows";
    readonly message: string;
    readonly elapsedMs: number;
  };

/** A statement that ran to its end, with its result. */
export type RowsExecution = Extract<Execution, { status: "rows" }>;

/** Makes the outcome of a statement that ran to its end. */
export function rowsExecution(
  packed: PackedRows,
  { elapsedMs, names }: Pick<RowsExecution, "elapsedMs" | "names">,
): RowsExecution {
  return {
    status: "rows",
    packed,
    get rows(): readonly Row[] {
      return packed.rows();
    },
    columnCount: packed.columnCount,
    ...(names === undefined ? {} : { names }),
    elapsedMs,
  };
}
