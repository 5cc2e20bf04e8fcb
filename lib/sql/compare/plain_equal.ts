import type { RowOrder } from "./official_equal.ts";
import type { Row } from "../value.ts";
import { sameRows } from "./same_rows.ts";
import { rowKey, sameBag, sameSequence, valueKeys } from "./value_key.ts";

/**
 * The plain reading of "the same result": the same rows, each as many times, columns in the order
 * in which they were asked for; with `ordered` also the rows in order. Two empty results are equal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(plainEqual([[1n], [2n]], [[2n], [1n]], "any"), true);
 * ```
 */
export function plainEqual(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  if (sameRows(gold, predicted)) return true;
  if (gold.length !== predicted.length) return false;
  const goldRows = valueKeys(gold).map(rowKey);
  const predictedRows = valueKeys(predicted).map(rowKey);
  return order === "ordered"
    ? sameSequence(goldRows, predictedRows)
    : sameBag(goldRows, predictedRows);
}
