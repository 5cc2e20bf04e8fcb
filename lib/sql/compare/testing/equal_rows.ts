import { packRows } from "../../execute/messages/packed_rows.ts";
import type { Row } from "../../value.ts";
import { Budget } from "../budget.ts";
import { type IdPair, idPair } from "../id_table.ts";
import { officialEqualIds } from "../official_equal.ts";
import { plainEqualIds } from "../plain_equal.ts";
import type { RowOrder } from "../row_order.ts";

/**
 * Whether two results are the same by the official reading, as the product has it: two empty
 * results are equal whatever their columns, and the budget has no end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(officialEqual([[1n, "a"]], [["a", 1]], "any"), true);
 * ```
 */
export function officialEqual(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  return equal(gold, predicted, (pair, budget) => officialEqualIds(pair, order, budget));
}

/**
 * Whether two results are the same by the plain reading.
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
  return equal(gold, predicted, (pair, budget) => plainEqualIds(pair, order, budget));
}

function equal(
  gold: readonly Row[],
  predicted: readonly Row[],
  read: (pair: IdPair, budget: Budget) => boolean,
): boolean {
  if (gold.length === 0 && predicted.length === 0) return true;
  if (gold.length !== predicted.length || gold[0]!.length !== predicted[0]!.length) return false;
  const budget = new Budget(Infinity);
  const [a, b] = [packRows(gold, gold[0]!.length), packRows(predicted, predicted[0]!.length)];
  return read(idPair(a, b, budget), budget);
}
