import type { Budget } from "./budget.ts";
import type { IdPair, IdTable } from "./id_table.ts";
import type { RowOrder } from "./row_order.ts";
import { compareCodePoints, pythonSortText } from "./python_text.ts";
import { idOf } from "./value_interner.ts";

// Texts of a few bytes are made and compared for each value.
const STEPS_A_VALUE = 16;

/**
 * Whether the rows agree when the values of each are sorted by their Python text, as sets or
 * (`ordered`) one by one: the first thing that the official script asks.
 *
 * Rows that can be paired at all agree in it, unless a whole number comes both as an integer and as a
 * float (or as both zeros): only there the sort can part rows that are equal. So only rows with such
 * a number are looked at.
 */
export function sortedRowsAgree(pair: IdPair, order: RowOrder, budget: Budget): boolean {
  if (!pair.values.hasAmbiguous) return true;
  const gold = sortedRows(pair, "gold", budget);
  const predicted = sortedRows(pair, "predicted", budget);
  if (order === "ordered") {
    return gold.size === predicted.size &&
      [...gold].every(([row, sorted]) => predicted.get(row) === sorted);
  }
  const [goldSet, predictedSet] = [new Set(gold.values()), new Set(predicted.values())];
  return goldSet.size === predictedSet.size && goldSet.isSubsetOf(predictedSet);
}

// The ids of each row that has an ambiguous number, in the order of the values' texts.
function sortedRows(
  { cells, values, ...tables }: IdPair,
  side: "gold" | "predicted",
  budget: Budget,
): ReadonlyMap<number, string> {
  const { rowCount, columnCount }: IdTable = tables[side];
  const sorted = new Map<number, string>();
  for (let row = 0; row < rowCount; row++) {
    const own = cells[side].subarray(row * columnCount, (row + 1) * columnCount);
    if (!own.some((cell) => values.isAmbiguous(cell))) continue;
    budget.spend(columnCount * STEPS_A_VALUE);
    const texts = Array.from(own, (cell) => ({
      text: pythonSortText(values.valueOf(cell)),
      id: idOf(cell),
    }));
    texts.sort((a, b) => compareCodePoints(a.text, b.text));
    sorted.set(row, texts.map(({ id }) => id).join(" "));
  }
  return sorted;
}
