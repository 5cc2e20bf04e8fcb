import { seededOrder } from "./seeded_order.ts";

/** Ids in two halves: one to choose by, one to confirm on. */
export interface Halves {
  /** The 1st, 3rd, 5th ... of the order; one more than `confirm` if there is an odd number. */
  readonly choose: readonly string[];
  /** The 2nd, 4th, 6th ... of the order. */
  readonly confirm: readonly string[];
}

/**
 * Splits ids into two halves that depend on the seed and on the ids only: not on their order, on a
 * machine or on what was answered. Whole databases are split, so that no database is in both halves.
 *
 * The ids, in their {@linkcode seededOrder}, are given to "choose" and to "confirm" in turns.
 *
 * @param ids In any order, each once. Ids that do not exist are not in the list.
 * @param seed The study's seed.
 * @throws {RangeError} If an id is twice in the list.
 *
 * @example
 * ```ts
 * import { splitHalves } from "./split_halves.ts";
 * import assert from "node:assert/strict";
 *
 * const { choose, confirm } = splitHalves(["car_1", "world_1", "orchestra", "poker_player"], 42);
 * assert.deepEqual(choose, ["orchestra", "world_1"]);
 * assert.deepEqual(confirm, ["poker_player", "car_1"]);
 * ```
 */
export function splitHalves(ids: readonly string[], seed: number): Halves {
  const order = seededOrder(ids, seed);
  return {
    choose: order.filter((_, i) => i % 2 === 0),
    confirm: order.filter((_, i) => i % 2 === 1),
  };
}
