/** What the executor process is told when it is started, as its one argument (JSON). */
export interface ExecutorSetup {
  readonly dbPath: string;
  /** Whether a write-ahead log lies beside the file. */
  readonly hasLog: boolean;
  /** `all`: every table is read once for its facts; `none`: the facts are taken for unknown. */
  readonly scan: "all" | "none";
  /** Bytes that SQLite may hold, its temporary tables and sorters included. */
  readonly sqliteHeapBytes: number;
  /** Bytes of the longest text or blob. */
  readonly maxValueBytes: number;
}

/** One statement to run. */
export interface ExecutorRequest {
  readonly sql: string;
  readonly maxRows: number;
  /** Cap on the size of all values of a result together. */
  readonly maxBytes: number;
  /** Whether the names of the result's columns are wanted too; no verdict asks for them. */
  readonly names?: true;
}

/** How a statement ended in the executor process. */
export type StatementReply =
  | { readonly kind: "fault"; readonly message: string; readonly passing?: boolean }
  | {
    readonly kind: "rows";
    readonly rowCount: number;
    readonly columnCount: number;
    /** What SQLite calls the columns, where that was asked for; long names are cut. */
    readonly names?: readonly string[];
    /** The form of the bytes that come beside the message. */
    readonly form: "packed" | "json";
    readonly bytes: Uint8Array;
  }
  | { readonly kind: "sql_error"; readonly message: string }
  | { readonly kind: "too_many_rows"; readonly message: string };

/**
 * What comes back: `started` when the program runs, `ready` or `fault` when the database is open,
 * and then for each request one timed reply, before which `counted` may say that the result is known
 * to be within the caps and is read now.
 */
export type ExecutorReply =
  | { readonly kind: "started" }
  | { readonly kind: "ready" }
  | { readonly kind: "counted" }
  | (StatementReply & { readonly elapsedMs: number });
