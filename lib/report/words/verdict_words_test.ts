import assert from "node:assert/strict";
import { evidenceIntervals } from "../../stats/mod.ts";
import type { ChangeRow } from "../rows/row_types.ts";
import { allowedOutcome, changeOf, DELTA, grid, natsOf } from "../testing/made_up_changes.ts";
import { changeBounds } from "./measures.ts";
import { ENGLISH, PORTUGUESE, type VerdictTexts } from "./verdict_texts.ts";
import { changeSentence, outcomeWord, verdictWords } from "./verdict_words.ts";

const WORDS = {
  gain: /^a gain\b/,
  loss: /^a loss(?! of)/,
  loss_excluded: /^a loss of 3\.0 points or more is excluded/,
  no_difference_shown: /^no difference shown/,
} as const;

/** Everything that a change of the grid may be called, alone and beside other claims. */
const ROWS: readonly ChangeRow[] = grid().flatMap((counts) =>
  [0, 1, 6].flatMap((claims) => [
    changeOf("sql", counts, { claims }),
    changeOf("mmlu", counts, { claims }),
    natsOf(counts, { claims }),
  ])
);

Deno.test("verdictWords() says what both intervals allow, and of a claim no more than is left of it", () => {
  const seen = new Set<string>();
  for (const row of ROWS) {
    const allowed = allowedOutcome(row.evidence, row.delta);
    const words = verdictWords(row);
    if (!row.adjusted) assert.match(words, WORDS[allowed], JSON.stringify(row));
    // an adjusted claim is never called more than its own intervals allow
    const called = Object.entries(WORDS).filter(([, word]) => word.test(words));
    assert.equal(called.length, 1, words);
    const [outcome] = called[0]!;
    assert.equal(outcome, row.outcome);
    if (outcome === "gain" || outcome === "loss") assert.equal(outcome, allowed);
    assert.equal(words.includes("(unadjusted)"), row.adjusted === undefined);
    assert.equal(outcomeWord(row), words.split(/ \(unadjusted\)|;/)[0]);
    seen.add(`${outcome} ${row.adjusted?.claims ?? 0} ${row.measure}`);
  }
  for (const measure of ["sql", "mmlu", "prose"]) {
    assert.ok(seen.has(`gain 0 ${measure}`) && seen.has(`loss 0 ${measure}`), measure);
  }
  assert.ok(seen.has("loss_excluded 6 mmlu") && !seen.has("loss_excluded 0 sql"));
});

Deno.test("changeSentence() leaves an open difference between the wider ends of both intervals", () => {
  for (const row of ROWS.filter(({ outcome }) => !/^(gain|loss)$/.test(outcome))) {
    const { wider } = evidenceIntervals(row.evidence);
    const sentence = changeSentence(row);
    if (!wider) {
      assert.match(sentence, /no difference shown.*; there is no interval/);
      continue;
    }
    const [low, high] = changeBounds(wider, row.measure).slice(1, -1).split(", ");
    assert.ok(sentence.includes(`between ${low} and ${high} `), `${sentence} of ${wider}`);
  }
});

Deno.test("changeSentence() says of one what all examples are where they are of one cluster", () => {
  const counts = { n: 40, gained: 7, lost: 1, clusters: 1, heaped: false };
  const rows = [
    ...(["sql", "runs", "mmlu", "prior_free"] as const).map((one) => changeOf(one, counts)),
    natsOf(counts),
  ];
  const of = (texts: VerdictTexts): (string | undefined)[] =>
    rows.map((row) =>
      /are of one (.*)$|são de um só (.*)$/
        .exec(changeSentence(row, texts))?.slice(1).find((name) => name !== undefined)
    );
  assert.deepEqual(of(ENGLISH), ["database", "database", "subject", "subject", "topic"]);
  const [database, subject] = ["banco de dados", "assunto"];
  assert.deepEqual(of(PORTUGUESE), [database, database, subject, subject, "tema"]);
});

Deno.test("changeSentence() prints no interval with another sign than its ends have", () => {
  for (const row of ROWS.filter(({ outcome }) => outcome === "gain")) {
    const [low, high] = /\[(.*), (.*)\]/.exec(changeSentence(row))!.slice(1);
    const signs = row.measure === "prose" ? /^\u2212/ : /^\+/;
    assert.match(low!, signs);
    assert.match(high!, signs);
  }
});

