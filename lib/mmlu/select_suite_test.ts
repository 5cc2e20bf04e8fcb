import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { fewerQuestions, type MmluQuestion, selectSuite, type SuiteSource } from "./mod.ts";
import { SUBJECT_CATEGORIES, SUITE_CATEGORIES } from "./subject_categories.ts";

function data(
  sizes: Readonly<Record<string, number>>,
): SuiteSource & { test: Map<string, readonly MmluQuestion[]> } {
  const test = new Map(
    Object.entries(sizes).map(([subject, size]) => [
      subject,
      Array.from({ length: size }, (_, row): MmluQuestion => ({
        id: `${subject}-${row}`,
        subject,
        category: SUBJECT_CATEGORIES.get(subject)!,
        question: "?",
        choices: ["a", "b", "c", "d"],
        answer: 0,
      })),
    ]),
  );
  return { test, categories: SUITE_CATEGORIES, isMmlu: true };
}

const FULL = data(Object.fromEntries([...SUBJECT_CATEGORIES.keys()].map((one) => [one, 100])));

function countBy(
  suite: readonly MmluQuestion[],
  key: "category" | "subject",
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const question of suite) counts[question[key]] = (counts[question[key]] ?? 0) + 1;
  return counts;
}

Deno.test("SUBJECT_CATEGORIES has 57 subjects: 18 STEM, 13 humanities, 12 social, 14 other", () => {
  assert.equal(SUBJECT_CATEGORIES.size, 57);
  const counts: Record<string, number> = {};
  for (const category of SUBJECT_CATEGORIES.values()) {
    counts[category] = (counts[category] ?? 0) + 1;
  }
  assert.deepEqual(counts, { "STEM": 18, "Humanities": 13, "Social sciences": 12, "Other": 14 });
});

Deno.test("selectSuite() takes 50 of each category, evenly over its subjects", () => {
  const suite = selectSuite(FULL, { seed: 42 });
  assert.deepEqual(countBy(suite, "category"), {
    "STEM": 50,
    "Humanities": 50,
    "Social sciences": 50,
  });
  assert.equal(new Set(suite.map(({ id }) => id)).size, 150);
  const bySubject = Object.entries(countBy(suite, "subject"));
  assert.equal(bySubject.length, 18 + 13 + 12);
  for (const category of SUITE_CATEGORIES) {
    const counts = bySubject.filter(([subject]) => SUBJECT_CATEGORIES.get(subject) === category)
      .map(([, count]) => count);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
  }
});

Deno.test("selectSuite() depends on the seed, keeps file order and nests by size", () => {
  const suite = selectSuite(FULL, { perCategory: 20, seed: 42 });
  assert.deepEqual(selectSuite(FULL, { perCategory: 20, seed: 42 }), suite);
  assert.notDeepEqual(selectSuite(FULL, { perCategory: 20, seed: 43 }), suite);
  const larger = new Set(selectSuite(FULL, { perCategory: 60, seed: 42 }));
  assert.ok(suite.every((question) => larger.has(question)));
  const order = [...FULL.test.values()].flat().map(({ id }) => id);
  for (const { subject } of suite) {
    const rows = suite.filter((question) => question.subject === subject)
      .map(({ id }) => order.indexOf(id));
    assert.deepEqual(rows, rows.toSorted((a, b) => a - b));
  }
});

Deno.test("selectSuite() fills up from larger subjects where a small one runs out", () => {
  const uneven = data({ astronomy: 2, machine_learning: 90, philosophy: 50, sociology: 60 });
  const counts = countBy(selectSuite(uneven, { seed: 1 }), "subject");
  assert.deepEqual(counts, { astronomy: 2, machine_learning: 48, philosophy: 50, sociology: 50 });
});

Deno.test("selectSuite() refuses a category with too few questions, giving all counts", () => {
  const few = data({ astronomy: 49, philosophy: 50, sociology: 60, anatomy: 200 });
  assert.throws(() => selectSuite(few, { seed: 1 }), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.ok(error.message.includes("STEM 49, Humanities 50, Social sciences 60"), error.message);
    return true;
  });
  assert.throws(() => selectSuite(FULL, { perCategory: 0, seed: 1 }), RangeError);
});

Deno.test("selectSuite() gives every test question of every subject with perCategory null", () => {
  const few = data({ anatomy: 2, astronomy: 3, sociology: 1 });
  const suite = selectSuite(few, { perCategory: null, seed: 1 });
  assert.deepEqual(suite, [...few.test.values()].flat());
  assert.ok(suite.some(({ category }) => category === "Other"));
});

Deno.test("selectSuite() takes all of a category of one's own data that has fewer, and fewerQuestions() says so", () => {
  const few = { ...data({ astronomy: 3, philosophy: 9, sociology: 1 }), isMmlu: false };
  const suite = selectSuite(few, { perCategory: 4, seed: 1 });
  assert.deepEqual(countBy(suite, "category"), {
    "STEM": 3,
    "Humanities": 4,
    "Social sciences": 1,
  });
  assert.deepEqual(fewerQuestions(few, 4), [
    "4 multiple-choice questions of each category are wanted and there are fewer, all of which " +
    "are taken: STEM 3, Social sciences 1",
  ]);
  assert.deepEqual(fewerQuestions(few, 1), []);
  assert.deepEqual(fewerQuestions(few, null), []);
});
