import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { realDataRoot, UsageError } from "../ground/mod.ts";
import {
  type DatabaseSchema,
  loadSpider,
  serializeSchema,
  sqlPrompt,
  sqlPromptVersion,
  withShownSchemas,
} from "./mod.ts";
import { LONGEST_VALUE } from "./cell_values.ts";
import { shownSchemas } from "./shown_schemas.ts";
import { writeMiniSpider } from "./testing/mini_spider.ts";

const SCHEMA: DatabaseSchema = {
  dbId: "zoo",
  tables: [
    {
      name: "animal",
      columns: [
        { name: "id", type: "number" },
        { name: "Home Country", type: "text" },
        { name: "weight", type: "number" },
        { name: "note", type: "text" },
      ],
    },
    { name: "visit", columns: [{ name: "animal_id", type: "number" }] },
  ],
  primaryKeys: [],
  foreignKeys: [{ table: "visit", column: "animal_id", refTable: "animal", refColumn: "id" }],
};

const ROWS = `
  CREATE TABLE animal(id INTEGER, "Home Country" TEXT, weight REAL, note BLOB);
  CREATE TABLE visit(animal_id INTEGER) STRICT;
  INSERT INTO animal VALUES
    (3, 'Peru', 1.5, NULL), (1, 'Chad', 2, x'00ff'), (2, 'Peru', NULL, 'it''s' || char(10) || 'big'),
    (4, 'Ángola', 1.5, NULL), (5, NULL, 10, '${"long ".repeat(20)}');
`;

interface Zoo extends Disposable {
  readonly spider: Parameters<typeof shownSchemas>[0];
  readonly dir: string;
}

function zoo(rows = ROWS): Zoo {
  const dir = Deno.makeTempDirSync({ prefix: "shown_" });
  using database = new DatabaseSync(join(dir, "zoo.sqlite"));
  database.exec(rows);
  return {
    dir,
    spider: {
      schemas: new Map([["zoo", SCHEMA], ["gone", { ...SCHEMA, dbId: "gone" }]]),
      databasePath: (dbId) => join(dir, `${dbId}.sqlite`),
    },
    [Symbol.dispose]: () => Deno.removeSync(dir, { recursive: true }),
  };
}

Deno.test("shownSchemas() leaves every schema as it is by default, and opens no database", async () => {
  using data = zoo();
  const { schemas, withoutFile } = await shownSchemas(data.spider, {}, ["zoo", "gone"]);
  assert.deepEqual(schemas, data.spider.schemas);
  assert.deepEqual(withoutFile, []);
});

Deno.test("shownSchemas() can leave the foreign keys out", async () => {
  using data = zoo();
  const { schemas } = await shownSchemas(data.spider, { foreignKeys: false }, []);
  assert.equal(
    serializeSchema(schemas.get("zoo")!),
    'animal(id, "Home Country", weight, note)\nvisit(animal_id)',
  );
});

Deno.test("shownSchemas() shows the most frequent values, then SQLite's order, as literals", async () => {
  using data = zoo();
  const { schemas } = await shownSchemas(data.spider, { cellValues: 2 }, ["zoo"]);
  assert.equal(
    serializeSchema(schemas.get("zoo")!),
    `animal(id: 1 | 2, "Home Country": 'Peru' | 'Chad', weight: 1.5 | 2, ` +
      `note: 'it''s big' | '${"long ".repeat(20).slice(0, LONGEST_VALUE)}…')\n` +
      "visit(animal_id)\nvisit.animal_id = animal.id",
  );
});

Deno.test("shownSchemas() takes values from the rows and not from how the file came about", async () => {
  using one = zoo();
  using two = zoo(
    ROWS + "DELETE FROM animal; INSERT INTO animal VALUES (5, NULL, 10, NULL);" +
      "INSERT INTO animal VALUES (4,'Peru',1,NULL), (1,'Chad',1,NULL); VACUUM;",
  );
  using three = zoo(
    ROWS + "DELETE FROM animal; INSERT INTO animal VALUES (1,'Chad',1,NULL);" +
      "INSERT INTO animal VALUES (5, NULL, 10, NULL), (4,'Peru',1,NULL);",
  );
  const shown = async ({ spider }: Zoo): Promise<string> =>
    serializeSchema((await shownSchemas(spider, { cellValues: 5 }, ["zoo"])).schemas.get("zoo")!);
  assert.equal(await shown(two), await shown(three));
  assert.notEqual(await shown(one), await shown(two));
});

