import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { readAnswers } from "../results/read_answers.ts";
import { MEASURES } from "../measures/measures.ts";
import { compareRepetition } from "./compare_repetition.ts";

const RECORDED = readAnswers(`${fromRoot("results/recorded/sample")}::base`, assert.fail);

/** The recorded answers, so many of them other ones. */
function answeredAgain(others: { readonly sql: number; readonly mmlu: number }): VariantAnswers {
  return {
    ...RECORDED,
    verdicts: RECORDED.verdicts.map((one, i) =>
      i < others.sql ? { ...one, official: !one.official } : one
    ),
    letters: RECORDED.letters.map((one, i) =>
      i < others.mmlu ? { ...one, chosen: one.chosen + 1 } : one
    ),
  };
}

Deno.test("compareRepetition() takes a repetition for one as long as no measure has too few answers again", () => {
  const most = {
    sql: Math.floor((1 - MEASURES.sql.minSame!) * RECORDED.verdicts.length),
    mmlu: Math.floor((1 - MEASURES.mmlu.minSame!) * RECORDED.letters.length),
  };
  assert.deepEqual(most, { sql: 3, mmlu: 1 });
  const isRepeated = (others: typeof most): boolean =>
    compareRepetition(RECORDED, answeredAgain(others)).repeated;
  assert.equal(isRepeated(most), true);
  assert.equal(isRepeated({ ...most, sql: most.sql + 1 }), false);
  assert.equal(isRepeated({ ...most, mmlu: most.mmlu + 1 }), false);
});

Deno.test("compareRepetition() counts what came again, names what did not, and has both values", () => {
  const { rows } = compareRepetition(RECORDED, answeredAgain({ sql: 2, mmlu: 0 }));
  const [sql, mmlu, prose] = rows.map(({ n, same, different }) => [n, same, different]);
  assert.deepEqual(sql, [154, 152, RECORDED.verdicts.slice(0, 2).map(({ id }) => id)]);
  assert.deepEqual([mmlu, prose], [[150, 150, []], [75, 75, []]]);
  const right = RECORDED.verdicts.filter(({ official }) => official).length;
  const turned = RECORDED.verdicts.slice(0, 2).map(({ official }) => official ? -1 : 1);
  assert.equal(rows[0]!.recorded, right / 154);
  assert.equal(rows[0]!.repeated, turned.reduce((sum, one) => sum + one, right) / 154);
});

Deno.test("compareRepetition() compares no answers to other questions", () => {
  const fewer = { ...RECORDED, letters: RECORDED.letters.slice(1) };
  assert.throws(() => compareRepetition(RECORDED, fewer), { name: "RangeError" });
});

Deno.test("compareRepetition() counts a question that could not be judged once for neither time", () => {
  const [first, ...rest] = RECORDED.verdicts;
  const { id, dbId } = first!;
  const unjudged = [{ id, dbId, status: "gold_failed" as const, message: "gold ran too long" }];
  const without = { ...RECORDED, verdicts: rest, unjudged };
  for (const [then, again] of [[without, RECORDED], [RECORDED, without]] as const) {
    const [sql] = compareRepetition(then, again).rows;
    assert.deepEqual([sql!.n, sql!.same], [153, 153]);
  }
});
