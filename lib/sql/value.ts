/**
 * One value of a result as SQLite typed it: `bigint` for INTEGER, `number` for REAL, text without
 * any byte that is not valid UTF-8, bytes for BLOB, `null` for NULL.
 */
export type SqlValue = bigint | number | string | Uint8Array | null;

/** One row of a result, values in column order. */
export type Row = readonly SqlValue[];