Deno.test("verdictWords() says beside a gain or a loss that one of the tolerated size is excluded, where it is", () => {
  const seen = new Set<string>();
  for (const row of ROWS.filter(({ outcome }) => /^(gain|loss)$/.test(outcome))) {
    const { plain, clustered } = evidenceIntervals(row.evidence, { level: 0.9 });
    const lows = [plain!, clustered!].map(([low]) => low);
    const within = row.delta !== undefined && lows.every((low) => low > -row.delta!);
    const words = verdictWords(row);
    const says = words.includes("a loss of 3.0 points or more is excluded");
    // of one claim of several it has to hold beside the others too
    if (row.adjusted && row.adjusted.claims > 1) assert.ok(within || !says, words);
    else assert.equal(says, within, words);
    const bound = changeBounds([Math.min(...lows), 0], row.measure).slice(1).split(",")[0];
    const tells = words.endsWith(`; its bound, one-sided at 5 %, is ${bound} points`);
    assert.equal(tells, says && row.outcome === "loss", words);
    assert.equal(words.match(/\(unadjusted\)/g)?.length ?? 0, row.adjusted ? 0 : says ? 2 : 1);
    seen.add(`${row.outcome} ${says}`);
  }
  assert.deepEqual([...seen].sort(), ["gain false", "gain true", "loss false", "loss true"]);
});

Deno.test("changeSentence() has a loss that is shown, and one that is excluded, in one line", () => {
  const row = changeOf("mmlu", { n: 400, gained: 0, lost: 5, clusters: 20, heaped: false });
  assert.match(
    changeSentence(row),
    /^\u22121\.3 points \[\u22122\.\d, \u22120\.\d\]: a loss \(unadjusted\); a loss of 3\.0 points or more is excluded \(unadjusted\); its bound, one-sided at 5 %, is \u22122\.\d points$/,
  );
  const { lossExcluded: _, ...not } = row;
  assert.match(changeSentence(not), /: a loss \(unadjusted\)$/);
});

Deno.test("verdictWords() tells that a difference does not hold beside the other claims", () => {
  const counts = { n: 150, gained: 7, lost: 0, clusters: 20, heaped: false };
  assert.equal(verdictWords(changeOf("sql", counts, { claims: 1 })), "a gain");
  assert.match(
    verdictWords(changeOf("sql", counts, { claims: 12 })),
    /^no difference shown; by itself it is between \+\d\.\d and \+\d\.\d points, but that is not shown once 12 claims are adjusted together \(p = 0\.\d+\)$/,
  );
});

Deno.test("verdictWords() parts the bound of an excluded loss from a difference that holds alone", () => {
  const counts = { n: 400, gained: 9, lost: 0, clusters: 20, heaped: false };
  assert.match(
    verdictWords(changeOf("mmlu", counts, { claims: 60 })),
    /^a loss of 3\.0 points or more is excluded; its bound, one-sided at 5 %, is \+\d\.\d points; by itself it is between \+\d\.\d and \+\d\.\d points, but that is not shown once 60 claims are adjusted together \(p = 0\.\d+\)$/,
  );
});

Deno.test("verdictWords() refuses an excluded loss of unknown size", () => {
  const row = changeOf("mmlu", { n: 400, gained: 3, lost: 4, clusters: 20, heaped: false });
  assert.equal(row.outcome, "loss_excluded");
  assert.match(
    changeSentence(row),
    /^\u22120\.3 points: a loss of 3\.0 points or more is excluded \(unadjusted\); its bound, one-sided at 5 %, is \u2212\d\.\d points; between \u2212\d\.\d and \+\d\.\d points$/,
  );
  assert.equal(row.delta, DELTA);
  const { delta: _, ...unknown } = row;
  assert.throws(() => verdictWords(unknown), RangeError);
});

Deno.test("changeSentence() prints the bound of an excluded loss so that it is seen to be below it", () => {
  const row = changeOf("mmlu", { n: 400, gained: 3, lost: 4, clusters: 20, heaped: false });
  for (const more of [1e-3, 1e-5, 1e-7]) {
    const delta = Number((-row.verdict.worst! + more).toFixed(9));
    const said = changeSentence({ ...row, delta });
    const [loss, bound] = [/a loss of ([\d.]+) points/, /is \u2212([\d.]+) points/]
      .map((pattern) => Number(pattern.exec(said)![1]));
    assert.ok(Math.abs(loss! - 100 * delta) < 1e-9, said);
    assert.ok(bound! < loss!, said);
  }
});
