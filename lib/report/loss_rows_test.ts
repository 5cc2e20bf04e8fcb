import assert from "node:assert/strict";
import { lossRows } from "./loss_rows.ts";

Deno.test("lossRows() reads one row a line and skips blank lines", () => {
  assert.deepEqual(lossRows('{"step":1,"loss":2.5}\n\n{"step":2,"loss":2}\n', "a"), [
    { variant: "a", step: 1, lossNats: 2.5 },
    { variant: "a", step: 2, lossNats: 2 },
  ]);
});

Deno.test("lossRows() names the line that is cut or lacks a number", () => {
  assert.throws(() => lossRows('{"step":1,"loss":2.5}\n{"step":2,"lo', "a"), /line 2 of the loss/);
  assert.throws(() => lossRows('{"step":1,"loss":"nan"}', "a"), SyntaxError);
});
