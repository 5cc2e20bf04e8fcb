import { packRows } from "../execute/messages/packed_rows.ts";
import type { Row } from "../value.ts";
import { Budget } from "./budget.ts";
import { asTheyStand, type IdPair, idPair, sameRowBag, sameRowSequence } from "./id_table.ts";
import type { RowOrder } from "./row_order.ts";

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
  if (gold.length === 0 && predicted.length === 0) return true;
  if (gold.length !== predicted.length || gold[0]!.length !== predicted[0]!.length) return false;
  const budget = new Budget(Infinity);
  const [a, b] = [packRows(gold, gold[0]!.length), packRows(predicted, predicted[0]!.length)];
  return plainEqualIds(idPair(a, b, budget), order, budget);
}

/**
 * The plain reading of two results with as many rows and columns.
 *
 * @throws {ComparisonBudgetError} If it takes more steps than the budget has.
 */
export function plainEqualIds(
  { gold, predicted }: IdPair,
  order: RowOrder,
  budget: Budget,
): boolean {
  const [a, b] = [
    { table: gold, order: asTheyStand(gold) },
    { table: predicted, order: asTheyStand(predicted) },
  ];
  return order === "ordered" ? sameRowSequence(a, b) : sameRowBag(a, b, budget);
}
