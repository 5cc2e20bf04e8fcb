import assert from "node:assert/strict";
import { STUDY } from "../testing/study_fixture.ts";
import { showFrame } from "./display.ts";
import { accuracyFrame, chanceFrame, countsFrame, flipsFrame, proseFrame } from "./frames.ts";

Deno.test("accuracyFrame() keeps counts as integers and rounds percentages", () => {
  const [first, ...others] = accuracyFrame(STUDY.accuracy).toRecords();
  assert.deepEqual(first, {
    model: "base",
    group: "easy",
    correct: 40,
    n: 75,
    "accuracy %": 53.3,
    "95 % from": 42.2,
    "95 % to": 64.2,
    "cut completions": null,
  });
  assert.equal(others.find(({ group }) => group === "all")?.["cut completions"], 4);
  const groups = STUDY.accuracy.filter(({ group }) => group === "easy");
  assert.ok(!("cut completions" in accuracyFrame(groups).toRecords()[0]!));
});

Deno.test("each frame has a row for each of its rows", () => {
  const frames = [
    [accuracyFrame(STUDY.accuracy), STUDY.accuracy],
    [chanceFrame(STUDY.chance), STUDY.chance],
    [flipsFrame(STUDY.letterFlips, "letters"), STUDY.letterFlips],
    [proseFrame(STUDY.prose), STUDY.prose],
  ] as const;
  for (const [frame, rows] of frames) assert.equal(frame.toRecords().length, rows.length);
});

Deno.test("countsFrame() has one row a variant, with its successes and failures", () => {
  const [base] = countsFrame(STUDY.counts).toRecords();
  assert.deepEqual(base, {
    model: "base",
    n: 240,
    success: 90,
    failure: 150,
    mismatch: 70,
    no_sql: 0,
    sql_error: 80,
    timeout: 0,
    too_many_rows: 0,
  });
});

Deno.test("accuracyFrame() refuses no rows", () => {
  assert.throws(() => accuracyFrame([]), RangeError);
});

Deno.test("showFrame() shows every row, empty cells, and a column's decimals alike", () => {
  const rows = [
    { variant: "a<b>", group: "all", chance: 0.25, pValue: 0.5, shown: false },
    { variant: "b", group: "all", chance: 0.2, pValue: 0.00004, shown: true },
  ];
  const show = (frame: ReturnType<typeof chanceFrame>): string => {
    const bundle: unknown = Reflect.get(showFrame(frame), Symbol.for("Jupyter.display"));
    assert.ok(typeof bundle === "function");
    return String(bundle()["text/html"]);
  };
  const html = show(chanceFrame(rows));
  assert.ok(html.includes('<td style="text-align: left">a&lt;b&gt;</td>'), html);
  // percentages that happen to be whole have the decimal of all others, and no one else has
  assert.match(show(proseFrame([{ variant: "qv", group: "all", nats: 2 }])), />2<\/td>/);
  assert.ok(html.includes(">25.0</td>") && html.includes(">20.0</td>"));
  assert.ok(html.includes(">0.5000</td>") && html.includes(">0.00004</td>"), html);
  const accuracy = show(accuracyFrame(STUDY.accuracy));
  assert.equal(accuracy.match(/<tr/g)?.length, STUDY.accuracy.length + 1);
  assert.doesNotMatch(accuracy, /null|undefined/);
  assert.ok(accuracy.includes('right"></td>'));
});
