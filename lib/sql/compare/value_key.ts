import type { Row, SqlValue } from "../value.ts";

/**
 * A text that two values share exactly if they are equal: numbers by their mathematical value
 * (`1` equals `1.0`), text by its characters, bytes by their bytes, NULL only with NULL. No rounding
 * and no conversion between text and number.
 */
export function valueKey(value: SqlValue): string {
  if (value === null) return "z";
  if (typeof value === "bigint") return `n${value}`;
  if (typeof value === "number") {
    // An integral double has an exact integer; `n1` is the key of 1 and of 1.0.
    return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
  }
  if (typeof value === "string") return `t${value}`;
  let hex = "b";
  for (const byte of value) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/** One text a row; two rows share it exactly if all their values are equal in order. */
export function rowKey(valueKeys: readonly string[]): string {
  return valueKeys.map((key) => `${key.length}:${key}`).join("");
}

/** The keys of all values, row by row. */
export function valueKeys(rows: readonly Row[]): readonly (readonly string[])[] {
  return rows.map((row) => row.map(valueKey));
}

/** Whether two lists hold the same texts, each as many times. */
export function sameBag(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const counts = new Map<string, number>();
  for (const key of a) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const key of b) {
    const count = counts.get(key) ?? 0;
    if (count === 0) return false;
    counts.set(key, count - 1);
  }
  return true;
}

/** Whether two lists hold the same texts in the same order. */
export function sameSequence(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
