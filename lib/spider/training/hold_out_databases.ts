import { UsageError } from "../../ground/mod.ts";
import { seededOrder } from "../../stats/mod.ts";

/** Options of {@linkcode holdOutDatabases}. */
export interface HoldOutOptions {
  /** A number of databases (a whole number), or a share of them, above 0 and below 1; 0 for none. */
  readonly wanted: number;
  /** The study's seed. */
  readonly seed: number;
  /** Databases that are never held out, such as those of the shots. */
  readonly keep?: Iterable<string>;
}

/**
 * Which train databases no training sees, so that a training can be stopped and a checkpoint chosen
 * without dev: the first ones in `seededOrder`, which a database that is added later leaves as it is
 * for the most part. A share is of all databases, rounded, and one at least.
 *
 * @param databases The train databases, in any order, each once or more.
 * @returns Their names, sorted.
 * @throws {UsageError} If none would be left to train on, or more are wanted than may be held out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const held = holdOutDatabases(["a", "b", "c", "d"], { wanted: 0.5, seed: 42 });
 * assert.equal(held.length, 2);
 * ```
 */
export function holdOutDatabases(
  databases: Iterable<string>,
  { wanted, seed, keep = [] }: HoldOutOptions,
): readonly string[] {
  const all = [...new Set(databases)];
  const count = wanted > 0 && wanted < 1 ? Math.max(1, Math.round(wanted * all.length)) : wanted;
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot hold out databases: neither a number nor a share: ${wanted}`);
  }
  const kept = new Set(keep);
  const free = all.filter((dbId) => !kept.has(dbId));
  if (count > 0 && (count > free.length || count === all.length)) {
    const shots = all.length - free.length;
    const apart = shots > 0 ? `, ${shots} of them of the shots` : "";
    throw new UsageError(
      `Cannot hold out ${count} train databases: there are ${all.length}${apart}, and one at least ` +
        "must be trained on: lower training.heldOutDatabases",
    );
  }
  return seededOrder(free, seed).slice(0, count).sort();
}
