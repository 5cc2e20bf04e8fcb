import type { Budget } from "./budget.ts";
import { sameColumnBag } from "./column_groups.ts";
import { columnsPairUp } from "./column_pairing.ts";
import type { IdPair, IdTable } from "./id_table.ts";
import { sortedRowsAgree } from "./official_sort.ts";
import { plainEqualIds } from "./plain_equal.ts";
import type { RowOrder } from "./row_order.ts";
import { mixed } from "./value_interner.ts";

/**
 * The official reading of "the same result", of results with as many rows and columns: some order of
 * the predicted columns under which the rows agree, as a bag or (`ordered`) one by one.
 *
 * The script first compares the rows with the values of each row sorted by their Python text; where
 * an integer meets an equal float that sort can separate rows that are equal. Kept as it is, since
 * published numbers contain it.
 *
 * Source: taoyds/test-suite-sql-eval, exec_eval.py.
 *
 * @throws {ComparisonBudgetError} If it takes more steps than the budget has.
 */
export function officialEqualIds(pair: IdPair, order: RowOrder, budget: Budget): boolean {
  const { gold, predicted } = pair;
  if (isSame(pair.cells.gold, pair.cells.predicted)) return true;
  if (!sameValueBag(gold, predicted, budget)) return false;
  if (!sortedRowsAgree(pair, order, budget)) return false;
  if (order === "ordered") return sameColumnBag(gold, predicted, budget);
  // Most right predictions differ from the gold in the order of the rows only.
  return plainEqualIds(pair, "any", budget) || columnsPairUp(gold, predicted, budget);
}

// Whether all values together may be the same: a sum of hashes, which most wrong predictions differ in.
function sameValueBag(gold: IdTable, predicted: IdTable, budget: Budget): boolean {
  budget.spend(gold.ids.length);
  let difference = 0;
  for (let at = 0; at < gold.ids.length; at++) {
    difference = (difference + mixed(gold.ids[at]! + 1) - mixed(predicted.ids[at]! + 1)) | 0;
  }
  return difference === 0;
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.every((cell, at) => cell === b[at]);
}
