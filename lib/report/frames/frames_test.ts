import assert from "node:assert/strict";
import { LOSS_ROWS, STUDY } from "../testing/study_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { summaryRows } from "./summary_rows.ts";
import {
  accuracyFrame,
  chanceFrame,
  changesFrame,
  countsFrame,
  differencesFrame,
  lossFrame,
} from "./frames.ts";

Deno.test("accuracyFrame() keeps counts as integers and rounds percentages", () => {
  const [first] = accuracyFrame(STUDY.accuracy).toRecords();
  assert.deepEqual(first, {
    model: "base",
    group: "easy",
    correct: 1,
    n: 30,
    "accuracy %": 3.3,
    "95 % from": 0.6,
    "95 % to": 16.7,
  });
});

Deno.test("changesFrame() has null and a reason where there is no change to state", () => {
  const rows = changesFrame(STUDY.changes).toRecords();
  assert.equal(rows[0]?.["change %"], 800);
  assert.equal(rows[1]?.["change %"], null);
  assert.equal(rows[1]?.["note"], "at chance: no loss can be measured");
});

Deno.test("each frame shows itself to Jupyter as an HTML table of at most 50 rows", () => {
  const frames = [
    accuracyFrame(STUDY.accuracy),
    changesFrame(STUDY.changes),
    countsFrame(STUDY.counts),
    differencesFrame(STUDY.differences),
    lossFrame(LOSS_ROWS),
  ];
  for (const frame of frames) {
    const show: unknown = Reflect.get(frame, Symbol.for("Jupyter.display"));
    assert.ok(typeof show === "function");
    const html = String(show.call(frame)["text/html"]);
    assert.equal(html.match(/<tr/g)?.length, Math.min(frame.height, 50) + 1);
  }
});

Deno.test("countsFrame() has one row a variant, with its successes and failures", () => {
  assert.deepEqual(countsFrame(STUDY.counts).toRecords(), [
    { model: "base", n: 84, success: 2, failure: 82, no_sql: 60, sql_error: 22, mismatch: 0 },
    { model: "q/v", n: 84, success: 18, failure: 66, no_sql: 0, sql_error: 16, mismatch: 50 },
  ]);
});

Deno.test("chanceFrame() and differencesFrame() have the tests of a study", () => {
  const { chance, differences } = summaryRows(SUMMARY);
  const base = chanceFrame(chance).toRecords().find((row) => row["group"] === "all");
  assert.deepEqual([base?.["guessing %"], base?.["verdict"]], [25, "at chance"]);
  const rows = differencesFrame(differences).toRecords().filter((row) => row["measure"] === "mmlu");
  assert.deepEqual(rows.map((row) => row["Holm p"]), [0.5, 0.5, null]);
  const smallest = differences.filter((row) => row.measure === "mmlu").map((row) =>
    row.smallestDetectable
  );
  assert.ok(smallest.some((value) => typeof value === "number"));
  assert.deepEqual(
    rows.map((row) => row["detectable from"]),
    smallest.map((value) => typeof value === "number" ? Number((100 * value).toFixed(1)) : null),
  );
});

Deno.test("accuracyFrame() refuses no rows", () => {
  assert.throws(() => accuracyFrame([]), RangeError);
});
