import assert from "node:assert/strict";
import { MMLU_ROWS, SQL_ROWS } from "../testing/study_fixture.ts";
import { assertGolden } from "../testing/golden.ts";
import { accuracyBars } from "./accuracy_bars.ts";

Deno.test("accuracyBars() draws SQL accuracy by hardness as its golden copy", () => {
  assertGolden(
    "accuracy_sql",
    () => accuracyBars(SQL_ROWS, { title: "SQL execution accuracy by hardness", label: "sample" }),
  );
});

Deno.test("accuracyBars() draws MMLU accuracy with the chance line as its golden copy", () => {
  assertGolden(
    "accuracy_mmlu",
    () => accuracyBars(MMLU_ROWS, { title: "MMLU accuracy by category", chance: 0.25 }),
  );
});

Deno.test("accuracyBars() refuses no rows and two rows for one bar", () => {
  assert.throws(() => accuracyBars([], { title: "none" }), RangeError);
  assert.throws(
    () => accuracyBars([...SQL_ROWS, ...SQL_ROWS], { title: "twice" }),
    /"base" has two rows for "easy"/,
  );
});
