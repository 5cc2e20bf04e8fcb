import type { Row } from "../value.ts";
import { compareCodePoints, pythonSortText } from "./python_text.ts";
import { sameRows } from "./same_rows.ts";
import { rowKey, sameBag, sameSequence, valueKey, valueKeys } from "./value_key.ts";

/** How rows are compared. */
export type RowOrder = "ordered" | "any";

/**
 * The official reading of "the same result": as many rows, as many columns, and some order of the
 * predicted columns under which the rows agree, as a bag or (`ordered`) one by one. Two empty
 * results are equal whatever their columns.
 *
 * The script first compares the rows with the values of each row sorted by their Python text; where
 * an integer meets an equal float that sort can separate rows that are equal. Kept as it is, since
 * published numbers contain it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(officialEqual([[1n, "a"]], [["a", 1]], "any"), true);
 * ```
 *
 * Source: taoyds/test-suite-sql-eval, exec_eval.py.
 */
export function officialEqual(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  if (gold.length === 0 && predicted.length === 0) return true;
  if (gold.length !== predicted.length) return false;
  if (gold[0]!.length !== predicted[0]!.length) return false;
  if (sameRows(gold, predicted)) return true;
  if (!sortedRowsAgree(gold, predicted, order)) return false;
  const goldKeys = valueKeys(gold);
  const predictedKeys = valueKeys(predicted);
  return order === "ordered"
    ? sameColumnsInSomeOrder(goldKeys, predictedKeys)
    : columnOrderExists(goldKeys, predictedKeys);
}

type KeyRows = readonly (readonly string[])[];

function sortedRowsAgree(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: RowOrder,
): boolean {
  const goldRows = gold.map(sortedRowKey);
  const predictedRows = predicted.map(sortedRowKey);
  if (order === "ordered") return sameSequence(goldRows, predictedRows);
  const goldSet = new Set(goldRows);
  const predictedSet = new Set(predictedRows);
  return goldSet.size === predictedSet.size && goldSet.isSubsetOf(predictedSet);
}

function sortedRowKey(row: Row): string {
  if (row.length === 1) return rowKey([valueKey(row[0]!)]);
  const values = row.map((value) => ({ sort: pythonSortText(value), key: valueKey(value) }));
  values.sort((a, b) => compareCodePoints(a.sort, b.sort));
  return rowKey(values.map((value) => value.key));
}

// With the row order fixed, columns can be paired one to one exactly if their sequences are the
// same bag of sequences.
function sameColumnsInSomeOrder(gold: KeyRows, predicted: KeyRows): boolean {
  return sameBag(columnsOf(gold).map(rowKey), columnsOf(predicted).map(rowKey));
}

// Pairs columns from left to right and keeps a partial pairing only while the rows cut to the
// paired columns agree as a bag, so that a wrong pairing is left at once.
function columnOrderExists(gold: KeyRows, predicted: KeyRows): boolean {
  const goldColumns = columnsOf(gold);
  const predictedColumns = columnsOf(predicted);
  const sequences = predictedColumns.map(rowKey);
  const used = new Set<number>();

  function extend(depth: number, goldRows: readonly string[], rows: readonly string[]): boolean {
    if (depth === goldColumns.length) return true;
    const nextGold = appended(goldRows, goldColumns[depth]!);
    const tried = new Set<string>();
    for (const [index, column] of predictedColumns.entries()) {
      // Columns with the same values are interchangeable.
      if (used.has(index) || tried.has(sequences[index]!)) continue;
      tried.add(sequences[index]!);
      const next = appended(rows, column);
      if (!sameBag(nextGold, next)) continue;
      used.add(index);
      if (extend(depth + 1, nextGold, next)) return true;
      used.delete(index);
    }
    return false;
  }

  const nothing = gold.map(() => "");
  return extend(0, nothing, nothing);
}

function columnsOf(rows: KeyRows): KeyRows {
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!));
}

function appended(rows: readonly string[], column: readonly string[]): readonly string[] {
  return rows.map((row, index) => `${row}${column[index]!.length}:${column[index]}`);
}