Deno.test("shownSchemas() names databases without a file, and never guesses values", async () => {
  using data = zoo();
  const { schemas, withoutFile } = await shownSchemas(data.spider, { cellValues: 1 }, [
    "gone",
    "zoo",
    "gone",
  ]);
  assert.deepEqual(withoutFile, ["gone"]);
  assert.deepEqual(schemas.get("gone"), data.spider.schemas.get("gone"));
});

Deno.test("shownSchemas() refuses a column that the database lacks, by name", async () => {
  using data = zoo(
    'CREATE TABLE animal(id, "Home Country", weight); CREATE TABLE visit(animal_id)',
  );
  await assert.rejects(shownSchemas(data.spider, { cellValues: 1 }, ["zoo"]), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /"zoo", column "animal.note": no such column/);
    return true;
  });
});

Deno.test("shownSchemas() refuses a file that is no database", async () => {
  using data = zoo();
  Deno.writeTextFileSync(join(data.dir, "gone.sqlite"), "no database");
  await assert.rejects(
    shownSchemas(data.spider, { cellValues: 1 }, ["gone"]),
    /Cannot read values of "gone" for the prompt: /,
  );
});

Deno.test("sqlPromptVersion() names what prompts show beside the default", () => {
  assert.equal(sqlPromptVersion({}), "sql-1");
  assert.equal(sqlPromptVersion({ foreignKeys: true, cellValues: 0 }), "sql-1");
  assert.equal(sqlPromptVersion({ cellValues: 3 }), "sql-1-values3");
});

Deno.test("sqlPrompt() shows shots and question with the same schema text", async () => {
  using data = zoo();
  const { schemas } = await shownSchemas(data.spider, { cellValues: 1 }, ["zoo"]);
  const ask = (id: string): Parameters<typeof sqlPrompt>[0] => ({
    id,
    dbId: "zoo",
    question: "Which?",
    query: "SELECT 1",
  });
  const { messages } = sqlPrompt(ask("dev-0"), { schemas, shots: [ask("train-0")] });
  assert.equal(messages[1]?.content, messages[3]?.content);
  assert.match(messages[1]!.content, /"Home Country": 'Peru', weight: 1.5/);
});

Deno.test("withShownSchemas() leaves train examples without their database out where values are shown", async () => {
  const dir = await Deno.makeTempDir({ prefix: "shown_" });
  try {
    const spider = await loadSpider(
      await writeMiniSpider(dir, {
        "train.json": [
          { db_id: "farm", question: "Cows?", query: "SELECT name FROM cow" },
          { db_id: "music", question: "Songs?", query: "SELECT title FROM song" },
        ],
      }),
    );
    assert.deepEqual(await withShownSchemas(spider), spider);
    Deno.removeSync(spider.databasePath("music"));
    const shown = await withShownSchemas(spider, { cellValues: 1 });
    assert.deepEqual(shown.train.map(({ id }) => id), ["train-0"]);
    assert.equal(shown.dev.length, spider.dev.length);
    assert.deepEqual(shown.withoutValues, [{ dbId: "music", examples: 1 }]);
    const { "schemas as shown": hash, ...files } = shown.hashes;
    assert.deepEqual(files, spider.hashes);
    using database = new DatabaseSync(spider.databasePath("farm"));
    database.exec("INSERT INTO cow VALUES ('Berta')");
    const changed = await withShownSchemas(spider, { cellValues: 1 });
    assert.notEqual(changed.hashes["schemas as shown"], hash);
    assert.equal(serializeSchema(changed.schemas.get("farm")!), "cow(name: 'Berta')");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

const root = realDataRoot();

Deno.test({
  name: "shownSchemas() reads values of every column of Spider's databases that are there" +
    (root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""),
  ignore: root === undefined,
  async fn(): Promise<void> {
    const spider = await loadSpider(`${root}/spider`);
    const asked = [...new Set(spider.dev.map(({ dbId }) => dbId))];
    const { schemas, withoutFile } = await shownSchemas(spider, { cellValues: 3 }, asked);
    assert.deepEqual(withoutFile, spider.missingDatabases.map(({ dbId }) => dbId));
    const country = schemas.get("concert_singer")?.tables
      .find(({ name }) => name === "singer")?.columns.find(({ name }) => name === "Country");
    assert.equal(country?.values?.[0], "'France'", "four of six singers");
    for (const dbId of asked.filter((dbId) => !withoutFile.includes(dbId))) {
      const columns = schemas.get(dbId)!.tables.flatMap(({ columns }) => columns);
      assert.ok(columns.every(({ values }) => values !== undefined && values.length <= 3), dbId);
    }
  },
});
