import fc from "fast-check";
import type { Row, SqlValue } from "../value.ts";

/** Few different values, so that rows repeat and columns resemble one another. */
export const sqlValue: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constantFrom<SqlValue>(null, 0n, 1n, 2n, 1, 1.5, -0, "", "a", "1", "None"),
  fc.constantFrom<SqlValue>(new Uint8Array(), new Uint8Array([0x61])),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.string({ unit: "binary" }),
);

/** A result of at least one row, all rows of one width. */
export const result: fc.Arbitrary<readonly Row[]> = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.array(fc.array(sqlValue, { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 8,
  })
);

/** Values without an integer that equals a float, where the official sort has its quirk. */
export const plainResult: fc.Arbitrary<readonly Row[]> = fc.integer({ min: 1, max: 5 }).chain(
  (width) => {
    const value = fc.constantFrom<SqlValue>(null, 0n, 1n, 2n, 0.5, 1.5, "a", "b", "1");
    return fc.array(fc.array(value, { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 8,
    });
  },
);

/** A result with another order of the same rows or columns. */
export function permuted<T>(items: readonly T[], keys: readonly number[]): readonly T[] {
  return items
    .map((item, index) => ({ item, key: keys[index % keys.length]!, index }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ item }) => item);
}
