import "./_no_upload.ts";
import { AssertionError } from "node:assert";
import type { LLMTestCase, metrics } from "deepeval";

/**
 * Measures a test case by every metric and fails unless all succeed: what `assert_test` is in
 * Python's DeepEval and the npm package lacks. For use inside of `Deno.test`.
 *
 * @throws {AssertionError} If a metric does not succeed; it names each with its score and reason.
 *
 * @example
 * ```ts ignore
 * Deno.test("the model counts cities", async () => {
 *   await using metric = new ExecutionAccuracyMetric({ dbPath: "world_1.sqlite" });
 *   await assertTest(testCase, [metric]);
 * });
 * ```
 */
export async function assertTest(
  testCase: LLMTestCase,
  list: readonly metrics.BaseMetric[],
): Promise<void> {
  const failures: string[] = [];
  for (const metric of list) {
    // A fault of the harness ends the test with its own error.
    await metric.measure(testCase);
    if (!metric.isSuccessful()) {
      failures.push(
        `${metric.name} (score: ${metric.score}, threshold: ${metric.threshold}, ` +
          `reason: ${metric.reason})`,
      );
    }
  }
  if (failures.length > 0) {
    throw new AssertionError({ message: `Metrics failed: ${failures.join("; ")}` });
  }
}
