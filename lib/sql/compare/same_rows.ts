import type { Row, SqlValue } from "../value.ts";

/**
 * Whether two results are the same value by value and type by type, in order. Such results are equal
 * in every reading, and most right predictions come to one, so the longer ways are spared.
 */
export function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (const [index, row] of a.entries()) {
    const other = b[index]!;
    if (row.length !== other.length) return false;
    for (let column = 0; column < row.length; column++) {
      if (!sameValue(row[column]!, other[column]!)) return false;
    }
  }
  return true;
}

function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (!(a instanceof Uint8Array)) return a === b;
  return b instanceof Uint8Array && a.length === b.length && a.every((byte, at) => byte === b[at]);
}
