import assert from "node:assert/strict";
import { realDataRoot } from "../../ground/mod.ts";
import { refusal } from "../../ground/testing/refusal.ts";
import {
  distinctExamples,
  holdOutDatabases,
  loadSpider,
  normalizeQuestion,
  partDevQuestions,
  refuseLeaks,
  type SpiderExample,
} from "../mod.ts";

function example(id: string, dbId: string, question: string, query = "SELECT 1"): SpiderExample {
  return { id, dbId, question, query };
}

const DEV = [
  example("dev-0", "farm", "How many cows are there?"),
  example("dev-1", "farm", "Which cow is the oldest?"),
  example("dev-2", "zoo", "List all the names."),
];

Deno.test("normalizeQuestion() sees no case, punctuation, spacing or form of a character", () => {
  const same = ["What's  the Age?", "what s the age", " WHAT’S\nTHE AGE ?!", "ｗｈａｔ s the age"];
  assert.equal(new Set(same.map(normalizeQuestion)).size, 1);
  assert.notEqual(normalizeQuestion("age above 5"), normalizeQuestion("age above 6"));
  assert.notEqual(normalizeQuestion("Quantas avós?"), normalizeQuestion("Quantas avos?"));
  assert.notEqual(normalizeQuestion("?"), normalizeQuestion("!"));
});

Deno.test("distinctExamples() keeps the first of each, and other databases and other golds", () => {
  const examples = [
    example("train-0", "a", "How many?", "SELECT count(*) FROM t"),
    example("train-1", "a", "how many", "SELECT count( * ) FROM t;"),
    example("train-2", "b", "How many?", "SELECT count(*) FROM t"),
    example("train-3", "a", "How many?", "SELECT count(*) FROM u"),
    example("train-4", "a", "How many ?", "SELECT count(*) FROM t"),
  ];
  const { distinct, repeats } = distinctExamples(examples);
  assert.deepEqual(distinct.map(({ id }) => id), ["train-0", "train-2", "train-3"]);
  assert.deepEqual(repeats.map(({ id }) => id), ["train-1", "train-4"]);
});

Deno.test("partDevQuestions() leaves out what dev asks too, on another database", () => {
  const train = [
    example("train-0", "barn", "How many COWS are there"),
    example("train-1", "barn", "How many horses are there?"),
  ];
  const { clean, asked } = partDevQuestions(train, DEV);
  assert.deepEqual(clean.map(({ id }) => id), ["train-1"]);
  assert.deepEqual(asked.map(({ id }) => id), ["train-0"]);
  refuseLeaks(clean, DEV);
});

Deno.test("partDevQuestions() refuses a database of dev, and names the first examples", () => {
  const planted = ["farm", "zoo", "farm", "farm", "farm"]
    .map((dbId, i) => example(`train-${i}`, dbId, `Question ${i}?`));
  const message = refusal(() => partDevQuestions(planted, DEV));
  assert.match(
    message,
    /train-0 is on "farm", train-1 is on "zoo", train-2 is on "farm" and 2 more/,
  );
  assert.equal(refusal(() => refuseLeaks(planted, DEV)), message);
});

Deno.test("partDevQuestions() refuses splits that are mixed, whatever the databases are called", () => {
  const dev = Array.from({ length: 40 }, (_, i) => example(`dev-${i}`, "farm", `Question ${i}?`));
  const planted = dev.map(({ question }, i) => example(`train-${i}`, "copy", question));
  const message = refusal(() => partDevQuestions(planted, dev));
  assert.match(message, /train-0 asks what dev-0 asks, .* and 37 more: take train and dev/);
  assert.equal(partDevQuestions(planted.slice(0, 3), dev).asked.length, 3);
  assert.match(refusal(() => partDevQuestions(planted.slice(0, 4), dev)), /and 1 more/);
});

Deno.test("refuseLeaks() lets no question of dev pass, not one", () => {
  const planted = [
    example("train-0", "barn", "How many horses are there?"),
    example("train-1", "barn", "which cow is the OLDEST"),
  ];
  assert.match(refusal(() => refuseLeaks(planted, DEV)), /train-1 asks what dev-1 asks:/);
});

const DATABASES = Array.from({ length: 40 }, (_, i) => `db_${i}`);

Deno.test("holdOutDatabases() takes a number or a share, by seed alone", () => {
  const ten = holdOutDatabases(DATABASES, { wanted: 10, seed: 1 });
  assert.equal(ten.length, 10);
  assert.deepEqual(holdOutDatabases(DATABASES.toReversed(), { wanted: 0.25, seed: 1 }), ten);
  assert.notDeepEqual(holdOutDatabases(DATABASES, { wanted: 10, seed: 2 }), ten);
  assert.deepEqual(holdOutDatabases(DATABASES, { wanted: 0, seed: 1 }), []);
  assert.equal(holdOutDatabases(DATABASES, { wanted: 0.001, seed: 1 }).length, 1);
  const five = holdOutDatabases(DATABASES, { wanted: 5, seed: 1 });
  assert.ok(five.every((dbId) => ten.includes(dbId)), "fewer are the first of more");
});

Deno.test("holdOutDatabases() keeps those of the shots, and one to train on", () => {
  const keep = DATABASES.slice(0, 30);
  const held = holdOutDatabases(DATABASES, { wanted: 10, seed: 3, keep });
  assert.deepEqual(held, DATABASES.slice(30).sort());
  assert.match(
    refusal(() => holdOutDatabases(DATABASES, { wanted: 11, seed: 3, keep })),
    /Cannot hold out 11 train databases: there are 40, 30 of them of the shots/,
  );
  assert.match(refusal(() => holdOutDatabases(["a"], { wanted: 1, seed: 3 })), /there are 1,/);
  assert.throws(() => holdOutDatabases(DATABASES, { wanted: 1.5, seed: 3 }), RangeError);
});

const root = realDataRoot();

Deno.test({
  name: "partDevQuestions() finds 7 of dev's questions in Spider's train, of which 42 are repeats" +
    (root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""),
  ignore: root === undefined,
  async fn(): Promise<void> {
    const { train, dev } = await loadSpider(`${root}/spider`);
    const { distinct, repeats } = distinctExamples(train);
    assert.equal(repeats.length, 42);
    const { clean, asked } = partDevQuestions(distinct, dev);
    assert.equal(asked.length, 7);
    assert.equal(clean.length + asked.length + repeats.length, train.length);
    refuseLeaks(clean, dev);
  },
});
