import { createHash } from "node:crypto";

/**
 * Ids in an order that depends on the seed and on the ids only: not on the order in which they are
 * given, nor on a machine. They are ordered by the SHA-256 of "SEED:id" in hexadecimal.
 *
 * @param ids In any order, each once.
 * @param seed The study's seed.
 * @throws {RangeError} If an id is twice in the list.
 *
 * @example
 * ```ts
 * import { seededOrder } from "./seeded_order.ts";
 * import assert from "node:assert/strict";
 *
 * const ids = ["car_1", "world_1", "orchestra", "poker_player"];
 * assert.deepEqual(seededOrder(ids, 42), ["orchestra", "poker_player", "world_1", "car_1"]);
 * ```
 */
export function seededOrder(ids: readonly string[], seed: number): readonly string[] {
  const keyed = ids.map((id) => ({ id, key: sha256(`${seed}:${id}`) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const twice = keyed.find(({ id }, i) => id === keyed[i + 1]?.id);
  if (twice) throw new RangeError(`Cannot order ids as one is twice in the list: "${twice.id}"`);
  return keyed.map(({ id }) => id);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
