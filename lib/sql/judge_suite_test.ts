import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { databaseFiles, missingDatabase, type Suite } from "./databases/database_files.ts";
import { GoldQueryError } from "./gold_query_error.ts";
import { createJudge } from "./judge.ts";
import { judgePredictions } from "./judge_predictions.ts";
import { judgeSuite } from "./judge_suite.ts";

interface SuiteFolder extends Disposable {
  readonly databases: string;
}

/** A folder of one database `shop` with one `.sqlite` file for each script. */
function suite(scripts: Readonly<Record<string, string>>): SuiteFolder {
  const databases = Deno.makeTempDirSync({ prefix: "lab-suite-" });
  Deno.mkdirSync(`${databases}/shop`);
  for (const [name, sql] of Object.entries(scripts)) {
    using db = new DatabaseSync(`${databases}/shop/${name}`);
    db.exec(sql);
  }
  return {
    databases,
    [Symbol.dispose]: () => Deno.removeSync(databases, { recursive: true }),
  };
}

const TWO = "CREATE TABLE maker (name TEXT); INSERT INTO maker VALUES ('a'), ('b');";
const THREE = "CREATE TABLE maker (name TEXT); INSERT INTO maker VALUES ('b'), ('a'), ('c');";
const COUNT = "SELECT count(*) FROM maker";

async function statuses(
  databases: string,
  predicted: readonly string[],
  { gold = COUNT, which }: { readonly gold?: string; readonly which?: Suite } = {},
): Promise<readonly (readonly [string, string | undefined])[]> {
  const { rows } = await judgePredictions({
    predictions: predicted.map((sql) => ({ sql })),
    examples: predicted.map((_, index) => ({ id: `dev-${index}`, dbId: "shop", gold })),
    databases,
    ...(which === undefined ? {} : { suite: which }),
  }, { workers: 1 });
  return rows.map(({ status, message }) => [status, message]);
}

Deno.test("databaseFiles() names the database's own file first and none where it is missing", () => {
  using folder = suite({ "shop.sqlite": TWO, "shop_b.sqlite": TWO, "a.sqlite": TWO });
  Deno.writeTextFileSync(`${folder.databases}/shop/schema.sql`, "");
  Deno.writeTextFileSync(`${folder.databases}/shop/empty.sqlite`, "");
  Deno.mkdirSync(`${folder.databases}/shop/folder.sqlite`);
  const names = (which: Suite): readonly string[] =>
    databaseFiles(folder.databases, "shop", which).map((path) => path.split("/").at(-1)!);
  assert.deepEqual(names("all"), ["shop.sqlite", "a.sqlite", "shop_b.sqlite"]);
  assert.deepEqual(names("one"), ["shop.sqlite"]);
  assert.deepEqual(databaseFiles(folder.databases, "gone", "all"), []);
  Deno.removeSync(`${folder.databases}/shop/shop.sqlite`);
  assert.deepEqual(names("all"), []);
  Deno.writeTextFileSync(`${folder.databases}/shop/shop.sqlite`, "");
  assert.deepEqual(names("all"), []);
});

Deno.test("databaseFiles() leaves out the files that macOS writes beside those of an archive", () => {
  using folder = suite({ "shop.sqlite": TWO, "._x.sqlite": TWO });
  Deno.writeTextFileSync(`${folder.databases}/shop/._shop.sqlite`, "Mac OS X");
  const paths = databaseFiles(folder.databases, "shop", "all");
  assert.deepEqual(paths, [`${folder.databases}/shop/shop.sqlite`]);
});

