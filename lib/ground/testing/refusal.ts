import assert from "node:assert/strict";
import { UsageError } from "../usage_error.ts";

/** For tests: the one line that says why it is refused. */
export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"), "one line");
    return error.message;
  }
  return assert.fail("it is not refused");
}
