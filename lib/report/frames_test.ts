import assert from "node:assert/strict";
import { LOSS_ROWS, STUDY } from "./_fixture.ts";
import { accuracyFrame, changesFrame, countsFrame, differencesFrame, lossFrame } from "./frames.ts";

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

Deno.test("accuracyFrame() refuses no rows", () => {
  assert.throws(() => accuracyFrame([]), RangeError);
});
