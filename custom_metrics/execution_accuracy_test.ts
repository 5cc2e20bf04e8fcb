import assert from "node:assert/strict";
import process from "node:process";
import { evaluate, LLMTestCase, metrics } from "deepeval";
import { GoldQueryError } from "../lib/sql/mod.ts";
import { type MetricCase, metricFixture } from "./_cases.ts";
import { assertTest } from "./assert_test_case.ts";
import {
  ASSIGNMENT_SUCCESS_SCORE,
  executionAccuracy,
  ExecutionAccuracyMetric,
} from "./execution_accuracy.ts";

const TIMEOUT_MS = 500;

function testCaseOf(item: MetricCase): LLMTestCase {
  return new LLMTestCase({
    name: item.name,
    input: item.input,
    actualOutput: item.actual_output,
    expectedOutput: item.expected_output,
  });
}

for (const mode of ["official", "assignment", "strict"] as const) {
  Deno.test(`ExecutionAccuracyMetric scores every fixture case in the ${mode} reading`, async (test) => {
    using fixture = metricFixture();
    await using metric = new ExecutionAccuracyMetric({
      dbPath: fixture.dbPath,
      mode,
      timeoutMs: TIMEOUT_MS,
    });
    assert.ok(fixture.cases.length >= 12);
    for (const item of fixture.cases) {
      await test.step(item.name, async () => {
        const score = await metric.measure(testCaseOf(item));
        assert.equal(score, item[mode] ? 1.8 : 0);
        assert.equal(metric.score, score);
        assert.equal(metric.success, item[mode]);
        assert.equal(metric.isSuccessful(), item[mode]);
        assert.equal(metric.verdict?.status, item.status);
        assert.ok((metric.reason ?? "").length > 0);
        assert.equal(metric.error, undefined);
      });
    }
  });
}

Deno.test("ExecutionAccuracyMetric is a BaseMetric of DeepEval with the assignment's score", async () => {
  await using metric = new ExecutionAccuracyMetric({ dbPath: "unused" });
  assert.ok(metric instanceof metrics.BaseMetric);
  assert.equal(metric.name, "Execution Accuracy");
  assert.equal(ASSIGNMENT_SUCCESS_SCORE, 1.8);
  assert.equal(metric.threshold, 1.8);
});

Deno.test("ExecutionAccuracyMetric takes another score for a match", async () => {
  using fixture = metricFixture();
  await using metric = new ExecutionAccuracyMetric({ dbPath: fixture.dbPath, successScore: 1 });
  assert.equal(await metric.measure(testCaseOf(fixture.cases[0]!)), 1);
  assert.throws(() => new ExecutionAccuracyMetric({ dbPath: "x", successScore: 0 }), RangeError);
});

Deno.test("ExecutionAccuracyMetric finds the database of each test case", async () => {
  using fixture = metricFixture();
  await using metric = new ExecutionAccuracyMetric({
    dbPath: (testCase) => testCase.additionalMetadata?.db as string,
  });
  const testCase = testCaseOf(fixture.cases[0]!);
  testCase.additionalMetadata = { db: fixture.dbPath };
  assert.equal(await metric.measure(testCase), 1.8);
});

Deno.test("ExecutionAccuracyMetric throws for a gold that fails, and scores nothing", async () => {
  using fixture = metricFixture();
  await using metric = new ExecutionAccuracyMetric({ dbPath: fixture.dbPath });
  await metric.measure(testCaseOf(fixture.cases[0]!));
  const broken = testCaseOf({ ...fixture.cases[0]!, expected_output: "SELECT nothing" });
  await assert.rejects(metric.measure(broken), GoldQueryError);
  assert.equal(metric.score, undefined);
  assert.equal(metric.isSuccessful(), false);
  assert.match(metric.error ?? "", /gold statement/);
  // The error of one test case does not outlive it.
  assert.equal(await metric.measure(testCaseOf(fixture.cases[0]!)), 1.8);
  assert.equal(metric.error, undefined);
});

Deno.test("executionAccuracy() is passes / n and never the mean score", async () => {
  using fixture = metricFixture();
  await using metric = new ExecutionAccuracyMetric({
    dbPath: fixture.dbPath,
    timeoutMs: TIMEOUT_MS,
  });
  const results: { success: boolean; score: number }[] = [];
  for (const item of fixture.cases) {
    const score = await metric.measure(testCaseOf(item));
    results.push({ success: metric.isSuccessful(), score });
  }
  const passes = fixture.cases.filter((item) => item.assignment).length;
  const n = fixture.cases.length;
  assert.deepEqual(executionAccuracy(results), { passes, n, accuracy: passes / n });
  const mean = results.reduce((sum, { score }) => sum + score, 0) / n;
  assert.ok(Math.abs(mean - passes / n) > 0.1);
});

Deno.test("assertTest() passes on a match and names the metric, score and reason otherwise", async () => {
  using fixture = metricFixture();
  await using metric = new ExecutionAccuracyMetric({ dbPath: fixture.dbPath });
  await assertTest(testCaseOf(fixture.cases[0]!), [metric]);
  const wrong = fixture.cases.find((item) => item.name === "another value")!;
  await assert.rejects(assertTest(testCaseOf(wrong), [metric]), (error: Error) => {
    assert.equal(error.name, "AssertionError");
    assert.match(error.message, /Execution Accuracy \(score: 0, threshold: 1\.8, reason: mismatch/);
    return true;
  });
});

Deno.test("evaluate() of DeepEval runs the metric and uploads nothing, key or not", async () => {
  using fixture = metricFixture();
  await using metric = new ExecutionAccuracyMetric({ dbPath: fixture.dbPath });
  assert.equal(process.env.DEEPEVAL_TELEMETRY_OPT_OUT, "1");
  const result = await evaluate(
    fixture.cases.slice(0, 3).map(testCaseOf),
    [metric],
    { displayConfig: { showIndicator: false, printResults: false } },
  );
  assert.deepEqual(result.testResults.map((item) => item.success), [true, true, true]);
  assert.equal(result.confidentLink, null);
});

Deno.test("the metric opens no connection even with a Confident key in the environment", async () => {
  // In a process without network permission an upload would be reported as a failure.
  const script = `
    import { evaluate, LLMTestCase } from "deepeval";
    import { ExecutionAccuracyMetric } from "./execution_accuracy.ts";
    import { metricFixture } from "./_cases.ts";
    using fixture = metricFixture();
    await using metric = new ExecutionAccuracyMetric({ dbPath: fixture.dbPath });
    const { input, actual_output, expected_output } = fixture.cases[0];
    const testCase = new LLMTestCase({ input, actualOutput: actual_output, expectedOutput: expected_output });
    const result = await evaluate([testCase], [metric], {
      displayConfig: { showIndicator: false, printResults: false },
    });
    console.log(JSON.stringify([result.testResults[0].success, result.confidentLink]));
  `;
  const path = new URL("./_generated_no_network.ts", import.meta.url);
  Deno.writeTextFileSync(path, script);
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-sys",
        "--allow-run",
        "--allow-ffi",
        "--deny-net",
        path.href,
      ],
      env: { CONFIDENT_API_KEY: "confident_us_this_is_no_key" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    assert.equal(text, "");
    assert.equal(new TextDecoder().decode(stdout), "[true,null]\n");
  } finally {
    Deno.removeSync(path);
  }
});
