import assert from "node:assert/strict";
import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { MmluSample } from "../../runs/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import { answerLetters, type MmluAnswer } from "../answers/letters.ts";
import { NO_ANSWERS } from "../measures/measures.ts";
import { judgedAlike, type VariantAnswers } from "./answers.ts";
import { compareVariants } from "./compare_variants.ts";
import { scoreMmlu } from "./score_mmlu.ts";
import { scoreProse } from "./score_prose.ts";
import { scoreSql } from "./score_sql.ts";

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
    ...(status === "sql_error" ? { errorClass: "syntax" } as const : {}),
    ...(status === "mismatch" ? { errorClass: "join" } as const : {}),
    sql: "",
    elapsedMs: i,
  };
}

/** An answer whose letter has half of the probability, the others a sixth each. */
function letter(i: number, chosen: number, answer: number): MmluAnswer {
  const logProbs = [0, 1, 2, 3].map((at) => Math.log(at === chosen ? 1 / 2 : 1 / 6));
  return {
    id: `q-${i}`,
    subject: `subject ${i % 3}`,
    category: i < 10 ? "STEM" : "Humanities",
    answer,
    chosen,
    correct: chosen === answer,
    logProbs,
  };
}

const BASE: VariantAnswers = {
  ...NO_ANSWERS,
  name: "base",
  origin: { source: "base" },
  verdicts: [
    verdict(0, "match", "easy"),
    verdict(1, "no_sql", "easy"),
    verdict(2, "sql_error", "hard"),
    verdict(3, "mismatch", "hard"),
  ],
  letters: Array.from({ length: 20 }, (_, i) => letter(i, i % 4, i < 12 ? i % 4 : (i + 1) % 4)),
  prose: [0, 1, 2, 3].map((i) => ({
    id: `p${i}`,
    kind: i < 2 ? "narrative" : "code",
    topic: `t${i}`,
    tokens: 10,
    nats: 20 + i,
  })),
};

/** The base model with eight right answers moved to C, and worse on every passage by 0.1 a token. */
const TUNED: VariantAnswers = {
  ...NO_ANSWERS,
  name: "qv",
  origin: { source: "qv", scale: 1, seed: 42 },
  verdicts: [
    verdict(0, "mismatch", "easy"),
    verdict(1, "match", "easy"),
    verdict(2, "match", "hard"),
    verdict(3, "timeout", "hard"),
  ],
  letters: BASE.letters.map(({ answer, chosen }, i) => letter(i, i < 8 ? 2 : chosen, answer)),
  prose: BASE.prose.map((score, i) => ({ ...score, nats: score.nats + 1 + i / 10 })),
};

Deno.test("scoreSql() counts a small case as counted by hand", () => {
  const sql = scoreSql(BASE.verdicts);
  assert.deepEqual([sql.success, sql.failure], [1, 3]);
  assert.deepEqual(sql.byStatus, {
    match: 1,
    mismatch: 1,
    no_sql: 1,
    sql_error: 1,
    timeout: 0,
    too_many_rows: 0,
  });
  assert.deepEqual(sql.byClass, { join: 1, syntax: 1 });
  const { parses, runs, right } = sql.funnel;
  assert.deepEqual([parses, runs, right].map(({ successes }) => successes), [2, 2, 1]);
  assert.deepEqual(Object.keys(sql.byHardness), ["easy", "hard"]);
  assert.equal(sql.byHardness.easy!.official.mean, 0.5);
  assert.equal(sql.clustered!.clusters, 2);
});

Deno.test("scoreSql() counts cut completions, and those cut inside their reasoning", () => {
  const [first, second, ...rest] = BASE.verdicts;
  const cut = { finishReason: "length" } as const;
  const verdicts = [
    { ...first!, ...cut },
    { ...second!, ...cut, cutInReasoning: true } as const,
    ...rest,
  ];
  assert.deepEqual([scoreSql(verdicts).cut, scoreSql(verdicts).cutInReasoning], [2, 1]);
});

Deno.test("scoreMmlu() tells accuracy, letters, and what is left without the letter prior", () => {
  const { overall, byCategory, letters } = scoreMmlu(BASE.letters);
  assert.equal(overall.accuracy.mean, 12 / 20);
  assert.equal(overall.chance.chance, 1 / 4);
  assert.equal(byCategory.STEM!.accuracy.mean, 1);
  assert.equal(byCategory.Humanities!.accuracy.mean, 2 / 10);
  assert.deepEqual(letters!.letters.chosen, [5, 5, 5, 5]);
  // 12 have the right letter at 1/2, 8 at 1/6
  assert.ok(Math.abs(letters!.rightProbability - (12 / 2 + 8 / 6) / 20) < 1e-12);
  assert.equal(letters!.calibration!.n, 20);
  const tuned = scoreMmlu(TUNED.letters).letters!;
  assert.deepEqual(tuned.letters.chosen, [3, 3, 11, 3]);
});

Deno.test("scoreMmlu() says nothing of letters where their probabilities were not kept", () => {
  const bare = BASE.letters.map((answer) => ({ ...answer, logProbs: [] }));
  assert.equal(scoreMmlu(bare).letters, undefined);
  assert.equal(scoreMmlu(bare).overall.accuracy.mean, 12 / 20);
  assert.equal(scoreMmlu(bare).overall.chance.chance, 1 / 4);
});

