import type { Budget } from "./budget.ts";
import { asTheyStand, type IdPair, sameRowBag, sameRowSequence } from "./id_table.ts";
import type { RowOrder } from "./row_order.ts";

/**
 * The plain reading of "the same result", of results with as many rows and columns: the same rows,
 * each as many times, columns in the order in which they were asked for; with `ordered` also the
 * rows in order.
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
