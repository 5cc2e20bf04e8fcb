/** One example before and after: what was answered, and whether it was right. */
export interface Flip<K extends string | number> {
  /** What the base model answered: a letter, or the status of a query. */
  readonly from: K;
  /** What the tuned variant answered. */
  readonly to: K;
  /** Whether the base model was right. */
  readonly rightBefore: boolean;
  /** Whether the tuned variant is right. */
  readonly rightAfter: boolean;
}

/** How often an answer moved from one value to another. */
export interface FlipRow<K extends string | number> {
  /** What the base model answered. */
  readonly from: K;
  /** What the tuned variant answered. */
  readonly to: K;
  /** Examples that moved so. */
  readonly count: number;
  /** Of these, from wrong to right. */
  readonly gained: number;
  /** Of these, from right to wrong. */
  readonly lost: number;
  /** Of these, wrong before and after. */
  readonly stillWrong: number;
}

/** All moves of the answers of two variants. */
export interface FlipTable<K extends string | number> {
  /** Examples. */
  readonly n: number;
  /** Examples with another answer than before. */
  readonly moved: number;
  /** Examples that went from wrong to right; all of them moved. */
  readonly gained: number;
  /** Examples that went from right to wrong. */
  readonly lost: number;
  /** One row a move that occurred, the most frequent first. */
  readonly rows: readonly FlipRow<K>[];
  /** The share of moved answers that went to the most frequent target; 0 if none moved. */
  readonly largestTargetShare: number;
}

/**
 * What the answers flipped to: if nearly all go to one letter, a letter is preferred, and it is not
 * knowledge that was lost.
 *
 * Source: A. Dutta, S. Krishnan, N. Kwatra and R. Ramjee, "Accuracy is Not All You Need",
 * arXiv:2407.09141, 2024 (flips).
 *
 * @param examples One a question. Ties of `count` are in the order in which they come up.
 *
 * @example Two of three moves are from A to C
 * ```ts
 * import { flipTable } from "./flip_table.ts";
 * import assert from "node:assert/strict";
 *
 * const wrong = { rightBefore: false, rightAfter: false };
 * const { rows, moved, lost } = flipTable([
 *   { from: "A", to: "C", rightBefore: true, rightAfter: false },
 *   { from: "A", to: "C", ...wrong },
 *   { from: "B", to: "A", ...wrong },
 *   { from: "D", to: "D", ...wrong },
 * ]);
 * assert.deepEqual([moved, lost], [3, 1]);
 * assert.deepEqual(rows[0], { from: "A", to: "C", count: 2, gained: 0, lost: 1, stillWrong: 1 });
 * ```
 */
export function flipTable<K extends string | number>(examples: readonly Flip<K>[]): FlipTable<K> {
  const moves = examples.filter(({ from, to }) => from !== to);
  const byMove = Map.groupBy(moves, ({ from, to }) => JSON.stringify([from, to]));
  const rows = [...byMove.values()].map((group) => ({
    from: group[0]!.from,
    to: group[0]!.to,
    count: group.length,
    gained: group.filter(isGain).length,
    lost: group.filter(isLoss).length,
    stillWrong: group.filter(({ rightBefore, rightAfter }) => !rightBefore && !rightAfter).length,
  }));
  const byTarget = [...Map.groupBy(moves, ({ to }) => to).values()];
  return {
    n: examples.length,
    moved: moves.length,
    gained: examples.filter(isGain).length,
    lost: examples.filter(isLoss).length,
    rows: rows.sort((a, b) => b.count - a.count),
    largestTargetShare: moves.length === 0
      ? 0
      : Math.max(...byTarget.map((group) => group.length)) / moves.length,
  };
}

function isGain({ rightBefore, rightAfter }: Flip<string | number>): boolean {
  return !rightBefore && rightAfter;
}

function isLoss({ rightBefore, rightAfter }: Flip<string | number>): boolean {
  return rightBefore && !rightAfter;
}
