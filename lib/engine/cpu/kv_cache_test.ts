import assert from "node:assert/strict";
import { EMPTY_POSITION } from "./attention_masks.ts";
import { OwnCache, PrefixCache, type RecentTokens } from "./kv_cache.ts";

const SHAPE = { layers: 1, kvHeads: 2, headDim: 1 };

/** Keys `[2, rows, length, 1]` that say head, row and place (100 * head + 10 * row + place), values minus that. */
function recent(counts: readonly number[], slots: number, length: number): RecentTokens {
  const keys = [0, 1].flatMap((kv) =>
    counts.flatMap((_, row) => Array.from({ length }, (_, r) => 100 * kv + 10 * row + r))
  );
  const data = [Float32Array.from(keys), Float32Array.from(keys, (key) => -key)];
  return { data, counts, slots, length };
}

/** The first cached tensor as lists by head and row, cut at each row's length. */
function keysOf(cache: OwnCache): number[][] {
  const { "past_key.0": keys, past_position: positions } = cache.feeds(0);
  const [kv, rows, capacity] = keys!.dims as [number, number, number];
  assert.deepEqual(positions!.dims, [rows, capacity]);
  return Array.from({ length: kv * rows }, (_, line) => {
    const values = (keys!.data as Float32Array).slice(line * capacity, (line + 1) * capacity);
    return [...values].slice(0, cache.lengths[line % rows]);
  });
}

Deno.test("OwnCache.append() leaves out empty slots and keeps the tokens of later steps", () => {
  const cache = new OwnCache(SHAPE, 3);
  // two rows from row 1 on: one token and three, then two steps
  cache.append(1, recent([1, 3], 3, 5));
  assert.deepEqual(cache.lengths, [0, 3, 5]);
  assert.deepEqual(keysOf(cache), [
    [],
    [0, 3, 4],
    [10, 11, 12, 13, 14],
    [],
    [100, 103, 104],
    [110, 111, 112, 113, 114],
  ]);
  cache.append(2, recent([1], 1, 1));
  assert.deepEqual(keysOf(cache)[2], [10, 11, 12, 13, 14, 0]);
});

Deno.test("OwnCache.append() keeps what it has when it grows", () => {
  const cache = new OwnCache(SHAPE, 2, 2);
  for (let i = 0; i < 20; i++) cache.append(0, recent([2, 2], 2, 3));
  assert.deepEqual(cache.lengths, [60, 60]);
  const expected = Array.from({ length: 20 }, () => [110, 111, 112]).flat();
  assert.deepEqual(keysOf(cache)[3], expected);
});

Deno.test("OwnCache.select() copies rows, one of them more than once", () => {
  const cache = new OwnCache(SHAPE, 2);
  cache.append(0, recent([1, 2], 2, 2));
  const copy = cache.select([1, 0, 1], 10);
  assert.deepEqual(copy.lengths, [2, 1, 2]);
  assert.deepEqual(keysOf(copy).slice(0, 3), [[10, 11], [0], [10, 11]]);
  copy.append(0, recent([1, 1, 1], 1, 1));
  assert.deepEqual(cache.lengths, [1, 2]);
});

Deno.test("OwnCache.feeds() gives positions from the prefix on, and hides empty places", () => {
  const cache = new OwnCache(SHAPE, 2);
  cache.append(0, recent([1, 2], 2, 2));
  const positions = Array.from(cache.feeds(7).past_position!.data as BigInt64Array, Number);
  assert.deepEqual(positions.slice(0, 2), [7, EMPTY_POSITION]);
  assert.deepEqual(positions.slice(positions.length / 2).slice(0, 3), [7, 8, EMPTY_POSITION]);
});

Deno.test("PrefixCache keeps each head's tokens together, before the key that stands for all others", () => {
  const tensors = (cache: PrefixCache): number[][] =>
    [cache.feeds()["prefix_key.0"]!, cache.feeds()["prefix_value.0"]!].map(({ data, dims }) => {
      assert.equal(data.length, dims.reduce((x, y) => x * y));
      return [...data as Float32Array];
    });
  const further = [0, 1];
  assert.deepEqual(tensors(new PrefixCache(SHAPE)), [[...further, ...further], [0, 0]]);
  const first = new PrefixCache(SHAPE).extend([5, 6], recent([2], 2, 2));
  assert.deepEqual(tensors(first), [
    [0, 0, 1, 0, ...further, 100, 0, 101, 0, ...further],
    [-0, -1, 0, -100, -101, 0],
  ]);
  const second = first.extend([7], recent([1], 1, 1));
  assert.deepEqual(second.tokens, [5, 6, 7]);
  assert.deepEqual(tensors(second)[1], [-0, -1, -0, 0, -100, -101, -100, 0]);
  assert.deepEqual(tensors(second.truncate(1))[0], [0, 0, ...further, 100, 0, ...further]);
  assert.deepEqual(second.truncate(1).tokens, [5]);
  assert.equal(second.truncate(3), second);
});
