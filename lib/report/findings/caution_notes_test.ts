import assert from "node:assert/strict";
import { summaryTable } from "../tables/summary_table.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { fewAnswersNotes, guessingNotes } from "./caution_notes.ts";
import { tradeOffFinding } from "./trade_off_finding.ts";

/** The made-up study with so much of multiple choice right by the base model. */
function withBase(mean: number, shown = true, chance = 0.25): typeof STUDY {
  return {
    ...STUDY,
    accuracy: STUDY.accuracy.map((row) =>
      row.measure === "mmlu" && row.variant === "base" && row.group === "all"
        ? { ...row, mean }
        : row
    ),
    chance: STUDY.chance.map((row) => ({ ...row, chance, shown, pValue: 0.22 })),
  };
}

Deno.test("guessingNotes() says what little a base model has above guessing, under ten points", () => {
  assert.deepEqual(guessingNotes(withBase(0.3501)), []);
  const [note] = guessingNotes(withBase(0.269));
  assert.equal(
    note,
    "On MMLU the base model has 26.9 % right, where guessing gives 25.0 % and always B 26.8 %: " +
      "a change there is to be read beside so little.",
  );
  assert.ok(tradeOffFinding(withBase(0.269)).includes(note!));
});

Deno.test("guessingNotes() finds ten points above guessing where ten are printed", () => {
  for (const [mean, chance] of [[0.35, 0.25], [0.6, 0.5], [0.2, 0.1], [0.34951, 0.25]] as const) {
    assert.deepEqual(guessingNotes(withBase(mean, true, chance)), []);
  }
  assert.match(
    guessingNotes(withBase(0.6 - 0.001, true, 0.5))[0]!,
    /59\.9 % .* 50\.0 %.* beside so little/,
  );
});

Deno.test("guessingNotes() calls no model a guessing one where none is shown to be above it", () => {
  assert.deepEqual(guessingNotes(withBase(0.24, false)), [
    "On MMLU the base model has 24.0 % right, where guessing gives 25.0 % and always B 26.8 %, and " +
    "is not shown to be above guessing (p = 0.220): where no change is shown there, that says " +
    "little of what the model knew.",
  ]);
  const [without] = guessingNotes({ ...withBase(0.269), letters: [] });
  assert.match(without!, /where guessing gives 25\.0 %: a change/);
  assert.deepEqual(guessingNotes({ ...STUDY, accuracy: [], chance: [] }), []);
});

Deno.test("fewAnswersNotes() tells of general records that are a few answers again and again", () => {
  const row = { recipe: "replay", records: 946 };
  assert.deepEqual(fewAnswersNotes({ general: [row, { ...row, answers: 30 }] }), []);
  const [one, some] = fewAnswersNotes({
    general: [{ ...row, answers: 1 }, { ...row, answers: 29 }],
  });
  assert.match(
    one!,
    /^The 946 general records of an epoch of "replay" are drawn from 1 answer of the base model alone:/,
  );
  assert.match(some!, /drawn from 29 answers of/);
});

Deno.test("fewAnswersNotes() tells of one record and of one recipe's seeds in one sentence each", () => {
  const seeds = ["replay", "replay#43", "replay#44"].map((recipe) => (
    { recipe, records: 946, answers: 1 }
  ));
  assert.deepEqual(
    fewAnswersNotes({ general: [...seeds, { recipe: "anchor", records: 3, answers: 2 }] }),
    [
      'The 946 general records of an epoch of "replay", "replay#43" and "replay#44" are drawn from ' +
      "1 answer of the base model alone: the other prompts had none that could be used " +
      "(training_data.json). They do not show what general records do.",
      'The 3 general records of an epoch of "anchor" are drawn from 2 answers of the base model ' +
      "alone: the other prompts had none that could be used (training_data.json). It does not " +
      "show what general records do.",
    ],
  );
});

Deno.test("fewAnswersNotes() says of general records that are few that they are, not that answers were", () => {
  const note = (records: number): string[] =>
    fewAnswersNotes({ general: [{ recipe: "kl_10", records, answers: records }] });
  assert.deepEqual(note(2), [
    'The 2 general records of an epoch of "kl_10" are all that its share of so few training ' +
    "examples gives. It does not show what general records do.",
  ]);
  assert.match(note(1)[0]!, /^The 1 general record of an epoch of "kl_10" is all that its share/);
});

Deno.test("a summary has the note on few answers in its answer, once for all seeds of a recipe", () => {
  const [settings] = Object.values(SUMMARY.provenance.adapterSettings);
  const general = { replay: 9, anchor: 0, of: 90, answers: 2 };
  const adapterSettings = Object.fromEntries(
    ["all-linear", "all-linear#43"].map((name) => [name, { ...settings!, general }]),
  );
  const text = summaryTable({
    ...SUMMARY,
    provenance: { ...SUMMARY.provenance, adapterSettings },
  });
  const answer = text.split("### The answer")[1]!.split("### Trade-off")[0]!;
  assert.equal(answer.split('"all-linear" and "all-linear#43" are drawn from 2 answers').length, 2);
  assert.equal(answer.split("are drawn from").length, 2);
});

Deno.test("a summary has the note on few answers of the parents of an average", () => {
  const { provenance } = SUMMARY;
  const [settings] = Object.values(provenance.adapterSettings);
  const parent = { name: "seed_42", sha256: "0".repeat(64) };
  const averageOf = [
    { ...parent, general: { replay: 946, anchor: 0, of: 9457, answers: 1 } },
    { ...parent, name: "seed_43" },
  ];
  const adapterSettings = { mean: { ...settings!, averageOf } };
  assert.match(
    summaryTable({ ...SUMMARY, provenance: { ...provenance, adapterSettings } }),
    /epoch of "seed_42, averaged in mean" are drawn from 1 answer of the base model alone/,
  );
});
