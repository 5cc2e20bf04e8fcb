/**
 * The name that a mistyped one was probably meant to be.
 *
 * @param name What was written.
 * @param names What would have been right.
 * @returns The name with the fewest edits (Levenshtein, letter case free of charge), the first of
 * equals; `undefined` if even that needs more than a third of the letters, or more than 2 of few.
 *
 * @example
 * ```ts
 * import { nearestName } from "./nearest_name.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(nearestName("learning_rate", ["rank", "learningRate"]), "learningRate");
 * assert.equal(nearestName("colour", ["rank", "learningRate"]), undefined);
 * ```
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const edits = countEdits(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest && edits < candidate.length) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