Deno.test("scoreMmlu() guesses one of as many letters as a question has", () => {
  const five = BASE.letters.map((answer, i) =>
    i < 10 ? answer : { ...answer, logProbs: [...answer.logProbs, -5] }
  );
  const { chance } = scoreMmlu(five).overall.chance;
  assert.ok(Math.abs(chance - (1 / 4 + 1 / 5) / 2) < 1e-12, `${chance}`);
});

Deno.test("scoreProse() weighs passages alike", () => {
  const { nats, byKind, tokens } = scoreProse(BASE.prose);
  assert.equal(tokens, 40);
  assert.ok(Math.abs(nats - 2.15) < 1e-12);
  assert.deepEqual(Object.keys(byKind), ["narrative", "code"]);
});

Deno.test("compareVariants() counts flips by hand, with words that both intervals allow", () => {
  const { sql, mmlu, prose } = compareVariants(BASE, TUNED);
  const { evidence, verdict: said, midP, percent } = sql!.overall.official;
  assert.deepEqual([evidence.n, evidence.gained, evidence.lost], [4, 2, 1]);
  assert.equal(said.outcome, "no_difference_shown");
  // two gained and one lost: twice P(X <= 1 of 3) less P(X = 1 of 3)
  assert.equal(midP, 2 * (4 / 8) - 3 / 8);
  assert.equal(percent!.change, 1);
  assert.deepEqual([sql!.runs.evidence.gained, sql!.runs.evidence.lost], [2, 1]);
  const moves = sql!.flips.rows.map(({ from, to }) => `${from} > ${to}`).sort();
  assert.deepEqual(moves, ["join > timeout", "no_sql > right", "right > join", "syntax > right"]);

  // of the first eight, all right before, A, B and D lose theirs to C: six
  assert.deepEqual(
    [mmlu!.overall.evidence.gained, mmlu!.overall.evidence.lost],
    [0, 6],
  );
  const { flips, habit, priorFree } = mmlu!.letters!;
  assert.equal(flips.moved, 6);
  assert.equal(flips.largestTargetShare, 1);
  assert.deepEqual(flips.rows.map(({ from, to }) => from + to).sort(), ["AC", "BC", "DC"]);
  const parts = priorFree.evidence.difference + habit.evidence.difference;
  assert.ok(Math.abs(parts - mmlu!.overall.evidence.difference) < 1e-12);

  assert.ok(Math.abs(prose!.overall.evidence.difference - 0.115) < 1e-12);
  assert.equal(prose!.overall.verdict.outcome, "loss");
  assert.deepEqual(Object.keys(prose!.byKind), ["narrative", "code"]);
});

Deno.test("compareVariants() compares what both were asked, and only that", () => {
  const none = NO_ANSWERS;
  assert.deepEqual(compareVariants({ ...BASE, ...none }, { ...TUNED, ...none }), {});
  const shots = { ...BASE, byShots: { "3": TUNED.verdicts } };
  const { sql } = compareVariants(shots, { ...TUNED, byShots: { "3": BASE.verdicts } });
  const { gained, lost } = sql!.byShots!["3"]!.evidence;
  assert.deepEqual([gained, lost], [1, 2]);
});

Deno.test("compareVariants() gives no word to one cluster", () => {
  const one = (answers: VariantAnswers): VariantAnswers => ({
    ...answers,
    letters: answers.letters.map((answer) => ({ ...answer, subject: "one" })),
  });
  const { mmlu } = compareVariants(one(BASE), one(TUNED));
  assert.equal(mmlu!.overall.verdict.outcome, "no_difference_shown");
  assert.equal(mmlu!.overall.verdict.ci95, undefined);
});

Deno.test("compareVariants() says nothing of the letters of one question alone", () => {
  const one = (answers: VariantAnswers): VariantAnswers => ({
    ...answers,
    letters: answers.letters.slice(0, 1),
  });
  const { mmlu } = compareVariants(one(BASE), one(TUNED));
  assert.equal(mmlu!.overall.evidence.n, 1);
  assert.equal(mmlu!.letters, undefined);
});

Deno.test("judgedAlike() leaves out for all what could not be judged for one, under any prompt", () => {
  const unjudged = [
    { id: "dev-1", dbId: "farm", status: "gold_failed", message: "no such table" } as const,
  ];
  const [base, tuned] = judgedAlike([{ ...BASE, byShots: { "3": BASE.verdicts } }, {
    ...TUNED,
    unjudged,
  }]);
  assert.equal(base!.verdicts.length, 3);
  assert.equal(base!.byShots!["3"]!.length, 3);
  assert.deepEqual(tuned!.verdicts.map(({ id }) => id), ["dev-0", "dev-2", "dev-3"]);
});

Deno.test("answerLetters() takes the highest log-probability, the first on a tie", () => {
  const question = (id: string): MmluQuestion => ({
    id,
    subject: "s",
    category: "STEM",
    question: "?",
    choices: ["a", "b", "c", "d"],
    answer: 1,
  });
  const sample = (id: string, logProbs: number[]): MmluSample => ({
    key: id,
    id,
    subject: "s",
    category: "STEM",
    variant: "base",
    promptHash: "0",
    promptTokens: 1,
    logProbs,
  });
  const answers = answerLetters(
    [question("a"), question("b")],
    [sample("b", [-9, -1, -1, -3]), sample("a", [-1, -2, -3, -4])],
    new Map([["b", null]]),
  );
  assert.deepEqual(answers.map(({ chosen, correct }) => [chosen, correct]), [[0, false], [
    1,
    true,
  ]]);
  assert.deepEqual(answers.map(({ written }) => written), [undefined, null]);
});
