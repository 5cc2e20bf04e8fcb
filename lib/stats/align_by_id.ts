/** One example with the records of both variants. */
export interface AlignedPair<A, B> {
  /** The example's id. */
  readonly id: string;
  /** The base model's record. */
  readonly base: A;
  /** The tuned variant's record. */
  readonly tuned: B;
}

/** Where an id is listed in an error, at most this many are. */
const LISTED = 5;

/**
 * Lines up the records of two variants by example id, and refuses sets of examples that differ:
 * a difference over other examples is not a difference between models.
 *
 * @param base The base model's records.
 * @param tuned The tuned variant's records, in any order.
 * @returns One pair an example, in the order of `base`.
 * @throws {RangeError} If an id is on one side only or twice on one side; the message lists them.
 *
 * @example
 * ```ts
 * import { alignById } from "./align_by_id.ts";
 * import assert from "node:assert/strict";
 *
 * const base = [{ id: "dev-0", right: true }, { id: "dev-1", right: false }];
 * const tuned = [{ id: "dev-1", right: true }, { id: "dev-0", right: true }];
 * assert.deepEqual(alignById(base, tuned).map(({ tuned }) => tuned.id), ["dev-0", "dev-1"]);
 * ```
 */
export function alignById<A extends { readonly id: string }, B extends { readonly id: string }>(
  base: readonly A[],
  tuned: readonly B[],
): AlignedPair<A, B>[] {
  const baseById = indexById(base, "base");
  const tunedById = indexById(tuned, "tuned");
  const onlyBase = base.filter(({ id }) => !tunedById.has(id)).map(({ id }) => id);
  const onlyTuned = tuned.filter(({ id }) => !baseById.has(id)).map(({ id }) => id);
  if (onlyBase.length > 0 || onlyTuned.length > 0) {
    const sides = [
      ...(onlyBase.length > 0 ? [`only in base: ${list(onlyBase)}`] : []),
      ...(onlyTuned.length > 0 ? [`only in tuned: ${list(onlyTuned)}`] : []),
    ];
    throw new RangeError(`Cannot pair examples as some are on one side only: ${sides.join("; ")}`);
  }
  return base.map((record) => ({ id: record.id, base: record, tuned: tunedById.get(record.id)! }));
}

function indexById<T extends { readonly id: string }>(
  records: readonly T[],
  side: string,
): Map<string, T> {
  const byId = new Map<string, T>();
  const twice: string[] = [];
  for (const record of records) {
    if (byId.has(record.id)) twice.push(record.id);
    byId.set(record.id, record);
  }
  if (twice.length > 0) {
    throw new RangeError(`Cannot pair examples as some are twice in ${side}: ${list(twice)}`);
  }
  return byId;
}

function list(ids: readonly string[]): string {
  const rest = ids.length - LISTED;
  return ids.slice(0, LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
