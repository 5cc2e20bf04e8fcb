import assert from "node:assert/strict";
import fc from "fast-check";
import { packRows } from "../execute/messages/packed_rows.ts";
import type { Row } from "../value.ts";
import { permuted } from "../testing/row_arbitraries.ts";
import { Budget, ComparisonBudgetError } from "./budget.ts";
import { columnsPairUp } from "./column_pairing.ts";
import { idPair } from "./id_table.ts";
import { edges, parity, ring, rook, shrikhande } from "./testing/hostile_comparisons.ts";
import { slowOfficialEqual } from "./testing/slow_equal.ts";

function pairsUp(gold: readonly Row[], predicted: readonly Row[], steps = Infinity): boolean {
  const budget = new Budget(steps);
  const width = gold[0]!.length;
  const pair = idPair(packRows(gold, width), packRows(predicted, width), budget);
  return columnsPairUp(pair.gold, pair.predicted, budget);
}

Deno.test("columnsPairUp() sees through columns that look the same up to the last one", () => {
  const even = [...parity(10, 0), ...parity(10, 0), ...parity(10, 1)];
  const odd = [...parity(10, 1), ...parity(10, 1), ...parity(10, 0)];
  assert.equal(pairsUp(even, odd, 1_000_000), false);
  assert.equal(pairsUp(even, even.map((row) => row.toReversed()).toReversed(), 1_000_000), true);
});

Deno.test("columnsPairUp() tells even rows from odd ones, which differ in all columns at once only", () => {
  assert.equal(pairsUp(parity(8, 0), parity(8, 1), 1_000_000), false);
});

Deno.test("columnsPairUp() tells two graphs apart that colors cannot", () => {
  const [a, b] = [edges(16, rook), edges(16, shrikhande)];
  assert.equal(a.length, b.length);
  assert.equal(pairsUp(a, b, 50_000_000), false);
  const keys = Array.from({ length: 16 }, (_, at) => (at * 7 + 3) % 16);
  assert.equal(pairsUp(a, a.map((row) => permuted(row, keys)).toReversed(), 50_000_000), true);
  assert.equal(pairsUp(b, b.map((row) => permuted(row, keys)).toReversed(), 50_000_000), true);
});

Deno.test("columnsPairUp() tells one ring of columns from two", () => {
  assert.equal(pairsUp(edges(12, ring(12)), edges(12, ring(6)), 10_000_000), false);
  assert.equal(pairsUp(edges(12, ring(6)), edges(12, ring(6)).toReversed(), 10_000_000), true);
});

Deno.test("columnsPairUp() pairs 2,000 columns, alike or not", () => {
  const rows = [0, 1, 2].map((row) =>
    Array.from({ length: 2_000 }, (_, at) => BigInt(row === 0 ? at : at % 3))
  );
  assert.equal(pairsUp(rows, rows.map((row) => row.toReversed()), 10_000_000), true);
  const same = [0, 1].map(() => Array.from({ length: 2_000 }, () => 7n));
  assert.equal(pairsUp(same, same, 10_000_000), true);
  const other = rows.map((row, at) => at === 2 ? row.with(0, 1n) : row);
  assert.equal(pairsUp(rows, other, 10_000_000), false);
});

Deno.test("columnsPairUp() ends with an error, and no answer, when the budget is used up", () => {
  assert.throws(
    () => pairsUp(parity(8, 0), parity(8, 1), 1_000),
    (error: Error) => error instanceof ComparisonBudgetError && /1000 steps/.test(error.message),
  );
});

Deno.test("columnsPairUp() takes as many steps each time", () => {
  const [a, b] = [edges(16, rook), edges(16, shrikhande)];
  const enough = (steps: number): boolean => {
    try {
      pairsUp(a, b, steps);
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, 50_000_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  for (let round = 0; round < 3; round++) {
    assert.deepEqual([enough(low), enough(high)], [false, true]);
  }
});

Deno.test("columnsPairUp() agrees with a trial of every order on small tables of bits", () => {
  const table = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.tuple(
      ...[0, 1].map(() =>
        fc.array(
          fc.array(fc.constantFrom(0n, 1n), { minLength: width, maxLength: width }),
          { minLength: 6, maxLength: 6 },
        )
      ) as [fc.Arbitrary<bigint[][]>, fc.Arbitrary<bigint[][]>],
    )
  );
  let equal = 0;
  const check = (a: readonly Row[], b: readonly Row[]): void => {
    const expected = slowOfficialEqual(a, b, "any");
    if (expected) equal++;
    assert.equal(pairsUp(a, b), expected);
  };
  fc.assert(
    fc.property(table, ([a, b]) => {
      check(a, b);
      // The same columns, each with its rows in an order of its own: every column agrees.
      check(a, a.map((row, at) => row.map((_, column) => a[(at + column) % a.length]![column]!)));
    }),
    { seed: 42, numRuns: 3_000 },
  );
  assert.ok(equal > 300, `only ${equal} equal pairs were tried`);
});
