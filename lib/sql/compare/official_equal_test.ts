import assert from "node:assert/strict";
import fc from "fast-check";
import type { Row } from "../value.ts";
import { permuted, plainResult, result } from "../testing/row_arbitraries.ts";
import { officialEqual, plainEqual } from "./testing/equal_rows.ts";
import type { RowOrder } from "./row_order.ts";
import { slowOfficialEqual, slowPlainEqual } from "./testing/slow_equal.ts";

const keys = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
const order = fc.constantFrom<RowOrder>("ordered", "any");
const options = { seed: 42, numRuns: 500 } as const;

Deno.test("officialEqual() is unmoved by any order of the rows of an unordered gold", () => {
  fc.assert(
    fc.property(result, keys, (rows, rowKeys) => {
      assert.equal(officialEqual(rows, permuted(rows, rowKeys), "any"), true);
    }),
    options,
  );
});

Deno.test("officialEqual() is unmoved by any order of the columns", () => {
  fc.assert(
    fc.property(result, keys, order, (rows, columnKeys, rowOrder) => {
      const moved = rows.map((row) => permuted(row, columnKeys));
      assert.equal(officialEqual(rows, moved, rowOrder), true);
    }),
    options,
  );
});

Deno.test("officialEqual() is unmoved by an order of rows and columns together", () => {
  fc.assert(
    fc.property(result, keys, keys, (rows, rowKeys, columnKeys) => {
      const moved = permuted(rows, rowKeys).map((row) => permuted(row, columnKeys));
      assert.equal(officialEqual(rows, moved, "any"), true);
    }),
    options,
  );
});

Deno.test("officialEqual() always sees a duplicate row", () => {
  fc.assert(
    fc.property(result, fc.nat(), order, (rows, at, rowOrder) => {
      const repeated = [...rows, rows[at % rows.length]!];
      assert.equal(officialEqual(rows, repeated, rowOrder), false);
      assert.equal(officialEqual(repeated, rows, rowOrder), false);
    }),
    options,
  );
});

Deno.test("officialEqual() sees a row exchanged for another one", () => {
  fc.assert(
    fc.property(result, fc.nat(), (rows, at) => {
      const stranger = rows[0]!.map(() => "a text that no arbitrary makes");
      const changed = rows.with(at % rows.length, stranger);
      assert.equal(officialEqual(rows, changed, "any"), false);
    }),
    options,
  );
});

Deno.test("officialEqual() is symmetric", () => {
  const pair = fc.tuple(result, result);
  fc.assert(
    fc.property(pair, order, ([a, b], rowOrder) => {
      assert.equal(officialEqual(a, b, rowOrder), officialEqual(b, a, rowOrder));
    }),
    options,
  );
  fc.assert(
    fc.property(plainResult, plainResult, order, (a, b, rowOrder) => {
      assert.equal(officialEqual(a, b, rowOrder), officialEqual(b, a, rowOrder));
    }),
    options,
  );
});

Deno.test("officialEqual() agrees with a trial of every order of the columns", () => {
  let equal = 0;
  const small = fc.tuple(plainResult, keys, keys, fc.nat({ max: 3 }));
  fc.assert(
    fc.property(small, order, ([rows, rowKeys, columnKeys, mutations], rowOrder) => {
      fc.pre(rows[0]!.length <= 4);
      let other = permuted(rows, rowKeys).map((row) => permuted(row, columnKeys));
      // Exchange values inside of one column, so that the columns agree and the rows may not.
      for (let step = 0; step < mutations; step++) {
        const [a, b] = [rowKeys[step]! % rows.length, columnKeys[step]! % rows.length];
        const column = step % rows[0]!.length;
        const [first, second] = [other[a]![column]!, other[b]![column]!];
        other = other.with(a, other[a]!.with(column, second));
        other = other.with(b, other[b]!.with(column, first));
      }
      const expected = slowOfficialEqual(rows, other, rowOrder);
      if (expected) equal++;
      assert.equal(officialEqual(rows, other, rowOrder), expected);
    }),
    { seed: 42, numRuns: 2_000 },
  );
  assert.ok(equal > 200, `only ${equal} equal pairs were tried`);
});

Deno.test("officialEqual() and plainEqual() agree with their slow twins on all kinds of values", () => {
  let equal = 0;
  const check = (a: readonly Row[], b: readonly Row[], rowOrder: RowOrder): void => {
    const expected = slowOfficialEqual(a, b, rowOrder);
    if (expected) equal++;
    assert.equal(officialEqual(a, b, rowOrder), expected);
    assert.equal(plainEqual(a, b, rowOrder), slowPlainEqual(a, b, rowOrder));
  };
  fc.assert(
    fc.property(result, keys, keys, order, fc.boolean(), (rows, a, b, rowOrder, floats) => {
      // Whole numbers written the other way: where an integer meets an equal float, the sort decides.
      const written = rows.map((row, at) =>
        row.map((value, column) =>
          floats && typeof value === "bigint" && a[(at + column) % a.length]! % 2 === 0 &&
            Number.isSafeInteger(Number(value))
            ? Number(value)
            : value
        )
      );
      const rowsAsked = rowOrder === "any" ? permuted(written, b) : written;
      check(rows, rowsAsked.map((row) => permuted(row, a)), rowOrder);
      check(rows, written, rowOrder);
    }),
    { seed: 42, numRuns: 2_000 },
  );
  assert.ok(equal > 1_000, `only ${equal} equal pairs were tried`);
});

interface Case {
  readonly name: string;
  readonly gold: readonly (readonly unknown[])[];
  readonly predicted: readonly (readonly unknown[])[];
  readonly any: boolean;
  readonly ordered: boolean;
  readonly plainAny: boolean;
  readonly plainOrdered: boolean;
}
const cases = JSON.parse(
  Deno.readTextFileSync(new URL("../testdata/compare_cases.json", import.meta.url)),
) as readonly Case[];

for (const { name, gold, predicted, any, ordered, plainAny, plainOrdered } of cases) {
  Deno.test(`officialEqual() and plainEqual() on ${name}`, () => {
    const [a, b] = [rowsOf(gold), rowsOf(predicted)];
    assert.equal(officialEqual(a, b, "any"), any, "official, any order");
    assert.equal(officialEqual(a, b, "ordered"), ordered, "official, ordered");
    assert.equal(plainEqual(a, b, "any"), plainAny, "plain, any order");
    assert.equal(plainEqual(a, b, "ordered"), plainOrdered, "plain, ordered");
  });
}

// JSON has one kind of number: {"int": "1"} and {"bytes": "ff"} stand for the other kinds.
function rowsOf(rows: readonly (readonly unknown[])[]): readonly Row[] {
  return rows.map((row) =>
    row.map((value) => {
      if (typeof value !== "object" || value === null) return value as string | number | null;
      if ("int" in value) return BigInt(value.int as string);
      return Uint8Array.fromHex((value as { bytes: string }).bytes);
    })
  );
}
