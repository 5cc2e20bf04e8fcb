import type { Budget } from "./budget.ts";
import type { IdTable } from "./id_table.ts";
import { mixed } from "./value_interner.ts";

/** Columns with the same values in every row, of which the first stands for all. */
export interface ColumnGroup {
  readonly column: number;
  readonly size: number;
}

/** The different columns of a table, each with how often it is there. */
export function columnGroups(table: IdTable, budget: Budget): readonly ColumnGroup[] {
  const hashes = columnHashes(table, budget);
  const byHash = new Map<number, { column: number; size: number }[]>();
  for (let column = 0; column < table.columnCount; column++) {
    const groups = byHash.getOrInsertComputed(hashes[column]!, () => []);
    const known = groups.find((group) => sameColumn(table, group.column, table, column, budget));
    if (known === undefined) groups.push({ column, size: 1 });
    else known.size++;
  }
  return [...byHash.values()].flat().sort((a, b) => a.column - b.column);
}

/**
 * Whether the columns of two tables can be paired one to one so that each pair has the same values
 * row by row: whether they are the same bag of sequences.
 */
export function sameColumnBag(gold: IdTable, predicted: IdTable, budget: Budget): boolean {
  const hashes = [columnHashes(gold, budget), columnHashes(predicted, budget)] as const;
  const others = columnGroups(predicted, budget);
  return columnGroups(gold, budget).every(({ column, size }) =>
    others.some((other) =>
      other.size === size && hashes[0][column] === hashes[1][other.column] &&
      sameColumn(gold, column, predicted, other.column, budget)
    )
  );
}

function columnHashes({ ids, rowCount, columnCount }: IdTable, budget: Budget): Int32Array {
  budget.spend(ids.length);
  const hashes = new Int32Array(columnCount);
  for (let row = 0, at = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++, at++) {
      hashes[column] = mixed(Math.imul(hashes[column]!, 31) ^ ids[at]!);
    }
  }
  return hashes;
}

function sameColumn(
  a: IdTable,
  columnA: number,
  b: IdTable,
  columnB: number,
  budget: Budget,
): boolean {
  budget.spend(a.rowCount);
  for (let row = 0; row < a.rowCount; row++) {
    const valueA = a.ids[row * a.columnCount + columnA];
    if (valueA !== b.ids[row * b.columnCount + columnB]) return false;
  }
  return true;
}
