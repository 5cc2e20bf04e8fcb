import type { PackedRows } from "../execute/messages/packed_rows.ts";
import { Budget, ComparisonBudgetError } from "./budget.ts";
import { type IdPair, idPair } from "./id_table.ts";
import { officialEqualIds } from "./official_equal.ts";
import type { RowOrder } from "./row_order.ts";
import { plainEqualIds } from "./plain_equal.ts";
import type { ByReading } from "../readings.ts";

/** A gold's result and a prediction's. */
export interface ResultPair {
  readonly gold: PackedRows;
  readonly predicted: PackedRows;
}

/** What is compared for one verdict; a pair is absent where the prediction has no result. */
export interface ComparisonRequest {
  /** Results of the official forms. */
  readonly official?: ResultPair;
  /** Results of the statements as written. */
  readonly written?: ResultPair;
  /** Whether the gold orders its rows. */
  readonly order: RowOrder;
}

/** Whether the rows agree, by reading. */
export type Readings = ByReading<boolean>;

/** What a comparison came to: the readings, or why there are none. */
export type Comparison = Readings | { readonly timeout: string };

/** Compares results in all three readings, within so many steps. */
export function comparedWithin(request: ComparisonRequest, steps: number): Comparison {
  try {
    return compareResults(request, new Budget(steps));
  } catch (error) {
    if (error instanceof ComparisonBudgetError) return { timeout: error.message };
    throw error;
  }
}

function compareResults(request: ComparisonRequest, budget: Budget): Readings {
  const { official, written, order } = request;
  const settled = { official: settledEqual(official), written: settledEqual(written) };
  const ids = memoizedIds(budget);
  const officialIs = settled.official ?? officialEqualIds(ids(official!), order, budget);
  if (settled.written !== undefined) {
    return { official: officialIs, assignment: settled.written, strict: settled.written };
  }
  const assignment = plainEqualIds(ids(written!), "any", budget);
  const strict = order === "any" ? assignment : plainEqualIds(ids(written!), "ordered", budget);
  return { official: officialIs, assignment, strict };
}

/** How many values and bytes there are to look at: none where the shapes or the bytes decide. */
export function comparisonSize(
  { official, written }: ComparisonRequest,
): { readonly values: number; readonly bytes: number } {
  let [values, bytes] = [0, 0];
  for (const pair of [official, written]) {
    if (pair === undefined || settledEqual(pair) !== undefined) continue;
    values += pair.gold.valueCount + pair.predicted.valueCount;
    bytes += pair.gold.bytes.length + pair.predicted.bytes.length;
  }
  return { values, bytes };
}

// What is equal or different in every reading without a look at the values.
function settledEqual(pair: ResultPair | undefined): boolean | undefined {
  if (pair === undefined) return false;
  const { gold, predicted } = pair;
  if (gold.rowCount !== predicted.rowCount) return false;
  if (gold.rowCount === 0) return true;
  if (gold.columnCount !== predicted.columnCount) return false;
  return gold.isSameAs(predicted) ? true : undefined;
}

// Most predictions have no DISTINCT, and both their pairs are one.
function memoizedIds(budget: Budget): (pair: ResultPair) => IdPair {
  let last: { readonly pair: ResultPair; readonly ids: IdPair } | undefined;
  return (pair) => {
    if (last?.pair.gold !== pair.gold || last.pair.predicted !== pair.predicted) {
      last = { pair, ids: idPair(pair.gold, pair.predicted, budget) };
    }
    return last.ids;
  };
}
