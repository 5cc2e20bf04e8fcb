import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "csv-parse/sync";

import { realDataRoot } from "../lib/ground/mod.ts";

type Split = "dev" | "test";

interface Row {
  readonly subject: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly letter: string;
}

const SAMPLE = join(import.meta.dirname ?? ".", "sample");
const LETTERS = ["A", "B", "C", "D"] as const;

/** The sample's subjects under the categories that the MMLU release's own map gives them. */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  "STEM": ["astronomy", "elementary_mathematics", "high_school_biology"],
  "Humanities": ["high_school_world_history", "philosophy", "world_religions"],
  "Social sciences": ["high_school_geography", "high_school_macroeconomics", "sociology"],
};
const SUBJECTS = Object.values(CATEGORIES).flat().sort();

const test = readSplit(SAMPLE, "test");
const dev = readSplit(SAMPLE, "dev");
const all = [...dev, ...test];

Deno.test("mmlu sample has the same nine subjects in dev and test", () => {
  for (const rows of [dev, test]) {
    assert.deepEqual([...new Set(rows.map((row) => row.subject))].sort(), SUBJECTS);
  }
});

Deno.test("mmlu sample has 50 test questions a category, spread evenly over its subjects", () => {
  for (const [category, subjects] of Object.entries(CATEGORIES)) {
    const counts = subjects.map((subject) => ofSubject(test, subject).length);
    assert.equal(counts.reduce((sum, count) => sum + count, 0), 50, category);
    assert.ok(counts.every((count) => count === 16 || count === 17), `${category}: ${counts}`);
  }
});

Deno.test("mmlu sample has 4 dev shots a subject, which answer each letter once", () => {
  for (const subject of SUBJECTS) {
    const letters = ofSubject(dev, subject).map((row) => row.letter).sort();
    assert.deepEqual(letters, [...LETTERS], subject);
  }
});

Deno.test("mmlu sample gives every row a question, 4 distinct choices and a letter", () => {
  for (const row of all) {
    assert.equal(row.choices.length, 4, row.question);
    const distinct = new Set(row.choices.map((choice) => choice.toLowerCase()));
    assert.equal(distinct.size, 4, row.question);
    assert.match(row.letter, /^[ABCD]$/, row.question);
    for (const text of [row.question, ...row.choices]) assert.equal(text, text.trim());
  }
});

Deno.test("mmlu sample keeps questions at 6 to 18 words and choices at 1 to 5", () => {
  for (const row of all) {
    const words = wordCount(row.question);
    assert.ok(words >= 6 && words <= 18, `${words} words: ${row.question}`);
    for (const choice of row.choices) {
      assert.ok(choice !== "" && wordCount(choice) <= 5, `${row.question}: ${choice}`);
    }
  }
});

Deno.test("mmlu sample spreads the right letters evenly within each subject", () => {
  for (const subject of SUBJECTS) {
    const counts = LETTERS.map((letter) =>
      ofSubject(test, subject).filter((row) => row.letter === letter).length
    );
    assert.ok(counts.every((count) => count === 4 || count === 5), `${subject}: ${counts}`);
  }
});

Deno.test("mmlu sample never gives the same right letter three times in a row", () => {
  for (const subject of SUBJECTS) {
    const letters = ofSubject(test, subject).map((row) => row.letter).join("");
    assert.doesNotMatch(letters, /(.)\1\1/, subject);
  }
});

Deno.test("mmlu sample does not betray the right choice by its length", () => {
  // Chance is 25 % of the rows where one choice is longer (or shorter) than the three others.
  const margins = test.map((row) => {
    const right = row.choices[LETTERS.findIndex((letter) => letter === row.letter)]?.length ?? 0;
    const lengths = row.choices.map((choice) => choice.length);
    if (lengths.filter((length) => length === right).length > 1) return "tie";
    if (right === Math.max(...lengths)) return "longest";
    return right === Math.min(...lengths) ? "shortest" : "between";
  });
  for (const kind of ["longest", "shortest"]) {
    const share = margins.filter((margin) => margin === kind).length / test.length;
    assert.ok(share > 0 && share < 0.3, `${kind}: ${share}`);
  }
});

Deno.test("mmlu sample asks no question twice", () => {
  assert.equal(new Set(all.map((row) => normalized(row.question))).size, 186);
});

const real = realMmlu();
Deno.test({
  name: real === undefined
    ? "mmlu sample shares no question with MMLU [skipped: no mmlu/ at LAB_DATA_ROOT]"
    : "mmlu sample shares no question with MMLU",
  ignore: real === undefined,
  fn(): void {
    const theirs = [...readSplit(real ?? "", "dev"), ...readSplit(real ?? "", "test")];
    assert.ok(theirs.length > 14_000, `${theirs.length} questions read`);
    const known = new Set(theirs.map((row) => normalized(row.question)));
    assert.deepEqual(all.filter((row) => known.has(normalized(row.question))), []);
  },
});

function readSplit(root: string, split: Split): readonly Row[] {
  const ending = `_${split}.csv`;
  return readdirSync(join(root, split)).filter((name) => name.endsWith(ending)).flatMap((name) => {
    const rows: string[][] = parse(readFileSync(join(root, split, name), "utf8"));
    return rows.map((cells): Row => {
      assert.equal(cells.length, 6, `${name}: ${cells[0]}`);
      return {
        subject: name.slice(0, -ending.length),
        question: cells[0] ?? "",
        choices: cells.slice(1, 5),
        letter: cells[5] ?? "",
      };
    });
  });
}

function realMmlu(): string | undefined {
  const root = realDataRoot();
  const mmlu = root === undefined ? undefined : join(root, "mmlu");
  return mmlu !== undefined && existsSync(join(mmlu, "test")) ? mmlu : undefined;
}

function ofSubject(rows: readonly Row[], subject: string): readonly Row[] {
  return rows.filter((row) => row.subject === subject);
}

function wordCount(text: string): number {
  return text.split(/\s+/).length;
}

/** Letters and digits only, so that spacing, case and punctuation cannot hide a copy. */
function normalized(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
