import type { Columns, ColumnType } from "../format.ts";

/** A column of numbers. */
export type Column = Columns[string];

const MAKERS: Record<ColumnType, (buffer: ArrayBuffer, start: number, length: number) => Column> = {
  u8: (buffer, start, length) => new Uint8Array(buffer, start, length),
  u16: (buffer, start, length) => new Uint16Array(buffer, start, length),
  u32: (buffer, start, length) => new Uint32Array(buffer, start, length),
  i16: (buffer, start, length) => new Int16Array(buffer, start, length),
};

const WIDTHS: Record<ColumnType, number> = { u8: 1, u16: 2, u32: 4, i16: 2 };

/** The columns that `packColumns` packed, by name. */
export function unpackColumns(buffer: ArrayBuffer): Record<string, Column> {
  const headLength = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headLength))) as [
    string,
    ColumnType,
    number,
  ][];
  const columns: Record<string, Column> = {};
  let start = fourAligned(4 + headLength);
  for (const [name, type, length] of head) {
    columns[name] = MAKERS[type](buffer, start, length);
    start = fourAligned(start + length * WIDTHS[type]);
  }
  return columns;
}

function fourAligned(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
