import type { ShownResult } from "../../report/mod.ts";
import { type Row, type SqlValue, type StatementRows, valueText } from "../../sql/mod.ts";

/** So much of a result is shown: rows, columns, and characters of a value. */
export const SHOWN = { rows: 10, columns: 8, characters: 40 } as const;

/** Of so many of the gold's missing rows the nearest one is looked for. */
const MOST_CANDIDATES = 200;

/** Marks a row that differs in columns alone that are not shown. */
const HIDDEN_COLUMN = 1 << SHOWN.columns;

/** The first rows of a result. */
export function shownRows({ rows, columnCount, names }: StatementRows): ShownResult {
  return {
    rowCount: rows.length,
    columnCount,
    ...shownNames(names, rows),
    cells: rows.slice(0, SHOWN.rows).map(shownCells),
  };
}

/**
 * A prediction's result against the gold's: rows are compared as a bag, value by value. Of its rows
 * those that the gold has not are shown first, and each is marked in the columns in which it differs
 * from the nearest row of the gold that is missing.
 *
 * Where another order of the prediction's columns gives the gold's rows, the columns are put into it,
 * and their names with them.
 *
 * @param ordered Whether the gold orders its rows.
 */
export function comparedRows(
  gold: StatementRows,
  prediction: StatementRows,
  { ordered }: { readonly ordered: boolean },
): ShownResult {
  const moved = movedColumns(gold, prediction);
  const { rows, names } = moved ?? prediction;
  const { extra, missing } = bagDifference(gold.rows, rows);
  const places = shownPlaces(rows.length, extra);
  const marks = marksOf(places, extra, {
    rows,
    missing: missing.map((place) => gold.rows[place]!),
  });
  const otherOrder = ordered && extra.size === 0 && missing.length === 0 &&
    rows.some((row, at) => rowKey(row) !== rowKey(gold.rows[at]!));
  return {
    rowCount: rows.length,
    columnCount: prediction.columnCount,
    ...shownNames(names, rows),
    cells: places.map((place) => shownCells(rows[place]!)),
    ...(places.some((place, at) => place !== at) && { places: places.map((place) => place + 1) }),
    ...(marks.some((mark) => mark !== 0) && { marks }),
    ...(extra.size > 0 && { extra: extra.size }),
    ...(missing.length > 0 && { missing: missing.length }),
    ...(otherOrder && { otherOrder }),
    ...(moved && { movedColumns: true as const }),
  };
}

/** Places of the rows that only the one and only the other has, each as often as it is over. */
function bagDifference(
  gold: readonly Row[],
  prediction: readonly Row[],
): { readonly extra: ReadonlySet<number>; readonly missing: readonly number[] } {
  const left = Map.groupBy(gold.keys(), (at) => rowKey(gold[at]!));
  // the first of equal rows are the ones that are there
  for (const places of left.values()) places.reverse();
  const extra = new Set<number>();
  prediction.forEach((row, at) => {
    if (left.get(rowKey(row))?.pop() === undefined) extra.add(at);
  });
  return { extra, missing: [...left.values()].flat().sort((a, b) => a - b) };
}

/** Extra rows first, then the first of the others, in the order of the result. */
function shownPlaces(count: number, extra: ReadonlySet<number>): number[] {
  const places = new Set([...extra].slice(0, SHOWN.rows - (count > extra.size ? 1 : 0)));
  for (let at = 0; at < count && places.size < SHOWN.rows; at++) places.add(at);
  return [...places].sort((a, b) => a - b);
}

function marksOf(
  places: readonly number[],
  extra: ReadonlySet<number>,
  { rows, missing }: { readonly rows: readonly Row[]; readonly missing: readonly Row[] },
): number[] {
  const candidates = missing.slice(0, MOST_CANDIDATES).map((row) => row.map(valueKey));
  return places.map((place) => {
    if (!extra.has(place)) return 0;
    const own = rows[place]!.map(valueKey);
    let best = -1;
    let bestEqual = -1;
    candidates.forEach((candidate, at) => {
      const equal = own.filter((key, column) => key === candidate[column]).length;
      if (equal > bestEqual) [best, bestEqual] = [at, equal];
    });
    const [nearest = []] = best < 0 ? [] : candidates.splice(best, 1);
    let mark = 0;
    own.slice(0, SHOWN.columns).forEach((key, column) => {
      if (key !== nearest[column]) mark |= 1 << column;
    });
    return mark === 0 ? HIDDEN_COLUMN : mark;
  });
}

/** The prediction with its columns in the gold's order, where no other order has its rows. */
function movedColumns(
  gold: StatementRows,
  prediction: StatementRows,
): Pick<StatementRows, "rows" | "names"> | undefined {
  const { columnCount } = gold;
  const size = gold.rows.length;
  if (columnCount < 2 || columnCount !== prediction.columnCount) return undefined;
  if (size === 0 || size !== prediction.rows.length) return undefined;
  const columnKey = (rows: readonly Row[], column: number): string =>
    JSON.stringify(rows.map((row) => valueKey(row[column]!)).sort());
  const columns = Array.from({ length: columnCount }, (_, column) => column);
  const open = Map.groupBy(columns.toReversed(), (column) => columnKey(prediction.rows, column));
  const order: number[] = [];
  for (const column of columns) {
    const found = open.get(columnKey(gold.rows, column))?.pop();
    if (found === undefined) return undefined;
    order.push(found);
  }
  if (order.every((column, at) => column === at)) return undefined;
  const rows = prediction.rows.map((row) => order.map((column) => row[column]!));
  if (bagDifference(gold.rows, rows).extra.size > 0) return undefined;
  return { rows, names: order.map((column) => prediction.names[column]!) };
}

/** The names of the shown columns; none where there is no row below them. */
function shownNames(
  names: readonly string[],
  { length }: readonly Row[],
): Pick<ShownResult, "names"> {
  return length === 0 ? {} : { names: names.slice(0, SHOWN.columns) };
}

function shownCells(row: Row): (string | null)[] {
  return row.slice(0, SHOWN.columns).map((value) => valueText(value, SHOWN.characters));
}

function rowKey(row: Row): string {
  return JSON.stringify(row.map(valueKey));
}

/** Equal for values that are equal in a comparison: 1 and 1.0 are, 1 and '1' are not. */
function valueKey(value: SqlValue): string {
  if (value === null) return "0";
  if (value instanceof Uint8Array) return `b${value.toHex()}`;
  return typeof value === "string" ? `t${value}` : `n${value}`;
}
