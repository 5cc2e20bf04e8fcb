import assert from "node:assert/strict";
import { lossRows } from "./loss_rows.ts";

Deno.test("lossRows() reads one row a line and skips blank lines", () => {
  assert.deepEqual(lossRows('{"step":1,"loss":2.5}\n\n{"step":2,"loss":2}\n', "a"), [
    { variant: "a", step: 1, lossNats: 2.5 },
    { variant: "a", step: 2, lossNats: 2 },
  ]);
});

Deno.test("lossRows() names the line that is cut or lacks a number", () => {
  assert.throws(
    () => lossRows('{"step":1,"loss":2.5}\n{"step":2,"lo', "a"),
    /line 2 of the loss log of "a"/,
  );
  assert.throws(() => lossRows('{"step":1,"loss":"nan"}', "a"), { name: "UsageError" });
});

Deno.test("lossRows() refuses by name a loss of 0, which is NaN as trainers log it, and what no loss is", () => {
  assert.throws(() => lossRows('{"step":1,"loss":2}\n{"step":7,"loss":0.0}', "qv"), {
    name: "UsageError",
    message:
      'Cannot use line 2 of the loss log of "qv" as a loss must be finite and above 0: it is ' +
      "0 at step 7, which is how a loss that is not a number is logged",
  });
  for (const loss of ["-0", "-1", "1e999", "-1e999"]) {
    assert.throws(() => lossRows(`{"step":1,"loss":${loss}}`, "qv"), /finite and above 0/);
  }
  assert.throws(() => lossRows('{"step":1.5,"loss":1}', "qv"), /step must be a whole number/);
  assert.throws(() => lossRows("[null]", "qv"), /needs numbers "step" and "loss"/);
});
