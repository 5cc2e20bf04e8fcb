import type { PackedRows } from "../execute/messages/packed_rows.ts";
import type { Budget } from "./budget.ts";
import { idOf, mixed, ValueInterner } from "./value_interner.ts";

/** A result whose values are ids: equal values have equal ids, across both results of a pair. */
export interface IdTable {
  readonly rowCount: number;
  readonly columnCount: number;
  /** `[rowCount, columnCount]` ids, row by row. */
  readonly ids: Int32Array;
}

/** Two results whose values share their ids. */
export interface IdPair {
  readonly gold: IdTable;
  readonly predicted: IdTable;
  /** The same with the variant of each number, and what knows their values. */
  readonly cells: { readonly gold: Int32Array; readonly predicted: Int32Array };
  readonly values: ValueInterner;
}

/** Gives the values of two results their ids. */
export function idPair(gold: PackedRows, predicted: PackedRows, budget: Budget): IdPair {
  const values = new ValueInterner(budget);
  const cells = {
    gold: values.cells(gold.bytes, gold.valueCount),
    predicted: values.cells(predicted.bytes, predicted.valueCount),
  };
  const { rowCount, columnCount } = gold;
  return {
    gold: { rowCount, columnCount, ids: cells.gold.map(idOf) },
    predicted: {
      rowCount: predicted.rowCount,
      columnCount: predicted.columnCount,
      ids: cells.predicted.map(idOf),
    },
    cells,
    values,
  };
}

/** Columns of a table in some order: their indices. */
export type ColumnOrder = Int32Array | readonly number[];

/** Columns as they stand. */
export function asTheyStand({ columnCount }: IdTable): ColumnOrder {
  return Array.from({ length: columnCount }, (_, column) => column);
}

/** Whether two tables, each with its columns in the given order, have the same rows in order. */
export function sameRowSequence(gold: OrderedTable, predicted: OrderedTable): boolean {
  if (gold.table.rowCount !== predicted.table.rowCount) return false;
  for (let row = 0; row < gold.table.rowCount; row++) {
    if (!sameRow(gold, row, predicted, row)) return false;
  }
  return true;
}

/** A table with its columns in an order; columns that are not named do not count. */
export interface OrderedTable {
  readonly table: IdTable;
  readonly order: ColumnOrder;
}

/** Whether two tables, each with its columns in the given order, have the same bag of rows. */
export function sameRowBag(gold: OrderedTable, predicted: OrderedTable, budget: Budget): boolean {
  const { rowCount } = gold.table;
  if (rowCount !== predicted.table.rowCount) return false;
  const width = gold.order.length;
  if (width !== predicted.order.length) return false;
  budget.spend(2 * rowCount * (width + 1));
  let slotCount = 64;
  while (slotCount < 2 * rowCount) slotCount *= 2;
  /** The first row of its kind + 1 by the hash of the row; 0 where there is none. */
  const slots = new Int32Array(slotCount);
  const hashes = new Int32Array(rowCount);
  const counts = new Int32Array(rowCount);
  const slotOf = (side: OrderedTable, row: number, hash: number): number => {
    let slot = hash & (slotCount - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (slotCount - 1)) {
      const first = slots[slot]! - 1;
      if (hashes[first] === hash && sameRow(gold, first, side, row)) return slot;
      budget.spend(width);
    }
    return slot;
  };
  for (let row = 0; row < rowCount; row++) {
    const hash = rowHash(gold, row);
    const slot = slotOf(gold, row, hash);
    if (slots[slot] === 0) {
      slots[slot] = row + 1;
      hashes[row] = hash;
    }
    counts[slots[slot]! - 1]!++;
  }
  for (let row = 0; row < rowCount; row++) {
    const slot = slotOf(predicted, row, rowHash(predicted, row));
    if (slots[slot] === 0 || counts[slots[slot]! - 1]!-- === 0) return false;
  }
  return true;
}

function rowHash({ table, order }: OrderedTable, row: number): number {
  const start = row * table.columnCount;
  let hash = 0;
  for (let at = 0; at < order.length; at++) {
    hash = Math.imul(hash ^ table.ids[start + order[at]!]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return mixed(hash);
}

function sameRow(a: OrderedTable, rowA: number, b: OrderedTable, rowB: number): boolean {
  const startA = rowA * a.table.columnCount;
  const startB = rowB * b.table.columnCount;
  for (let at = 0; at < a.order.length; at++) {
    if (a.table.ids[startA + a.order[at]!] !== b.table.ids[startB + b.order[at]!]) return false;
  }
  return true;
}
