import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { testDatabase } from "./testing/test_database.ts";
import type { VerdictStore } from "./verdict_keeper.ts";
import type { KeptVerdict } from "./verdict.ts";
import { type JudgedPrediction, judgePredictions } from "./judge_predictions.ts";
import type { GoldExample } from "./read_gold_examples.ts";
import type { Prediction } from "./read_predictions.ts";
import { commonFailure, summarizeVerdicts } from "./summarize_verdicts.ts";

const EXAMPLES: readonly GoldExample[] = [
  { id: "dev-0", dbId: "shop", gold: "SELECT count(*) FROM maker" },
  { id: "dev-1", dbId: "shop", gold: "SELECT name FROM maker ORDER BY name" },
  { id: "dev-2", dbId: "gone", gold: "SELECT 1" },
  { id: "dev-3", dbId: "shop", gold: "SELECT name, price FROM product WHERE price > 5" },
];
const PREDICTIONS: readonly Prediction[] = [
  { sql: "SELECT count(id) FROM maker" },
  { sql: "SELECT name FROM maker ORDER BY name DESC" },
  { sql: "SELECT 1" },
  { sql: "" },
];

interface Databases extends Disposable {
  readonly databases: string;
}

function shop(): Databases {
  const db = testDatabase();
  Deno.mkdirSync(`${db.folder}/shop`);
  Deno.renameSync(db.path, `${db.folder}/shop/shop.sqlite`);
  return { databases: db.folder, [Symbol.dispose]: () => db[Symbol.dispose]() };
}

Deno.test("judgePredictions() judges in the order of the examples and names what is missing", async () => {
  using folder = shop();
  const seen: [number, number][] = [];
  const { rows, verdicts, missingDatabases, goldFailures } = await judgePredictions(
    { predictions: PREDICTIONS, examples: EXAMPLES, databases: folder.databases },
    { workers: 1, onProgress: (done, total) => seen.push([done, total]) },
  );
  assert.deepEqual(verdicts.map(({ id, status }) => [id, status]), [
    ["dev-0", "match"],
    ["dev-1", "mismatch"],
    ["dev-3", "no_sql"],
  ]);
  assert.deepEqual(verdicts.map(({ hardness }) => hardness), ["easy", "easy", "medium"]);
  assert.deepEqual(missingDatabases, [{ dbId: "gone", examples: 1 }]);
  assert.deepEqual(goldFailures, []);
  assert.deepEqual(seen.at(-1), [4, 4]);
  assert.deepEqual(rows.map(({ id, status, official }) => [id, status, official])[2], [
    "dev-2",
    "no_database",
    null,
  ]);
});

Deno.test("judgePredictions() finds examples by id and by place", async () => {
  using folder = shop();
  const predictions = [
    { sql: "SELECT name FROM maker ORDER BY 1", id: "#1" },
    { sql: "SELECT 4", id: "dev-0" },
  ];
  const { verdicts } = await judgePredictions(
    { predictions, examples: EXAMPLES, databases: folder.databases },
    { workers: 1 },
  );
  assert.deepEqual(verdicts.map(({ id, official }) => [id, official]), [
    ["dev-0", true],
    ["dev-1", true],
    ["dev-3", false],
  ]);
});

Deno.test("judgePredictions() counts an example without a prediction as wrong, in its place", async () => {
  using folder = shop();
  const { rows } = await judgePredictions(
    {
      predictions: [{ sql: "SELECT 4", id: "dev-0" }, { sql: "SELECT 1", id: "dev-2" }],
      examples: EXAMPLES,
      databases: folder.databases,
    },
    { workers: 1 },
  );
  assert.deepEqual(rows.map(({ status, official, remark }) => [status, official, remark]), [
    ["match", true, undefined],
    ["no_prediction", false, "no_prediction"],
    ["no_database", null, undefined],
    ["no_prediction", false, "no_prediction"],
  ]);
});

Deno.test("judgePredictions() takes the first examples of a limit after pairing all", async () => {
  using folder = shop();
  const request = { examples: EXAMPLES, databases: folder.databases, limit: 2 };
  const { rows } = await judgePredictions({ ...request, predictions: PREDICTIONS }, { workers: 1 });
  assert.deepEqual(rows.map(({ id }) => id), ["dev-0", "dev-1"]);
  const predictions = PREDICTIONS.slice(0, 2);
  await assert.rejects(
    judgePredictions({ ...request, predictions }),
    /2 predictions for 4 examples/,
  );
  const [first] = (await judgePredictions({
    ...request,
    predictions: [{ sql: "SELECT 9", id: "dev-3" }],
  }, { workers: 1 })).rows;
  assert.equal(first!.status, "no_prediction");
});

Deno.test("judgePredictions() refuses predictions that do not fit the examples", async () => {
  using folder = shop();
  const wrong: readonly (readonly Prediction[])[] = [
    PREDICTIONS.slice(1),
    [{ sql: "SELECT 1", id: "dev-9" }],
    [{ sql: "SELECT 1", id: "dev-0" }, { sql: "SELECT 1" }],
    [{ sql: "SELECT 1", id: "dev-0" }, { sql: "SELECT 1", id: "#0" }],
  ];
  for (const predictions of wrong) {
    const request = { predictions, examples: EXAMPLES, databases: folder.databases };
    await assert.rejects(judgePredictions(request), UsageError);
  }
});

