import assert from "node:assert/strict";
import { LOSS_ROWS } from "../testing/study_fixture.ts";
import { assertGolden } from "../testing/golden.ts";
import { lossCurves } from "./loss_curves.ts";

Deno.test("lossCurves() draws two labelled curves as its golden copy", () => {
  assertGolden("loss_curves", () => lossCurves(LOSS_ROWS, { title: "Training loss" }));
});

Deno.test("lossCurves() draws a run of a single step", () => {
  const svg = lossCurves([{ variant: "q/v", step: 1, lossNats: 2 }], { title: "One step" });
  assert.ok(svg.includes("q/v: 2.000 nats a token at step 1"));
});

Deno.test("lossCurves() refuses no rows and a loss that is not finite", () => {
  assert.throws(() => lossCurves([], { title: "none" }), RangeError);
  assert.throws(
    () => lossCurves([{ variant: "q/v", step: 3, lossNats: NaN }], { title: "broken" }),
    /loss of "q\/v" at step 3/,
  );
});
