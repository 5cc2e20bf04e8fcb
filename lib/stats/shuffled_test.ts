import assert from "node:assert/strict";
import { pcg32 } from "./pcg32.ts";
import { shuffled } from "./shuffled.ts";

Deno.test("shuffled() keeps the items, leaves its input alone and repeats by seed", () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const result = shuffled(items, pcg32(42));
  assert.deepEqual(items, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual([...result].sort((a, b) => a - b), items);
  assert.deepEqual(shuffled(items, pcg32(42)), result);
  assert.notDeepEqual(result, items);
});

Deno.test("shuffled() gives all six orders of three items about equally often", () => {
  const random = pcg32(1);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(["a", "b", "c"], random).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const [order, count] of counts) {
    assert.ok(Math.abs(count - 1000) < 120, `${order}: ${count}`);
  }
});
