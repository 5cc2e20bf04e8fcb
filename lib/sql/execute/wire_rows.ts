import type { Row, SqlValue } from "../value.ts";

/**
 * A value as JSON can carry it. A JSON number is an integer of SQLite if it is whole and a float if
 * it is not; what JSON cannot tell apart is a pair: `["f", "1.0"]` a whole or infinite float,
 * `["i", "9007199254740993"]` an integer beyond the doubles, `["b", "00ff"]` bytes.
 */
export type WireValue = string | number | null | readonly ["f" | "i" | "b", string];

/** Makes rows ready for JSON. */
export function toWire(rows: readonly Row[]): readonly (readonly WireValue[])[] {
  return rows.map((row) => row.map(wireValue));
}

/** Reads rows back. */
export function fromWire(rows: readonly (readonly WireValue[])[]): readonly Row[] {
  return rows.map((row) => row.map(sqlValue));
}

function wireValue(value: SqlValue): WireValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : ["i", String(value)];
  }
  if (typeof value === "number") {
    return Number.isFinite(value) && !Number.isInteger(value) ? value : ["f", floatText(value)];
  }
  return ["b", value.toHex()];
}

function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function sqlValue(value: WireValue): SqlValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  const [kind, text] = value;
  if (kind === "i") return BigInt(text);
  return kind === "f" ? Number(text) : Uint8Array.fromHex(text);
}
