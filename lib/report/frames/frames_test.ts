import assert from "node:assert/strict";
import { LOSS_ROWS, STUDY } from "../testing/study_fixture.ts";
import { showFrame } from "./display.ts";
import {
  aboveChanceFrame,
  accuracyFrame,
  chanceFrame,
  changesFrame,
  countsFrame,
  flipsFrame,
  lettersFrame,
  lossFrame,
  pairsFrame,
  proseFrame,
  seedsFrame,
  tradeOffFrame,
} from "./frames.ts";

const { titles } = STUDY;

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

Deno.test("changesFrame() has intervals as two columns, null where a claim is unadjusted", () => {
  const rows = STUDY.changes.filter(({ variant, measure }) =>
    variant === "qv" && measure === "mmlu"
  );
  const records = changesFrame(rows, titles).toRecords();
  const all = records.at(-1)!;
  assert.deepEqual([all["change"], all["95 % interval from"], all["95 % interval to"]], [
    -4.2,
    -6.7,
    -1.8,
  ]);
  assert.deepEqual([all["change %"], all["change % from"], all["change % to"]], [-5.8, -9.2, -2.5]);
  assert.deepEqual([all["gained"], all["lost"], all["finding"]], [46, 84, "a loss"]);
  assert.equal(records[0]!["adjusted p"], null);
  assert.ok((all["adjusted p"] as number) < 0.05);
});

Deno.test("each frame has a row for each of its rows", () => {
  const frames = [
    [aboveChanceFrame(STUDY.aboveChance), STUDY.aboveChance],
    [accuracyFrame(STUDY.accuracy), STUDY.accuracy],
    [chanceFrame(STUDY.chance), STUDY.chance],
    [changesFrame(STUDY.changes, titles), STUDY.changes],
    [flipsFrame(STUDY.letterFlips, "letters"), STUDY.letterFlips],
    [lettersFrame(STUDY.letters), STUDY.letters],
    [lossFrame(LOSS_ROWS), LOSS_ROWS],
    [pairsFrame(STUDY.pairs, titles), STUDY.pairs],
    [proseFrame(STUDY.prose), STUDY.prose],
    [seedsFrame(STUDY.seeds, titles), STUDY.seeds],
    [tradeOffFrame(STUDY.tradeOff, titles), STUDY.tradeOff],
  ] as const;
  for (const [frame, rows] of frames) assert.equal(frame.height, rows.length);
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
  assert.match(show(lossFrame([{ variant: "qv", step: 1, lossNats: 2 }])), />2<\/td>/);
  assert.ok(html.includes(">25.0</td>") && html.includes(">20.0</td>"));
  assert.ok(html.includes(">0.5000</td>") && html.includes(">0.00004</td>"), html);
  const changes = show(changesFrame(STUDY.changes.slice(0, 80), titles));
  assert.equal(changes.match(/<tr/g)?.length, 81);
  assert.doesNotMatch(changes, /null|undefined/);
  assert.ok(changes.includes('right"></td>'));
});
