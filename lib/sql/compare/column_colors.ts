import type { Budget } from "./budget.ts";
import type { ColumnGroup } from "./column_groups.ts";
import type { IdTable } from "./id_table.ts";
import { mixed } from "./value_interner.ts";

/** One side of a pairing: its table and the columns of it that are to be paired. */
export interface PairingSide {
  readonly table: IdTable;
  readonly groups: readonly ColumnGroup[];
}

/**
 * Colors of the columns to be paired, on both sides: columns can only be partners if they have the
 * same color. The colors are whole numbers from 0.
 */
export interface Colors {
  readonly gold: Int32Array;
  readonly predicted: Int32Array;
  readonly count: number;
}

// Two sums of hashes together make a number that a double holds exactly.
const HIGH = 2 ** 20;

/**
 * Sharpens colors as long as that parts some: a row is described by the values and the colors of
 * their columns, a column by its values and the descriptions of their rows. What is paired has the
 * same description, so sides whose descriptions differ cannot be paired.
 *
 * Descriptions are hashes: a collision leaves two columns of one color that could be parted, and
 * never parts two that belong together.
 *
 * @returns The colors, or `undefined` if no pairing of these columns exists.
 *
 * Source: color refinement (the Weisfeiler-Leman test in one dimension) on the incidence of rows and
 * columns.
 */
export function refinedColors(
  gold: PairingSide,
  predicted: PairingSide,
  { colors, budget }: { readonly colors: Colors; readonly budget: Budget },
): Colors | undefined {
  let known = colors;
  while (true) {
    const a = described(gold, known.gold, budget);
    const b = described(predicted, known.predicted, budget);
    if (a.rows !== b.rows) return undefined;
    const next = named(a.columns, b.columns);
    if (next === undefined || next.count <= known.count) return next;
    known = next;
  }
}

/** Gives one column of each side a color of its own. */
export function withPair(colors: Colors, gold: number, predicted: number): Colors {
  const [a, b] = [colors.gold.slice(), colors.predicted.slice()];
  a[gold] = colors.count;
  b[predicted] = colors.count;
  return { gold: a, predicted: b, count: colors.count + 1 };
}

/** Gives equal keys equal colors, or `undefined` if the sides are not the same bag of keys. */
export function named(
  gold: Float64Array,
  predicted: Float64Array,
): Colors | undefined {
  const names = new Map<number, number>();
  const color = (key: number): number => names.getOrInsert(key, names.size);
  const colors = {
    gold: Int32Array.from(gold, color),
    predicted: Int32Array.from(predicted, color),
  };
  const balance = new Int32Array(names.size);
  for (const name of colors.gold) balance[name]!++;
  for (const name of colors.predicted) balance[name]!--;
  return balance.some((rest) => rest !== 0) ? undefined : { ...colors, count: names.size };
}

function described(
  { table: { ids, rowCount, columnCount }, groups }: PairingSide,
  colors: Int32Array,
  budget: Budget,
): { readonly columns: Float64Array; readonly rows: number } {
  const width = groups.length;
  budget.spend(2 * rowCount * width);
  const columns = groups.map(({ column }) => column);
  const salts = Int32Array.from(colors, (color) => mixed(color + 1));
  const [low, high] = [new Int32Array(width), new Int32Array(width)];
  let [rowsLow, rowsHigh] = [0, 0];
  const values = new Int32Array(width);
  for (let row = 0; row < rowCount; row++) {
    const start = row * columnCount;
    let sum = 0;
    for (let at = 0; at < width; at++) {
      const value = ids[start + columns[at]!]!;
      values[at] = value;
      sum = (sum + mixed(Math.imul(value, 0x9e3779b1) ^ salts[at]!)) | 0;
    }
    const hash = mixed(sum);
    rowsLow = (rowsLow + hash) | 0;
    rowsHigh = (rowsHigh + mixed(hash ^ 0x5bd1e995)) | 0;
    for (let at = 0; at < width; at++) {
      const part = mixed(Math.imul(values[at]!, 0x85ebca6b) ^ hash);
      low[at] = (low[at]! + part) | 0;
      high[at] = (high[at]! + Math.imul(part, part | 1)) | 0;
    }
  }
  // The color before stays part of the description, so that colors only ever part.
  const keys = Float64Array.from(groups, (_, at) => key(mixed(low[at]! ^ salts[at]!), high[at]!));
  return { columns: keys, rows: key(rowsLow, rowsHigh) };
}

function key(low: number, high: number): number {
  return (low >>> 0) * HIGH + (high >>> 12);
}
