import assert from "node:assert/strict";
import { assertNear } from "./testing/from_counts.ts";
import { letterTable } from "./letter_table.ts";
import { pcg32 } from "./pcg32.ts";

Deno.test("letterTable() agrees with a slow twin that goes through all orders of the right letters", () => {
  const random = pcg32(1);
  for (let trial = 0; trial < 12; trial++) {
    const letter = (): number => Math.floor(3 * random() ** 2);
    const chosen = Array.from({ length: 7 }, letter);
    const gold = Array.from({ length: 7 }, letter);
    const found = letterTable(chosen, gold, { options: 3 });
    const matches = orders(gold).map((order) => order.filter((l, i) => l === chosen[i]).length);
    const mean = matches.reduce((sum, m) => sum + m, 0) / matches.length;
    const variance = matches.reduce((sum, m) => sum + (m - mean) ** 2, 0) / matches.length;
    assertNear(found.expected, mean, "expected");
    assertNear(found.sd, Math.sqrt(variance), "sd");
    const share = matches.filter((m) => m >= found.right).length / matches.length;
    assertNear(found.pValue, share, "p");
    assert.equal(found.method, "exact");
  }
});

Deno.test("letterTable() takes the normal distribution of many questions, and hardly differs", () => {
  const random = pcg32(2);
  const table = (n: number): ReturnType<typeof letterTable> => {
    const gold = Array.from({ length: n }, (_, i) => i % 4);
    return letterTable(gold.map((l) => (random() < 0.06 ? l : Math.floor(4 * random()))), gold);
  };
  const exact = table(300);
  const normal = table(301);
  assert.deepEqual([exact.method, normal.method], ["exact", "normal"]);
  const z = (exact.right - 0.5 - exact.expected) / exact.sd;
  const shifted = letterTable(new Array<number>(301).fill(1), new Array<number>(301).fill(2));
  assert.deepEqual([shifted.pValue, shifted.kappa, shifted.right], [1, 0, 0]);
  // The exact value beside the normal one at the same distance.
  const tail = 0.5 * (1 - Math.sign(z) * Math.sqrt(1 - Math.exp(-2 * z * z / Math.PI)));
  assert.ok(Math.abs(exact.pValue - tail) < 0.01, `${exact.pValue} against ${tail}`);
});

Deno.test("letterTable() flags a habit by its most frequent letter or its entropy", () => {
  const gold = Array.from({ length: 100 }, (_, i) => i % 4);
  const even = letterTable(gold, gold);
  assert.deepEqual([even.habit, even.entropyBits, even.kappa], [false, 2, 1]);
  const most = gold.map((letter, i) => (i < 55 ? 0 : letter));
  assert.equal(letterTable(most, gold).habit, true);
  const two = gold.map((_, i) => i % 2);
  assert.deepEqual([letterTable(two, gold).entropyBits, letterTable(two, gold).habit], [1, false]);
});

Deno.test("letterTable() refuses letters out of range and lists that do not go together", () => {
  assert.throws(() => letterTable([4], [0]), /current value is 4/);
  assert.throws(() => letterTable([0], [-1]), RangeError);
  assert.throws(() => letterTable([0, 1], [0]), RangeError);
  assert.throws(() => letterTable([], []), RangeError);
});

function orders(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest])
  );
}
