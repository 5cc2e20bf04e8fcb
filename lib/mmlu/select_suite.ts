import { UsageError } from "../ground/mod.ts";
import { pcg32, shuffled } from "../stats/mod.ts";
import type { MmluData, MmluQuestion } from "./types.ts";

/** Options of {@link selectSuite}. */
export interface SelectSuiteOptions {
  /** How many questions of each category; 50 by default. `null` for all that there are. */
  readonly perCategory?: number | null;
  /** The seed of the selection. */
  readonly seed: number;
}

/** What a suite is drawn from. */
export type SuiteSource = Pick<MmluData, "test" | "categories" | "isMmlu">;

/**
 * The fixed suite: `perCategory` test questions of each category, in MMLU of each of STEM,
 * Humanities and Social sciences.
 *
 * Stratified: the subjects of a category, in random order, give one random question each in turn
 * until there are enough, so their counts differ by at most one while none runs out. With one seed
 * a larger suite contains every smaller one.
 *
 * A category of your own data, or of a part of MMLU, that has fewer questions gives all that it
 * has: `fewerQuestions` says where.
 *
 * With `perCategory` null it is no selection: every test question of every subject, "Other" too.
 *
 * @param data The loaded data.
 * @returns The questions by category, then subject, then row; all of them by subject, then row.
 * @throws {UsageError} If a category of MMLU has fewer questions; the message has all counts.
 * @throws {RangeError} If `perCategory` is not an integer >= 1.
 */
export function selectSuite(
  data: SuiteSource,
  { perCategory = 50, seed }: SelectSuiteOptions,
): readonly MmluQuestion[] {
  const all = [...data.test.values()].flat();
  if (perCategory === null) return all;
  if (!Number.isSafeInteger(perCategory) || perCategory < 1) {
    throw new RangeError(
      `Cannot select an MMLU suite: perCategory must be an integer >= 1: ${perCategory}`,
    );
  }
  const random = pcg32(seed);
  const pools = data.categories.map((category) => [
    ...Map.groupBy(
      all.filter((question) => question.category === category),
      ({ subject }) => subject,
    ).values(),
  ]);
  const counts = pools.map((pool) => pool.flat().length);
  if (data.isMmlu && counts.some((count) => count < perCategory)) {
    const have = data.categories.map((category, at) => `${category} ${counts[at]}`).join(", ");
    throw new UsageError(
      `Cannot select ${perCategory} MMLU questions of each category: there are ${have}: ask for fewer or add subjects`,
    );
  }
  return pools.flatMap((pool, at) => {
    const wanted = Math.min(perCategory, counts[at]!);
    const queues = shuffled(pool.map((questions) => shuffled(questions, random)), random);
    const chosen = new Set<MmluQuestion>();
    for (let round = 0; chosen.size < wanted; round++) {
      for (const queue of queues) {
        const next = queue[round];
        if (next !== undefined && chosen.size < wanted) chosen.add(next);
      }
    }
    return pool.flat().filter((question) => chosen.has(question));
  });
}
