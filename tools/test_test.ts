import assert from "node:assert/strict";
import { countTests, runSuite } from "./test.ts";

/** A suite that prints a text and ends with a code. */
function suite(text: string, code: number, noneFound?: number): ReturnType<typeof runSuite> {
  const program = `console.log(${JSON.stringify(text)}); Deno.exit(${code});`;
  const args = ["eval", "--no-lock", program];
  const found = noneFound === undefined ? {} : { noneFound };
  return runSuite({ title: "a suite", command: Deno.execPath(), args, ...found }, () => {});
}

Deno.test("countTests reads the last line of Deno's tests", () => {
  for (
    const [line, counts] of [
      ["ok | 12 passed | 0 failed (3s)", [12, 0, 0]],
      ["ok | 1 passed (4 steps) | 0 failed | 2 ignored | 7 filtered out (3m37s)", [1, 0, 2]],
      ["FAILED | 28 passed (3 steps) | 5 failed (1 step) | 1 ignored (7s)", [28, 5, 1]],
      ["ok | 0 passed | 0 failed (0ms)", [0, 0, 0]],
    ] as const
  ) {
    const [passed, failed, skipped] = counts;
    assert.deepEqual(countTests(`a test ... ok (1ms)\n\n${line}\n\n`), { passed, failed, skipped });
  }
});

Deno.test("countTests reads the last line of pytest, with and without its frame", () => {
  for (
    const [line, counts] of [
      ["33 passed in 43.65s", [33, 0, 0]],
      ["2 failed, 30 passed, 1 skipped, 4 warnings in 1.20s (0:01:20)", [30, 2, 1]],
      ["======== 1 failed, 3 passed, 2 errors in 0.51s ========", [3, 3, 0]],
      ["1 error in 0.10s", [0, 1, 0]],
      ["2 skipped in 0.01s", [0, 0, 2]],
    ] as const
  ) {
    const [passed, failed, skipped] = counts;
    assert.deepEqual(countTests(`..... [100%]\n${line}\n`), { passed, failed, skipped });
  }
});

Deno.test("countTests takes no test's name or output for the summary", () => {
  assert.equal(
    countTests("it says '3 passed, 0 failed' ... ok (1ms)\n9 passed the exam\n"),
    undefined,
  );
  assert.equal(countTests(""), undefined);
  const output = "2 passed | 1 failed is what it says ... ok\nok | 5 passed | 0 failed (1s)\n";
  assert.equal(countTests(output)!.passed, 5);
});

Deno.test("runSuite counts a suite that dies as a failed test", async () => {
  const whole = "ok | 5 passed | 0 failed (1s)";
  assert.deepEqual(await suite(whole, 0), { passed: 5, failed: 0, skipped: 0 });
  assert.deepEqual(await suite(whole, 1), { passed: 5, failed: 1, skipped: 0 });
  assert.deepEqual(await suite("error: Type checking failed.", 1), {
    passed: 0,
    failed: 1,
    skipped: 0,
  });
  assert.deepEqual(await suite("FAILED | 4 passed | 2 failed (1s)", 1), {
    passed: 4,
    failed: 2,
    skipped: 0,
  });
});

Deno.test("runSuite does not trust an orderly end without a count", async () => {
  assert.deepEqual(await suite("", 0), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("runSuite takes a filter that finds nothing for no failure", async () => {
  const none = { passed: 0, failed: 0, skipped: 0 };
  assert.deepEqual(await suite("34 deselected in 2.31s", 5, 5), none);
  assert.deepEqual(await suite("34 deselected in 2.31s", 5), { ...none, failed: 1 });
});
