import assert from "node:assert/strict";
import { LLMTestCase } from "deepeval";
import { fromRoot } from "../lib/ground/mod.ts";
import { READINGS } from "../lib/sql/mod.ts";
import { ExecutionAccuracyMetric } from "./execution_accuracy.ts";
import { studyAnswers } from "./study_answers.ts";

Deno.test("ExecutionAccuracyMetric says of a tuned variant's recorded answers what their study has", async () => {
  const answers = await studyAnswers(fromRoot("results/recorded/sample"));
  assert.equal(answers.length, 5 * 154);
  const tuned = answers.filter(({ variant }) => variant === "all-linear-lr2e-3");
  assert.equal(tuned.length, 154);
  await using metric = new ExecutionAccuracyMetric({
    dbPath: (testCase) => testCase.additionalMetadata?.db as string,
    timeoutMs: answers[0]!.timeoutMs,
  });
  for (const { id, question, gold, dbPath, statement, recorded } of tuned) {
    const testCase = new LLMTestCase({
      name: id,
      input: question,
      actualOutput: statement,
      expectedOutput: gold,
    });
    testCase.additionalMetadata = { db: dbPath };
    await metric.measure(testCase);
    const keys = ["status", ...READINGS] as const;
    const got = Object.fromEntries(keys.map((key) => [key, metric.verdict![key as "status"]]));
    assert.deepEqual(got, recorded, id);
    assert.equal(metric.isSuccessful(), recorded.assignment);
  }
});

Deno.test("studyAnswers() refuses in one line what it cannot read", async () => {
  const refused = async (study: string, message: RegExp): Promise<void> =>
    await assert.rejects(studyAnswers(study), { name: "UsageError", message });
  await refused("no_study", /no study of that name/);
  await refused(fromRoot("results/recorded/qwen_coder_0_5b_pilot"), /no summary\.json/);
});
