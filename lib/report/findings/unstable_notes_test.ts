import assert from "node:assert/strict";
import { summaryRows } from "../rows/summary_rows.ts";
import type { UnstableRow } from "../rows/training_types.ts";
import { closingText } from "../tables/closing_text.ts";
import { summaryTable } from "../tables/summary_table.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { assertWarranted } from "../testing/warranted.ts";
import { nextStep } from "./next_step.ts";
import { unstableNotes, unstableStep } from "./unstable_notes.ts";

const ROW: UnstableRow = {
  recipe: "all-linear",
  seed: 42,
  seeds: 1,
  isPenalised: false,
  step: 1095,
  times: 12.52,
  gradientNorm: 464.7,
};

/** Seeds of a recipe of three, each with one more time the first mean. */
function seeds(...own: readonly number[]): UnstableRow[] {
  return own.map((seed, i) => ({ ...ROW, seed, seeds: 3, times: 4.05 + i, gradientNorm: 9 + i }));
}

function noteOf(unstable: readonly UnstableRow[]): string {
  const notes = unstableNotes({ unstable });
  for (const note of notes) assertWarranted(note);
  return notes.join("\n");
}

Deno.test("unstableNotes() says of one training where it was worst, and what to do", () => {
  assert.equal(noteOf([]), "");
  assert.equal(
    noteOf([ROW]),
    'The training of "all-linear" was unstable: the mean cross entropy of the ten steps up to step 1,095 was ' +
      "12.5 times that of the first ten, and the largest gradient norm was 465. Its changes do not " +
      "show what the recipe does where training is stable: lower its learning rate, and train again.",
  );
  const { gradientNorm: _, ...bare } = ROW;
  assert.match(noteOf([bare]), /times that of the first ten\. Its/);
  assert.match(
    noteOf([{ ...ROW, isPenalised: true }]),
    /lower its learning rate or `klWeight`, and/,
  );
});

Deno.test("unstableNotes() tells the seeds of a recipe in one sentence, and which where not all", () => {
  const range =
    "the mean cross entropy of ten steps in a row rose to between 4.0 and 6.0 times that of the " +
    "first ten, and the largest gradient norm was 11. Their changes do not show what the recipe does";
  assert.ok(
    noteOf(seeds(42, 43, 44)).startsWith(
      `The training of "all-linear" was unstable with each of its 3 seeds: ${range}`,
    ),
    noteOf(seeds(42, 43, 44)),
  );
  assert.match(noteOf(seeds(42, 44)), /unstable with 2 of its 3 seeds \(42 and 44\): the mean/);
  assert.match(
    noteOf(seeds(43)),
    /unstable with 1 of its 3 seeds \(43\): .* up to step 1,095 was 4\.\d times .* norm was 9\.0\. Its/,
  );
  const alike = seeds(42, 43).map((row) => ({ ...row, times: 3 }));
  assert.match(noteOf(alike), /in a row rose to 3\.0 times that/);
});

Deno.test("unstableNotes() tells five recipes one by one, and more of them by number", () => {
  const recipes = (count: number): UnstableRow[] =>
    Array.from({ length: count }, (_, i) => ({ ...ROW, recipe: `r${i}`, times: 3 + i }));
  const five = noteOf(recipes(5));
  assert.equal(five.match(/The training of "r\d" was unstable/g)?.length, 5);
  assert.match(
    five,
    /Their changes do not show what these recipes do .* lower their learning rate,/,
  );
  assert.match(
    noteOf([...recipes(6), ...seeds(42, 43)]),
    /^8 trainings of 7 recipes were unstable: .* rose to between 3\.0 and 8\.0 times .* was 465\. Their/,
  );
  assert.match(unstableStep(recipes(7)), /^The training of "r0", .* "r4" and 2 more recipes was/);
});

Deno.test("a summary says in its answer that a training was unstable, once for all seeds", () => {
  const answer = (unstable: readonly UnstableRow[]): string =>
    summaryTable(SUMMARY, { unstable }).split("### The answer")[1]!.split("### Trade-off")[0]!;
  assert.equal(answer(seeds(42, 43, 44)).split("was unstable").length, 2);
  assert.ok(answer([ROW]).includes(`\n\n${noteOf([ROW])}\n\n`));
  assert.ok(!summaryTable(SUMMARY).includes("unstable"));
});

Deno.test("nextStep() says first that an unstable training is to be done again", () => {
  const rows = summaryRows(SUMMARY);
  const loss = rows.changes.filter(({ measure, group }) => measure === "mmlu" && group === "all")
    .slice(0, 1).map(({ lossExcluded: _, ...row }) => ({ ...row, outcome: "loss", delta: 0.03 }));
  const first =
    '**What to do.** The training of "all-linear" was unstable: lower its learning rate, ' +
    "and train again, before anything else.";
  const say = (changes: typeof loss, unstable: readonly UnstableRow[]): string =>
    nextStep(changes as typeof rows.changes, rows.titles, { scaled: true, unstable });
  assert.ok(say(loss, [ROW]).startsWith(`${first} On MMLU a loss is shown`), say(loss, [ROW]));
  assert.equal(say([], [ROW]), first);
  assert.ok(say(loss, []).startsWith("**What to do.** On MMLU a loss is shown"));
});

Deno.test("closingText() says it of the variants that it is about, and of no others", () => {
  const { recommendation: _, ...rows } = summaryRows(SUMMARY);
  const said = (unstable: UnstableRow): boolean =>
    closingText({ ...rows, unstable: [unstable] }).includes(`${unstable.recipe}" was unstable`);
  const spoken =
    rows.tradeOff.find(({ variant, origin }) =>
      variant === origin.source && origin.seed !== undefined
    )!.origin;
  const row = { ...ROW, recipe: spoken.source, seed: spoken.seed! };
  assert.ok(said(row));
  assert.ok(!said({ ...row, seed: row.seed + 1 }));
  assert.ok(!said({ ...row, recipe: "another" }));
});
