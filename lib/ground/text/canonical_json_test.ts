import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, contentKey } from "./canonical_json.ts";

Deno.test("canonicalJson() is JSON of the same value, whatever the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      // JSON has no -0.
      const plain = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(canonicalJson(plain)), plain);
      assert.equal(canonicalJson(reversed(plain)), canonicalJson(plain));
    }),
    { seed: 1 },
  );
});

Deno.test("canonicalJson() refuses what JSON would quietly turn into null", () => {
  for (const value of [NaN, Infinity, undefined, () => 1, [undefined], new Array(2), { a: NaN }]) {
    assert.throws(() => canonicalJson(value), TypeError);
  }
  assert.equal(canonicalJson({ a: undefined }), "{}");
});

Deno.test("contentKey() is the SHA-256 of the canonical JSON", () => {
  // printf '{"a":1}' | sha256sum
  const expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
  assert.equal(contentKey({ a: 1 }), expected);
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, field]) => [key, reversed(field)]));
}
