/**
 * The readings of "the same result" as they can be read off their definitions: every value a text,
 * every row a text, columns paired one after another. The slow twin of what the product runs.
 *
 * @module
 */
import type { Row, SqlValue } from "../../value.ts";
import type { RowOrder } from "../row_order.ts";
import { compareCodePoints, pythonSortText } from "../python_text.ts";

/** The slow twin of `officialEqual()`. */
export function slowOfficialEqual(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  if (gold.length === 0 && predicted.length === 0) return true;
  if (gold.length !== predicted.length) return false;
  if (gold[0]!.length !== predicted[0]!.length) return false;
  if (!sortedRowsAgree(gold, predicted, order)) return false;
  const columnOrders = orders([...gold[0]!.keys()]);
  return columnOrders.some((columns) =>
    slowPlainEqual(gold, predicted.map((row) => columns.map((column) => row[column]!)), order)
  );
}

/** The slow twin of `plainEqual()`. */
export function slowPlainEqual(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  const goldRows = gold.map((row) => rowKey(row.map(valueKey)));
  const predictedRows = predicted.map((row) => rowKey(row.map(valueKey)));
  return order === "ordered"
    ? sameSequence(goldRows, predictedRows)
    : sameSequence(goldRows.sort(), predictedRows.sort());
}

function sortedRowsAgree(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  const goldRows = gold.map(sortedRowKey);
  const predictedRows = predicted.map(sortedRowKey);
  if (order === "ordered") return sameSequence(goldRows, predictedRows);
  const [goldSet, predictedSet] = [new Set(goldRows), new Set(predictedRows)];
  return goldSet.size === predictedSet.size && goldSet.isSubsetOf(predictedSet);
}

function sortedRowKey(row: Row): string {
  const values = row.map((value) => ({ sort: pythonSortText(value), key: valueKey(value) }));
  values.sort((a, b) => compareCodePoints(a.sort, b.sort));
  return rowKey(values.map((value) => value.key));
}

function orders(columns: readonly number[]): readonly (readonly number[])[] {
  return columns.length === 0
    ? [[]]
    : columns.flatMap((column) =>
      orders(columns.filter((rest) => rest !== column)).map((rest) => [column, ...rest])
    );
}

function valueKey(value: SqlValue): string {
  if (value === null) return "z";
  if (typeof value === "bigint") return `n${value}`;
  if (typeof value === "number") {
    return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
  }
  return typeof value === "string" ? `t${value}` : `b${value.toHex()}`;
}

function rowKey(valueKeys: readonly string[]): string {
  return valueKeys.map((key) => `${key.length}:${key}`).join("");
}

function sameSequence(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
