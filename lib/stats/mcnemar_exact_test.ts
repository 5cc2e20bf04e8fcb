import assert from "node:assert/strict";
import { mcnemarExact } from "./testing/mcnemar_exact.ts";

Deno.test("mcnemarExact() is the two-sided sign test on the disagreements", () => {
  assert.equal(mcnemarExact(0, 0), 1);
  assert.equal(mcnemarExact(6, 6), 1);
  // 2 * (1/2)^6, by hand.
  assert.ok(Math.abs(mcnemarExact(6, 0) - 0.03125) < 1e-12);
  assert.ok(Math.abs(mcnemarExact(0, 6) - 0.03125) < 1e-12);
  // 2 * (1 + 9) / 2^9, by hand.
  assert.ok(Math.abs(mcnemarExact(8, 1) - 0.0390625) < 1e-12);
});
