import devGolds from "./dev_golds.json" with { type: "json" };

/**
 * Why a gold statement of Spider's dev split is dubious.
 *
 * - `tie`: ORDER BY with LIMIT cuts through rows with the same sort key, so the answer is chance.
 *   Source: shown by running, in `gold_quarantine_test.ts`.
 * - `padded_text`: `flight_2` stores text with spaces round it, so the gold finds other rows than it
 *   means. Source: https://github.com/taoyds/spider/issues/57, and shown by running.
 * - `number_as_text`: `car_1` stores MPG and horsepower as text, NULL as 'null', so the gold compares
 *   wrongly. Source: https://github.com/taoyds/spider/issues/56, and shown by running.
 * - `wrong_statement`: the gold does not ask what the question asks. Source:
 *   https://github.com/taoyds/spider/issues/95.
 */
export type QuarantineReason = "tie" | "padded_text" | "number_as_text" | "wrong_statement";

/** Database, hash of the gold and reasons. */
type QuarantinedGold = readonly [dbId: string, goldHash: string, ...reasons: QuarantineReason[]];

/** Of the 1,034 golds of Spider's dev split, by the example's id. */
const QUARANTINED: ReadonlyMap<string, QuarantinedGold> = new Map(
  Object.entries(devGolds) as [string, unknown][] as [string, QuarantinedGold][],
);

/**
 * Why the gold of an example is dubious; an empty list for every other example. Id, database and the
 * text of the gold must all be those of Spider's dev split: an id alone may be another data set's.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const reasons = quarantineReasons({
 *   id: "dev-16",
 *   dbId: "concert_singer",
 *   gold: "select max(capacity), average from stadium",
 * });
 * assert.deepEqual(reasons, ["wrong_statement"]);
 * ```
 */
export function quarantineReasons(
  example: { readonly id: string; readonly dbId: string; readonly gold: string },
): readonly QuarantineReason[] {
  const [dbId, hash, ...reasons] = QUARANTINED.get(example.id) ?? [];
  return dbId === example.dbId && hash === goldHash(example.gold) ? reasons : [];
}

// FNV-1a of 64 bits over the gold's text with single spaces: enough to tell golds of one id apart.
function goldHash(gold: string): string {
  const plain = gold.trim().split(/\s+/).join(" ").replace(/[; ]+$/, "");
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(plain)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}