Deno.test("judgePredictions() lists a gold that fails and gives no verdict on it", async () => {
  using folder = shop();
  const examples = [EXAMPLES[0]!, { id: "dev-8", dbId: "shop", gold: "SELECT nothing" }];
  const { verdicts, unjudged, goldFailures } = await judgePredictions(
    { predictions: PREDICTIONS.slice(0, 2), examples, databases: folder.databases },
    { workers: 1 },
  );
  assert.deepEqual(verdicts.map(({ id }) => id), ["dev-0"]);
  assert.deepEqual(goldFailures.map(({ exampleId }) => exampleId), ["dev-8"]);
  const [failed] = unjudged;
  assert.deepEqual([failed!.id, failed!.status, failed!.official], ["dev-8", "gold_failed", null]);
  assert.match(failed!.message, /near "nothing": syntax error/);
});

Deno.test("judgePredictions() uses verdicts that are kept, and says the same with them", async () => {
  using folder = shop();
  const request = { predictions: PREDICTIONS, examples: EXAMPLES, databases: folder.databases };
  const kept = new Map<string, KeptVerdict>();
  const store: VerdictStore = {
    get: (key) => kept.get(key),
    append: (verdicts) => verdicts.forEach((verdict) => kept.set(verdict.key, verdict)),
  };
  const first = await judgePredictions(request, { workers: 1, store });
  assert.equal(kept.size, 3);
  for (const [key, { verdict }] of kept) {
    kept.set(key, { key, verdict: { ...verdict, elapsedMs: 7 } });
  }
  const second = await judgePredictions(request, { workers: 1, store });
  assert.deepEqual(
    second.rows,
    first.rows.map((row) => ("elapsedMs" in row ? { ...row, elapsedMs: 7 } : row)),
  );
});

Deno.test("summarizeVerdicts() counts by hardness, status, class and without quarantine", () => {
  const common = { dbId: "shop", gold: "", sql: "", elapsedMs: 0 } as const;
  const right = { status: "match", official: true, assignment: true, strict: true } as const;
  const wrong = { status: "mismatch", official: false, strict: false } as const;
  const verdicts: readonly JudgedPrediction[] = [
    { ...common, ...right, id: "a", hardness: "easy" },
    { ...common, ...right, id: "b", hardness: "easy", quarantine: ["tie"] },
    { ...common, ...wrong, assignment: true, id: "c", hardness: "hard", errorClass: "order_limit" },
    { ...common, ...wrong, assignment: false, id: "d", hardness: "hard", errorClass: "value" },
    { ...common, ...wrong, assignment: false, id: "e", hardness: "extra", errorClass: "value" },
  ];
  const summary = summarizeVerdicts(verdicts, "official");
  assert.deepEqual(summary.groups, [
    { group: "easy", right: 2, n: 2 },
    { group: "medium", right: 0, n: 0 },
    { group: "hard", right: 0, n: 2 },
    { group: "extra", right: 0, n: 1 },
    { group: "all", right: 2, n: 5 },
    { group: "all, quarantine left out", right: 1, n: 4 },
  ]);
  assert.deepEqual(summary.statuses, [["mismatch", 3], ["match", 2]]);
  assert.deepEqual(summary.errorClasses, [["value", 2], ["order_limit", 1]]);
  assert.deepEqual(summary.disagreements.map(({ id }) => id), ["c"]);
  const assignment = summarizeVerdicts(verdicts, "assignment");
  assert.deepEqual(assignment.groups.find(({ group }) => group === "all")?.right, 3);
});

Deno.test("commonFailure() finds what all predictions fail with, and no pattern in one or in results", () => {
  const common = { dbId: "shop", gold: "", sql: "", elapsedMs: 0, hardness: "easy" } as const;
  const wrong = { official: false, assignment: false, strict: false } as const;
  const of = (
    ...statuses: readonly (readonly [JudgedPrediction["status"], string?])[]
  ): ReturnType<typeof commonFailure> =>
    commonFailure(statuses.map(([status, message = ""], index) => (
      { ...common, ...wrong, id: `dev-${index}`, status, message }
    )));
  assert.deepEqual(of(["sql_error", "a"], ["sql_error", "b"], ["sql_error", "b"]), {
    status: "sql_error",
    message: "b",
    n: 3,
  });
  assert.equal(of(["no_sql"], ["no_prediction"], ["no_sql"])?.n, 2);
  assert.equal(of(["timeout"], ["timeout"])?.status, "timeout");
  assert.equal(of(["no_sql"], ["sql_error"]), undefined);
  assert.equal(of(["mismatch"], ["mismatch"]), undefined);
  assert.equal(of(["no_sql"]), undefined);
  assert.equal(of(), undefined);
});

const ROOT = Deno.build.os === "windows" || Deno.uid() === 0;
Deno.test({
  name: "judgePredictions() counts a database whose folder may not be read, and judges the others" +
    (ROOT ? " [skipped: this user may read all]" : ""),
  ignore: ROOT,
  fn: async () => {
    using folder = shop();
    const closed = `${folder.databases}/gone`;
    Deno.mkdirSync(closed, { mode: 0o000 });
    const { verdicts, unjudged, missingDatabases } = await judgePredictions(
      { predictions: PREDICTIONS, examples: EXAMPLES, databases: folder.databases },
      { workers: 1 },
    );
    Deno.chmodSync(closed, 0o700);
    assert.deepEqual(verdicts.map(({ id }) => id), ["dev-0", "dev-1", "dev-3"]);
    const [{ status, message }] = unjudged as unknown as [(typeof unjudged)[number]];
    assert.deepEqual([status, message], ["bad_database", "its folder may not be read (gone/)"]);
    assert.deepEqual(missingDatabases, []);
  },
});
