import { UsageError } from "../ground/mod.ts";
import { pcg32, shuffled } from "../stats/mod.ts";
import { SUBJECT_CATEGORIES, SUITE_CATEGORIES } from "./subject_categories.ts";
import type { MmluData, MmluQuestion } from "./types.ts";

/** Options of {@link selectSuite}. */
export interface SelectSuiteOptions {
  /** How many questions of each category; 50 by default. `null` for all that there are. */
  readonly perCategory?: number | null;
  /** The seed of the selection. */
  readonly seed: number;
}

/**
 * The fixed suite: `perCategory` test questions of each of STEM, Humanities and Social sciences.
 *
 * Stratified: the subjects of a category, in random order, give one random question each in turn
 * until there are enough, so their counts differ by at most one while none runs out. With one seed
 * a larger suite contains every smaller one.
 *
 * With `perCategory` null it is no selection: every test question of every subject, "Other" too.
 *
 * @param data The loaded folder.
 * @returns The questions by category, then subject, then row; all of them by subject, then row.
 * @throws {UsageError} If a category has fewer questions; the message has all counts.
 * @throws {RangeError} If `perCategory` is not an integer >= 1.
 */
export function selectSuite(
  data: Pick<MmluData, "test">,
  { perCategory = 50, seed }: SelectSuiteOptions,
): readonly MmluQuestion[] {
  if (perCategory === null) return [...data.test.values()].flat();
  if (!Number.isSafeInteger(perCategory) || perCategory < 1) {
    throw new RangeError(
      `Cannot select an MMLU suite: perCategory must be an integer >= 1: ${perCategory}`,
    );
  }
  const random = pcg32(seed);
  const subjects = [...SUBJECT_CATEGORIES.keys()];
  const pools = SUITE_CATEGORIES.map((category) =>
    subjects.filter((subject) => SUBJECT_CATEGORIES.get(subject) === category)
      .flatMap((subject) => data.test.has(subject) ? [data.test.get(subject)!] : [])
  );
  const counts = pools.map((pool) => pool.flat().length);
  if (counts.some((count) => count < perCategory)) {
    const have = SUITE_CATEGORIES.map((category, at) => `${category} ${counts[at]}`).join(", ");
    throw new UsageError(
      `Cannot select ${perCategory} MMLU questions of each category: there are ${have}: ask for fewer or add subjects`,
    );
  }
  return pools.flatMap((pool) => {
    const queues = shuffled(pool.map((questions) => shuffled(questions, random)), random);
    const chosen = new Set<MmluQuestion>();
    for (let round = 0; chosen.size < perCategory; round++) {
      for (const queue of queues) {
        const next = queue[round];
        if (next !== undefined && chosen.size < perCategory) chosen.add(next);
      }
    }
    return pool.flat().filter((question) => chosen.has(question));
  });
}
