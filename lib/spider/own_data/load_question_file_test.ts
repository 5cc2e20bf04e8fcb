import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../../ground/mod.ts";
import { loadSpider, selectShots, sqlPrompt } from "../mod.ts";
import { MADE_TABLES } from "./made_schemas.ts";

const COWS = "CREATE TABLE cow(id INTEGER PRIMARY KEY, name TEXT)";
const HERD = { question: "How many cows?", sql: "SELECT count(*) FROM cow" };

/** A folder with databases (by SQL text) and other files, for one test. */
async function withFiles(
  files: Readonly<Record<string, string | readonly unknown[]>>,
  test: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "questions_" });
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(dir, name);
      await mkdir(dirname(path), { recursive: true });
      if (/\.(sqlite3?|db)$/.test(name) && content !== "") {
        const database = new DatabaseSync(path);
        database.exec(String(content));
        database.close();
        continue;
      }
      const text = typeof content === "string"
        ? content
        : content.map((line) => `${JSON.stringify(line)}\n`).join("");
      await writeFile(path, text);
    }
    await test(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function refuses(
  path: string,
  expected: RegExp,
  options: { readonly database?: string } = {},
): Promise<void> {
  await assert.rejects(loadSpider(path, options), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    assert.match(error.message, expected);
    return true;
  });
}

Deno.test("loadSpider() takes no hidden file for a database, as macOS writes beside those of an archive", async () => {
  const files = { "herd.jsonl": [HERD], "farm.sqlite": COWS, "._farm.sqlite": "" };
  await withFiles(files, async (dir) => {
    await writeFile(join(dir, "._farm.sqlite"), "Mac OS X");
    assert.deepEqual([...(await loadSpider(join(dir, "herd.jsonl"))).schemas.keys()], ["farm"]);
  });
});

