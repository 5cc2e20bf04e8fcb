import assert from "node:assert/strict";
import fc from "fast-check";
import { assertNear } from "./testing/from_counts.ts";
import { letterHabit } from "./letter_habit.ts";
import { letterPrior } from "./testing/letter_prior.ts";
import { pcg32 } from "./pcg32.ts";
import { priorFreeChoices } from "./prior_free_choices.ts";
import { rightLetterProbabilities } from "./right_letter_probabilities.ts";

const LOG_PROBS = fc.array(
  fc.array(fc.double({ min: -20, max: 0, noNaN: true }), { minLength: 2, maxLength: 3 }),
  { minLength: 1, maxLength: 12 },
);

Deno.test("priorFreeChoices() leaves each question out of its own prior, as a slow twin does", () => {
  fc.assert(
    fc.property(LOG_PROBS, (logProbs) => {
      priorFreeChoices(logProbs).forEach(({ scores, choice }, i) => {
        const row = logProbs[i]!;
        const others = logProbs.filter((other, j) => j !== i && other.length === row.length);
        const prior = others.length === 0 ? row.map(() => 1 / row.length) : letterPrior(others);
        const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
        row.forEach((x, l) =>
          assertNear(scores[l]!, x - total - Math.log(prior[l]!), `${i}`, 1e-8)
        );
        assert.equal(scores[choice], Math.max(...scores));
      });
    }),
    { seed: 1 },
  );
});

Deno.test("priorFreeChoices() finds what is known under a habit, and letterHabit() names the habit", () => {
  const random = pcg32(3);
  const gold = Array.from({ length: 300 }, (_, i) => i % 4);
  const answers = (habit: number): { raw: boolean[]; priorFree: boolean[] } => {
    const logProbs = gold.map((right) =>
      [0, 1, 2, 3].map((l) => (l === right ? 1.5 : 0) + (l === 2 ? habit : 0) + random())
    );
    const raw = logProbs.map((row, i) => row.indexOf(Math.max(...row)) === gold[i]);
    const priorFree = priorFreeChoices(logProbs).map(({ choice }, i) => choice === gold[i]);
    return { raw, priorFree };
  };
  const share = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;
  const base = answers(0);
  const tuned = answers(2);
  assert.ok(share(base.raw) > 0.95 && share(tuned.raw) < 0.7 && share(tuned.priorFree) > 0.95);
  const found = letterHabit(base, tuned);
  assert.deepEqual([found.habitShown, found.disagree], [true, true]);
  assertNear(found.raw.difference, found.priorFree.difference + found.habit.difference);
});

Deno.test("letterHabit() finds none where the prior changes nothing", () => {
  const right = Array.from({ length: 80 }, (_, i) => i % 3 === 0);
  const answers = { raw: right, priorFree: right };
  const { habitShown, disagree } = letterHabit(answers, answers);
  assert.deepEqual([habitShown, disagree], [false, false]);
  assert.throws(() => letterHabit(answers, { raw: right, priorFree: [true] }), RangeError);
});

Deno.test("priorFreeChoices() is finite where a letter is never likely", () => {
  const [first] = priorFreeChoices([[0, -2000], [0, -2000]]);
  assert.ok(first!.scores.every(Number.isFinite));
  assert.equal(priorFreeChoices([[-1, -2]])[0]!.choice, 0);
  assert.deepEqual(priorFreeChoices([]), []);
});

Deno.test("letters of questions refuse what is not finite, not there or of another number", () => {
  assert.throws(() => priorFreeChoices([[0, NaN]]), RangeError);
  assert.throws(() => letterPrior([[0, 1], [0, 1, 2]]), /current numbers are 2, 3/);
  assert.throws(() => letterPrior([]), RangeError);
  assert.throws(() => rightLetterProbabilities([[0, 0]], [2]), /among 2 options/);
  assert.throws(() => rightLetterProbabilities([[0, 0]], []), RangeError);
  assert.throws(() => rightLetterProbabilities([[]], [0]), RangeError);
});
