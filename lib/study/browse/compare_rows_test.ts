import assert from "node:assert/strict";
import fc from "fast-check";
import type { Row, StatementRows } from "../../sql/mod.ts";
import { comparedRows, SHOWN, shownRows } from "./compare_rows.ts";

/** Columns are called a, b, c. */
const of = (rows: readonly Row[]): StatementRows => {
  const columnCount = rows[0]?.length ?? 1;
  return { rows, columnCount, names: [..."abcdefghij"].slice(0, columnCount) };
};

const compared = (
  gold: readonly Row[],
  prediction: readonly Row[],
  ordered = false,
): ReturnType<typeof comparedRows> => comparedRows(of(gold), of(prediction), { ordered });

Deno.test("comparedRows() marks the cells in which a row departs from the gold's nearest missing row", () => {
  const gold = [["Ann", 1n], ["Bob", 2n], ["Eve", 3n]];
  assert.deepEqual(compared(gold, [["Eve", 3n], ["Bob", 9n]]), {
    rowCount: 2,
    columnCount: 2,
    names: ["a", "b"],
    cells: [["Eve", "3"], ["Bob", "9"]],
    marks: [0, 0b10],
    extra: 1,
    missing: 2,
  });
  // no row of the gold is left: all of it is over
  assert.deepEqual(compared([["a"]], [["a"], ["a"]]).marks, [0, 1]);
});

Deno.test("comparedRows() tells types apart but not 1 from 1.0, nor rows in another order", () => {
  assert.equal(compared([[1n]], [["1"]]).extra, 1);
  assert.equal(compared([[null]], [["NULL"]]).extra, 1);
  assert.equal(compared([[1n]], [[1.0]]).extra, undefined);
  assert.deepEqual(compared([[1n], [2n]], [[2n], [1n]]), {
    rowCount: 2,
    columnCount: 1,
    names: ["a"],
    cells: [["2"], ["1"]],
  });
  assert.equal(compared([[1n], [2n]], [[2n], [1n]], true).otherOrder, true);
});

Deno.test("comparedRows() puts columns into the gold's order where that gives the gold's rows", () => {
  const gold = [["Ann", 1n], ["Bob", 2n]];
  const moved = compared(gold, [[2n, "Bob"], [1n, "Ann"]]);
  assert.deepEqual([moved.movedColumns, moved.extra, moved.cells], [
    true,
    undefined,
    [["Bob", "2"], ["Ann", "1"]],
  ]);
  // their names go with them
  assert.deepEqual(moved.names, ["b", "a"]);
  // the columns are the gold's, the rows are not
  assert.equal(compared(gold, [[1n, "Bob"], [2n, "Ann"]]).movedColumns, undefined);
});

Deno.test("comparedRows() shows rows that are over though they come late, and their places", () => {
  const gold = Array.from({ length: 50 }, (_, i): Row => [BigInt(i)]);
  const { places, marks, cells } = compared(gold, gold.with(40, [99n]));
  assert.deepEqual(places, [1, 2, 3, 4, 5, 6, 7, 8, 9, 41]);
  assert.deepEqual([marks?.at(-1), cells.at(-1)], [1, ["99"]]);
});

Deno.test("comparedRows() marks a row that differs only where no column is shown", () => {
  const row = Array.from({ length: SHOWN.columns + 1 }, (_, i) => BigInt(i));
  const { marks, cells } = compared([row], [row.with(SHOWN.columns, 99n)]);
  assert.equal(cells[0]!.length, SHOWN.columns);
  assert.ok(marks![0]! >= 1 << SHOWN.columns);
});

Deno.test("comparedRows() counts as the bags' sizes say, in any order of the rows", () => {
  const row = fc.tuple(fc.constantFrom("a", "b", null), fc.constantFrom(1n, 2n));
  const rows = fc.array(row, { maxLength: 25 });
  fc.assert(fc.property(rows, rows, (gold, prediction) => {
    const { extra = 0, missing = 0, cells, marks = [], movedColumns } = compared(gold, prediction);
    const left = gold.map((row) => JSON.stringify(row.map(String)));
    let common = 0;
    for (const row of prediction) {
      const at = left.indexOf(JSON.stringify(row.map(String)));
      if (at < 0) continue;
      left.splice(at, 1);
      common++;
    }
    if (movedColumns) return;
    assert.deepEqual([extra, missing], [prediction.length - common, gold.length - common]);
    assert.equal(cells.length, Math.min(SHOWN.rows, prediction.length));
    assert.ok(marks.filter((mark) => mark !== 0).length <= extra);
    assert.equal(extra > 0, marks.some((mark) => mark !== 0));
    const turned = compared(gold.toReversed(), prediction.toReversed());
    assert.deepEqual([turned.extra ?? 0, turned.missing ?? 0], [extra, missing]);
  }));
});

Deno.test("shownRows() has the first rows and columns, and how many there are", () => {
  const rows = Array.from({ length: 12 }, (): Row => Array(9).fill("x".repeat(99)));
  const { rowCount, columnCount, cells } = shownRows(of(rows));
  assert.deepEqual([rowCount, columnCount, cells.length, cells[0]!.length], [12, 9, 10, 8]);
  assert.equal(cells[0]![0]!.length, SHOWN.characters);
  assert.equal(shownRows(of(rows)).names!.join(""), "abcdefgh");
  // no row, no head
  assert.equal(shownRows(of([])).names, undefined);
});
