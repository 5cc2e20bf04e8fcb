import { firstOf, printable } from "../ground/mod.ts";
import type { SuiteSource } from "./select_suite.ts";
import type { MmluData, MmluQuestion } from "./types.ts";

/** So many subjects or categories are named, the rest by number. */
const NAMED = 5;

/**
 * Where a suite has fewer questions of a category than were asked for: one line, or none.
 *
 * @param perCategory As `selectSuite` got it.
 */
export function fewerQuestions(data: SuiteSource, perCategory: number | null): string[] {
  if (perCategory === null) return [];
  const counts = new Map(data.categories.map((category) => [category, 0]));
  for (const { category } of [...data.test.values()].flat()) {
    const count = counts.get(category);
    if (count !== undefined) counts.set(category, count + 1);
  }
  const fewer = [...counts].filter(([, count]) => count < perCategory)
    .map(([category, count]) => `${printable(category)} ${count}`);
  if (fewer.length === 0) return [];
  return [
    `${perCategory} multiple-choice questions of each category are wanted and there are fewer, ` +
    `all of which are taken: ${firstOf(fewer, NAMED)}`,
  ];
}

/**
 * Where questions of your own are asked with fewer shots than were asked for: one line, or none.
 *
 * @param questions The suite.
 * @param count The shots asked for.
 */
export function fewerShots(
  data: Pick<MmluData, "dev" | "isMmlu">,
  questions: readonly MmluQuestion[],
  count: number,
): string[] {
  const subjects = [...new Set(questions.map(({ subject }) => subject))];
  const fewer = subjects.flatMap((subject) => {
    const there = data.dev.get(subject)?.length ?? 0;
    return there < count ? [{ subject, there }] : [];
  });
  if (fewer.length === 0) return [];
  const wanted = `${count} dev questions of each subject are wanted as shots and there are`;
  if (fewer.length === subjects.length && fewer.every(({ there }) => there === 0)) {
    return [`${wanted} none: questions are asked without (0-shot)`];
  }
  const each = fewer.map(({ subject, there }) => `${printable(subject)} ${there}`);
  return [`${wanted} fewer, all of which are shown: ${firstOf(each, NAMED)}`];
}
