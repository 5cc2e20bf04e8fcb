import assert from "node:assert/strict";
import type { MmluQuestion } from "../mmlu/mod.ts";
import type { MmluSample } from "../runs/mod.ts";
import type { SqlVerdict } from "./judge_samples.ts";
import { answerLetters, type MmluAnswer, summarizeVariants } from "./summarize.ts";

type Hardness = SqlVerdict["hardness"];

/** A verdict of example i; "match" is right in all three readings. */
function verdict(i: number, status: SqlVerdict["status"], hardness: Hardness): SqlVerdict {
  const right = status === "match";
  return {
    id: `dev-${i}`,
    dbId: i < 2 ? "farm" : "music",
    variant: "any",
    hardness,
    finishReason: "stop",
    status,
    official: right,
    assignment: right,
    strict: right,
    sql: "",
    elapsedMs: i,
  };
}

function letter(i: number, category: string, correct: boolean): MmluAnswer {
  return { id: `q-${i}`, subject: `subject ${i % 3}`, category, chosen: 0, correct };
}

const BASE = {
  name: "base",
  verdicts: [
    verdict(0, "match", "easy"),
    verdict(1, "no_sql", "easy"),
    verdict(2, "sql_error", "hard"),
    verdict(3, "mismatch", "hard"),
  ],
  letters: Array.from({ length: 20 }, (_, i) => letter(i, i < 10 ? "STEM" : "Humanities", i < 12)),
};
const TUNED = {
  name: "tuned",
  verdicts: [
    verdict(0, "mismatch", "easy"),
    verdict(1, "match", "easy"),
    verdict(2, "match", "hard"),
    verdict(3, "timeout", "hard"),
  ],
  letters: Array.from({ length: 20 }, (_, i) => letter(i, i < 10 ? "STEM" : "Humanities", i < 8)),
};

Deno.test("summarizeVariants counts cut completions, and those cut inside their reasoning", () => {
  const [first, second, third, fourth] = BASE.verdicts;
  const cut = { finishReason: "length" } as const;
  const verdicts = [
    { ...first!, ...cut },
    { ...second!, ...cut, cutInReasoning: true } as const,
    third!,
    fourth!,
  ];
  const [variant] = summarizeVariants([{ ...BASE, verdicts }]);
  assert.deepEqual([variant!.sql.cut, variant!.sql.cutInReasoning], [2, 1]);
  const [none] = summarizeVariants([BASE]);
  assert.deepEqual([none!.sql.cut, none!.sql.cutInReasoning], [0, 0]);
});

Deno.test("summarizeVariants counts a small case as counted by hand", () => {
  const [base, tuned] = summarizeVariants([BASE, TUNED]);
  assert.equal(base!.versusBase, undefined);
  assert.equal(base!.sql.success, 1);
  assert.equal(base!.sql.failure, 3);
  assert.deepEqual(base!.sql.byStatus, {
    match: 1,
    mismatch: 1,
    no_sql: 1,
    sql_error: 1,
    timeout: 0,
    too_many_rows: 0,
  });
  assert.deepEqual(Object.keys(base!.sql.byHardness), ["easy", "hard"]);
  assert.equal(base!.sql.byHardness.easy!.official.mean, 0.5);
  assert.equal(base!.sql.byHardness.hard!.official.mean, 0);
  assert.equal(base!.sql.clustered!.clusters, 2);
  assert.equal(base!.mmlu.overall.accuracy.mean, 12 / 20);
  assert.equal(base!.mmlu.byCategory.STEM!.accuracy.mean, 1);
  assert.equal(base!.mmlu.byCategory.Humanities!.accuracy.mean, 0.2);

  const { sql, mmlu } = tuned!.versusBase!;
  const { n, difference, gained, lost, mcnemarExactP } = sql.overall.official;
  // two gained, one lost of four: p = 2 * (1 + 3) / 2^3 = 1
  assert.deepEqual({ n, difference, gained, lost, mcnemarExactP }, {
    n: 4,
    difference: 0.25,
    gained: 2,
    lost: 1,
    mcnemarExactP: 1,
  });
  assert.equal(sql.byHardness.easy!.difference, 0);
  assert.equal(sql.byHardness.hard!.difference, 0.5);
  assert.equal(sql.change.kind, "relative");
  assert.equal(sql.change.kind === "relative" && sql.change.mean, 1, "from 1 of 4 to 2 of 4");
  // the eight first stay right, four are lost, none gained: p = 2 / 2^4
  const { difference: overall, change } = mmlu.overall;
  assert.equal(overall.difference, -0.2);
  assert.equal(overall.lost, 4);
  assert.equal(overall.mcnemarExactP, 0.125);
  assert.equal(overall.clustered!.clusters, 3);
  assert.equal(change.kind === "relative" && change.mean.toFixed(6), (-1 / 3).toFixed(6));
  // 2 of 10 lost in each category: p = 0.5 each, by Holm 2 * 0.5
  for (const category of ["STEM", "Humanities"]) {
    const { difference, holmP } = mmlu.byCategory[category]!;
    assert.deepEqual([difference.lost, difference.mcnemarExactP, holmP], [2, 0.5, 1]);
  }
});