Deno.test("missingDatabase() says what lies in the database's place", () => {
  using folder = suite({ "shop_0.sqlite": TWO, "shop.db": TWO, "notes.txt": "SELECT 1" });
  const { databases } = folder;
  const own = "there is no shop/shop.sqlite";
  assert.equal(missingDatabase(databases, "shop"), `${own}, the folder has shop.db, shop_0.sqlite`);
  assert.equal(missingDatabase(databases, "gone"), "there is no gone/gone.sqlite");
  Deno.mkdirSync(`${databases}/database/farm`, { recursive: true });
  assert.match(missingDatabase(databases, "farm"), /database\/farm: pass the folder database$/);
  Deno.writeTextFileSync(`${databases}/mill.sqlite`, "");
  assert.match(missingDatabase(databases, "mill"), /but mill\.sqlite: put it into a folder/);
});

Deno.test("judgePredictions() refuses databases that are no folder, and names the damaged file of a suite", async () => {
  using folder = suite({ "shop.sqlite": TWO });
  const { databases } = folder;
  await assert.rejects(statuses(`${databases}/nowhere`, [COUNT]), /there is none here: .*nowhere$/);
  const file = `${databases}/shop/shop.sqlite`;
  await assert.rejects(statuses(file, [COUNT]), /this is a file: .*shop\.sqlite$/);
  Deno.writeTextFileSync(`${databases}/shop/shop_2.sqlite`, "no database ".repeat(20));
  const [[status, message]] = await statuses(databases, [COUNT]) as [[string, string]];
  assert.equal(status, "bad_database");
  assert.match(message, /^shop_2\.sqlite: the file is not an SQLite database/);
});

Deno.test("judgePredictions() wants a match on every file of a database, or on its own alone", async () => {
  using folder = suite({ "shop.sqlite": TWO, "shop_2.sqlite": THREE });
  const predicted = ["SELECT count(name) FROM maker", "SELECT 2", "SELECT 3", "SELECT nothing"];
  assert.deepEqual(await statuses(folder.databases, predicted), [
    ["match", undefined],
    [
      "mismatch",
      "on shop_2.sqlite: as many rows and columns as the gold, other values or another order",
    ],
    ["mismatch", "as many rows and columns as the gold, other values or another order"],
    ["sql_error", 'near "nothing": syntax error'],
  ]);
  const one = await statuses(folder.databases, predicted, { which: "one" });
  assert.deepEqual(one.map(([status]) => status), ["match", "match", "mismatch", "sql_error"]);
});

Deno.test("judgeSuite() takes each reading for right only where it is right on all files", async () => {
  using folder = suite({ "shop.sqlite": TWO, "shop_2.sqlite": THREE });
  await using judge = createJudge({ workers: 1 });
  const dbPaths = databaseFiles(folder.databases, "shop", "all");
  const gold = "SELECT name FROM maker ORDER BY name";
  // The second file stores its rows in another order.
  const verdict = await judgeSuite(judge, { dbPaths, gold, predicted: "SELECT name FROM maker" });
  assert.equal(verdict.status, "mismatch");
  assert.match(verdict.message!, /^on shop_2\.sqlite: /);
  assert.deepEqual(
    [verdict.official, verdict.assignment, verdict.strict],
    [false, true, false],
  );
  await assert.rejects(judgeSuite(judge, { dbPaths: [], gold, predicted: gold }), RangeError);
});

Deno.test("judgeSuite() names the file on which the gold fails", async () => {
  using folder = suite({ "shop.sqlite": TWO, "shop_2.sqlite": "CREATE TABLE other (name TEXT)" });
  await using judge = createJudge({ workers: 1 });
  const dbPaths = databaseFiles(folder.databases, "shop", "all");
  const request = { dbPaths, gold: COUNT, predicted: COUNT, exampleId: "dev-0", dbId: "shop" };
  await assert.rejects(judgeSuite(judge, request), (error: Error) => {
    assert.ok(error instanceof GoldQueryError);
    assert.match(error.message, /"dev-0" on "shop": on shop_2\.sqlite: sql_error: no such table/);
    return true;
  });
  // As in the official script, a file behind the first failure is not looked at.
  const wrong = await judgeSuite(judge, { ...request, predicted: "SELECT 9" });
  assert.equal(wrong.status, "mismatch");
});