Deno.test("loadSpider() reads a file of questions beside its one database, and makes the schema", async () => {
  const lines = [HERD, { id: 7, question: "Names?", query: "SELECT name FROM cow", evidence: "x" }];
  await withFiles({ "herd.jsonl": lines, "farm.sqlite": COWS }, async (dir) => {
    const path = join(dir, "herd.jsonl");
    const { root, train, dev, schemas, hashes, notes, databasePath, missingDatabases } =
      await loadSpider(path);
    assert.equal(root, dir);
    assert.deepEqual(train, []);
    assert.deepEqual(missingDatabases, []);
    assert.deepEqual(dev, [
      { id: "herd-0", dbId: "farm", question: HERD.question, query: HERD.sql },
      { id: "7", dbId: "farm", question: "Names?", query: "SELECT name FROM cow", evidence: "x" },
    ]);
    assert.deepEqual(schemas.get("farm"), {
      dbId: "farm",
      tables: [{
        name: "cow",
        columns: [{ name: "id", type: "number" }, { name: "name", type: "text" }],
      }],
      primaryKeys: [{ table: "cow", column: "id" }],
      foreignKeys: [],
    });
    assert.equal(databasePath("farm"), join(dir, "farm.sqlite"));
    assert.throws(() => databasePath("barn"), RangeError);
    const sha256 = (content: string | Uint8Array): string =>
      createHash("sha256").update(content).digest("hex");
    const database = sha256(await Deno.readFile(join(dir, "farm.sqlite")));
    assert.deepEqual(hashes, {
      "herd.jsonl": sha256(await Deno.readFile(path)),
      [MADE_TABLES]: sha256(`${database}  farm\n`),
    });
    assert.match(
      notes[0]!,
      /^there is no tables.json: schemas were made of the database \(SHA-256 /,
    );
    assert.deepEqual((await loadSpider(dir)).dev, dev, "the folder with the one file is the same");
  });
});

Deno.test("loadSpider() finds the databases that questions name: beside them, in database/, or where it is told", async () => {
  const lines = [{ ...HERD, db_id: "farm" }, { ...HERD, db_id: "alp" }];
  const layouts: Readonly<Record<string, readonly [string, string]>> = {
    beside: ["farm.sqlite", "alp.db"],
    nested: ["database/farm/farm.sqlite", "database/alp/alp.sqlite3"],
    flat: ["database/farm.sqlite", "database/alp.sqlite"],
    elsewhere: ["other/farm.sqlite", "other/alp/alp.sqlite"],
  };
  for (const [layout, [farm, alp]] of Object.entries(layouts)) {
    const files = { "herd.jsonl": lines, [farm]: COWS, [alp]: COWS };
    await withFiles(files, async (dir) => {
      const options = layout === "elsewhere" ? { database: join(dir, "other") } : {};
      const { databasePath, schemas } = await loadSpider(join(dir, "herd.jsonl"), options);
      assert.deepEqual(
        [databasePath("farm"), databasePath("alp")],
        [join(dir, farm), join(dir, alp)],
      );
      assert.equal(schemas.size, 2, layout);
    });
  }
  const one = { "herd.jsonl": [HERD], "a.sqlite": COWS, "b.sqlite": COWS };
  await withFiles(one, async (dir) => {
    const { dev } = await loadSpider(dir, { database: join(dir, "b.sqlite") });
    assert.equal(dev[0]!.dbId, "b");
  });
});

Deno.test("sqlPrompt() shows a question's evidence after it, and nothing where there is none", async () => {
  const lines = [HERD, { ...HERD, evidence: " a calf is\na cow " }];
  await withFiles({ "herd.jsonl": lines, "farm.sqlite": COWS }, async (dir) => {
    const { dev, schemas } = await loadSpider(dir);
    const texts = dev.map((example) => sqlPrompt(example, { schemas }).messages.at(-1)!.content);
    assert.equal(texts[0], "cow(id, name)\n\nQuestion: How many cows?");
    assert.equal(texts[1], `${texts[0]}\nEvidence: a calf is a cow`);
  });
});

Deno.test("selectShots() says that data without a training split have no shots, and gives none if none are asked", async () => {
  await withFiles({ "herd.jsonl": [HERD], "farm.sqlite": COWS }, async (dir) => {
    const { train, schemas } = await loadSpider(dir);
    assert.deepEqual(selectShots(train, schemas, { count: 0, seed: 1 }), []);
    assert.throws(() => selectShots(train, schemas, { count: 3, seed: 1 }), {
      name: "UsageError",
      message: /no training split to take them from: set spider.shots to 0/,
    });
  });
});

Deno.test("loadSpider() refuses a line that is no question, naming file and line", async () => {
  const cases: readonly (readonly [string | readonly unknown[], RegExp])[] = [
    [
      [HERD, { question: "Names?" }],
      /herd.jsonl, line 2: "sql" must be a text that is not empty: it is missing/,
    ],
    [
      [{ ...HERD, sql: " " }],
      /line 1: "sql" must be a text that is not empty: current value is " "/,
    ],
    [
      [{ ...HERD, query: "SELECT 1" }],
      /line 1: "query" must be left out beside "sql": current value is "SELECT 1"/,
    ],
    [[{ ...HERD, sql: { select: [] } }], /line 1: "sql" must be a text/],
    [[{ ...HERD, database: "farm" }], /unknown key "database": rename it to "db_id"/],
    [[{ question: "Names?", SQL: "SELECT 1" }], /unknown key "SQL": rename it to "sql"/],
    [[{ ...HERD, evidnce: "x" }], /unknown key "evidnce": did you mean "evidence"/],
    [[{ ...HERD, zzz: 1 }], /unknown key "zzz": allowed are question, sql, query, id/],
    [[{ ...HERD, evidence: 3 }], /"evidence" must be a text that is not empty: current value is 3/],
    [[{ ...HERD, id: "a" }, { ...HERD, id: "a" }], /line 2: a question before it has this id: "a"/],
    [[{ ...HERD, db_id: "barn" }], /line 1: there is no database of this db_id at .*: "barn"/],
    [[[1]], /line 1: the whole must be an object/],
    ['{"question": "How', /line 1: it is not valid JSON/],
    ["\n", /herd.jsonl: it has no question/],
  ];
  for (const [content, expected] of cases) {
    await withFiles({ "herd.jsonl": content, "farm.sqlite": COWS }, async (dir) => {
      await refuses(join(dir, "herd.jsonl"), expected);
    });
  }
});

Deno.test("loadSpider() refuses questions without a database, or on one that it cannot tell", async () => {
  await withFiles({ "herd.jsonl": [HERD] }, async (dir) => {
    await refuses(dir, /no database \(\.sqlite, \.sqlite3, \.db\) at .*spider.database/);
    await refuses(dir, /there is no such file or folder: \/nowhere/, { database: "/nowhere" });
    await refuses(dir, /herd.jsonl is none of \.sqlite/, { database: join(dir, "herd.jsonl") });
    await refuses(
      join(dir, "other.jsonl"),
      /Cannot load Spider: there is no file or folder .*other\.jsonl/,
    );
  });
  const two = { "herd.jsonl": [HERD], "a.sqlite": COWS, "b.sqlite": COWS };
  await withFiles(two, async (dir) => {
    await refuses(dir, /line 1: "db_id" is missing and there are 2 databases at .*: a, b/);
  });
  const same = { "herd.jsonl": [HERD], "a.sqlite": COWS, "a.db": COWS };
  await withFiles(same, (dir) => refuses(dir, /two are called "a"/));
  await withFiles(
    { "herd.jsonl": [HERD], "my farm.sqlite": COWS },
    (dir) => refuses(dir, /my farm.sqlite": rename it/),
  );
  await withFiles(
    { "herd.jsonl": [HERD], "farm.sqlite": "CREATE VIEW v AS SELECT 1" },
    (dir) => refuses(dir, /Cannot read the tables of ".*farm.sqlite": the database has none/),
  );
  await withFiles({ "herd.jsonl": [HERD], "farm.db": "CREATE TABLE a(b)" }, async (dir) => {
    await writeFile(join(dir, "farm.db"), "not a database".repeat(99));
    await refuses(dir, /Cannot read the tables of ".*farm.db": file is not a database/);
  });
});

Deno.test("loadSpider() refuses what is neither layout: two files of questions, another kind of file, a folder with a database key", async () => {
  const files = { "a.jsonl": [HERD], "b.jsonl": [HERD], "farm.sqlite": COWS, "a.csv": "x" };
  await withFiles(files, async (dir) => {
    await refuses(dir, /has 2 \.jsonl files, pass one of them: a.jsonl, b.jsonl/);
    await refuses(
      join(dir, "a.csv"),
      /neither a \.jsonl file nor a folder with one or in Spider's layout/,
    );
    await writeFile(join(dir, "dev.json"), "[]");
    const database = join(dir, "farm.sqlite");
    await refuses(dir, /spider.database is for questions in a \.jsonl file/, { database });
  });
});