Deno.test("summarizeVariants takes no ratio of a base that is at chance or has nothing right", () => {
  const wrong = {
    ...BASE,
    verdicts: BASE.verdicts.map((v, i) => verdict(i, "no_sql", v.hardness)),
  };
  const guessing = BASE.letters.map((answer, i) => ({ ...answer, correct: i % 4 === 0 }));
  const [base, tuned] = summarizeVariants([{ ...wrong, letters: guessing }, TUNED]);
  assert.equal(base!.mmlu.overall.accuracy.mean, 0.25);
  assert.equal(base!.mmlu.overall.chance.above, false);
  assert.deepEqual(tuned!.versusBase!.sql.change, { kind: "base_zero" });
  assert.deepEqual(tuned!.versusBase!.mmlu.overall.change, { kind: "at_chance" });
  assert.equal(tuned!.versusBase!.sql.overall.official.gained, 2);
});

Deno.test("summarizeVariants pairs by id, not by place, and refuses ids that do not align", () => {
  const turned = {
    ...TUNED,
    verdicts: TUNED.verdicts.toReversed(),
    letters: TUNED.letters.toReversed(),
  };
  const versus = (other: typeof TUNED): unknown => summarizeVariants([BASE, other])[1]!.versusBase;
  assert.deepEqual(versus(turned), versus(TUNED));
  const fewer = { ...TUNED, verdicts: TUNED.verdicts.slice(1) };
  assert.throws(() => versus(fewer), /only in base: dev-0/);
  const other = { ...TUNED, letters: [...TUNED.letters.slice(1), letter(99, "STEM", true)] };
  assert.throws(() => versus(other), /only in base: q-0; only in tuned: q-99/);
  assert.throws(() => summarizeVariants([]), /without answers/);
});

Deno.test("summarizeVariants leaves clusters out where there is only one", () => {
  const one = { ...BASE, verdicts: BASE.verdicts.slice(0, 2) };
  const [base, tuned] = summarizeVariants([one, {
    ...TUNED,
    verdicts: TUNED.verdicts.slice(0, 2),
  }]);
  assert.equal(base!.sql.clustered, undefined);
  assert.equal(tuned!.versusBase!.sql.overall.official.clustered, undefined);
});

Deno.test("answerLetters takes the most probable letter, the first on a tie, whatever the order", () => {
  const question = (i: number, answer: 0 | 1 | 2 | 3): MmluQuestion => ({
    id: `q-${i}`,
    subject: "astronomy",
    category: "STEM",
    question: "?",
    choices: ["a", "b", "c", "d"],
    answer,
  });
  const sample = (i: number, logProbs: MmluSample["logProbs"]): MmluSample => ({
    key: "0".repeat(64),
    id: `q-${i}`,
    subject: "astronomy",
    category: "STEM",
    variant: "base",
    promptHash: "0".repeat(64),
    promptTokens: 1,
    logProbs,
  });
  const questions = [question(0, 2), question(1, 1), question(2, 3)];
  const samples = [
    sample(2, [-1, -1, -1, -1]),
    sample(0, [-3, -2, -1, -4]),
    sample(1, [-3, -1, -1, -4]),
  ];
  const answers = answerLetters(questions, samples);
  assert.deepEqual(answers.map(({ id, chosen, correct }) => [id, chosen, correct]), [
    ["q-0", 2, true],
    ["q-1", 1, true],
    ["q-2", 0, false],
  ]);
  assert.throws(() => answerLetters(questions, samples.slice(1)), /only in base: q-2/);
});
