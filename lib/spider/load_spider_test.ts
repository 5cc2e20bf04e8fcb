import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rm, truncate, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { realDataRoot } from "../ground/mod.ts";
import { UsageError } from "../ground/mod.ts";
import { MINI_DEV, MINI_TRAIN, writeMiniSpider } from "./testing/mini_spider.ts";
import { loadSpider } from "./mod.ts";
import { MADE_TABLES } from "./own_data/made_schemas.ts";
import { normalizeSql } from "./normalize_sql.ts";
import { quoteName } from "./quote_name.ts";

async function withFolder(
  files: Readonly<Record<string, unknown>>,
  test: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "spider_" });
  try {
    await test(await writeMiniSpider(dir, files));
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function failsWith(
  files: Readonly<Record<string, unknown>>,
  ...parts: readonly string[]
): Promise<void> {
  await withFolder(files, async (dir) => {
    await assert.rejects(loadSpider(dir), (error: Error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.ok(!error.message.includes("\n"), "one line");
      for (const part of parts) assert.ok(error.message.includes(part), error.message);
      return true;
    });
  });
}

Deno.test("loadSpider() reads the sample layout with ids, keys and hashes", async () => {
  await withFolder({}, async (dir) => {
    const spider = await loadSpider(dir);
    assert.deepEqual(spider.dev.map(({ id, dbId }) => `${id} ${dbId}`), [
      "dev-0 farm",
      "dev-1 music",
      "dev-2 farm",
    ]);
    assert.deepEqual(spider.train.map(({ id }) => id), ["train-0", "train-1"]);
    assert.deepEqual(spider.missingDatabases, []);
    const music = spider.schemas.get("music");
    assert.equal(music?.foreignKeys.length, 1, "a key listed twice is kept once");
    assert.deepEqual(music?.primaryKeys.at(-1), { table: "song", column: "singer_id" });
    assert.ok(existsSync(spider.databasePath("farm")));
    assert.throws(() => spider.databasePath("../farm"), RangeError);
    const hash = createHash("sha256").update(JSON.stringify(MINI_DEV)).digest("hex");
    assert.equal(spider.hashes["dev.json"], hash);
    assert.deepEqual(Object.keys(spider.hashes).sort(), ["dev.json", "tables.json", "train.json"]);
  });
});

Deno.test("loadSpider() counts train ids on through the two released files", async () => {
  const files = {
    "train.json": undefined,
    "train_spider.json": MINI_TRAIN,
    "train_others.json": [MINI_TRAIN[1]],
  };
  await withFolder(files, async (dir) => {
    const { train, hashes } = await loadSpider(dir);
    assert.deepEqual(train.map(({ id }) => id), ["train-0", "train-1", "train-2"]);
    assert.equal(train[2]?.question, "How many songs?");
    assert.ok(hashes["train_others.json"]);
  });
});

Deno.test("loadSpider() counts and names dev databases that are absent or empty", async () => {
  await withFolder({}, async (dir) => {
    await rm(join(dir, "database", "farm"), { recursive: true });
    await truncate(join(dir, "database", "music", "music.sqlite"));
    const { missingDatabases, dev } = await loadSpider(dir);
    assert.deepEqual(missingDatabases, [{ dbId: "farm", examples: 2 }, {
      dbId: "music",
      examples: 1,
    }]);
    assert.equal(dev.length, 3, "the examples stay");
  });
});

Deno.test("loadSpider() names a missing file and what the folder must hold", async () => {
  await failsWith({ "dev.json": undefined }, "dev.json: no such file", "tables.json and database/");
  await failsWith({ "train_others.json": MINI_TRAIN }, "train_spider.json: no such file");
  await failsWith({ "train_spider.json": MINI_TRAIN }, "train_others.json: no such file");
});

Deno.test("loadSpider() names a path that is not there as it was given", async () => {
  for (const path of ["nowhere", "nowhere/questions.jsonl"]) {
    await assert.rejects(
      loadSpider(path),
      new RegExp(`^UsageError: Cannot load Spider: there is no file or folder ${path}: pass `),
    );
  }
});

Deno.test("loadSpider() reads a folder without a training split", async () => {
  await withFolder({ "train.json": undefined }, async (dir) => {
    const { train, dev, notes } = await loadSpider(dir);
    assert.deepEqual(train, []);
    assert.equal(dev.length, 3);
    assert.deepEqual(notes, []);
  });
});

Deno.test("loadSpider() makes the schemas of the databases where there is no tables.json, and says so", async () => {
  await withFolder({ "tables.json": undefined }, async (dir) => {
    const { train, dev, schemas, hashes, notes, databasePath, missingDatabases } = await loadSpider(
      dir,
    );
    const named = new Set([...train, ...dev].map(({ dbId }) => dbId));
    assert.deepEqual([...schemas.keys()].sort(), [...named].sort());
    assert.deepEqual(schemas.get("farm")?.tables, [
      { name: "cow", columns: [{ name: "name", type: "others" }] },
    ]);
    assert.deepEqual(missingDatabases, []);
    assert.match(hashes[MADE_TABLES]!, /^[0-9a-f]{64}$/);
    assert.match(notes[0]!, /no tables.json: schemas were made of 3 databases \(SHA-256 /);
    const before = hashes[MADE_TABLES];
    const database = new DatabaseSync(databasePath("farm"));
    database.exec("INSERT INTO cow VALUES ('Emma')");
    database.close();
    assert.notEqual((await loadSpider(dir)).hashes[MADE_TABLES], before);
    await rm(join(dir, "database", "farm"), { recursive: true });
    await assert.rejects(loadSpider(dir), {
      name: "UsageError",
      message: /dev.json\[0\]: no tables.json, and no database\/farm\/farm.sqlite to make it of/,
    });
  });
  const outside = [{ ...MINI_DEV[0], db_id: "../farm" }];
  await failsWith({ "tables.json": undefined, "dev.json": outside }, "dev.json[0]", "../farm");
});

Deno.test("loadSpider() refuses broken JSON, naming the file", async () => {
  const cut = JSON.stringify(MINI_DEV).slice(0, 60);
  await failsWith({ "dev.json": cut }, "dev.json is not valid JSON", "cut short");
  await failsWith({ "dev.json": "{}" }, "dev.json must be a JSON array");
  await failsWith({ "dev.json": "[1]" }, "dev.json[0] is not a JSON object");
  await failsWith({ "dev.json": "[]" }, "dev.json has no records");
});

Deno.test("loadSpider() refuses a record without one of its fields, naming its index", async () => {
  for (const field of ["question", "query", "db_id"]) {
    const records = MINI_DEV.map((record, i) =>
      i === 1 ? { ...record, [field]: undefined } : record
    );
    await failsWith({ "dev.json": records }, `dev.json[1]: the field ${field} is missing`);
  }
  const blank = [{ ...MINI_DEV[0], query: " " }];
  await failsWith({ "train.json": blank }, 'train.json[0]: the field query must be a text: " "');
});

Deno.test("loadSpider() refuses an unknown db_id, naming it", async () => {
  const records = [...MINI_TRAIN, { ...MINI_TRAIN[0], db_id: "opera" }];
  await failsWith(
    { "train.json": records },
    "train.json[2]",
    "tables.json has no database",
    "opera",
  );
});

Deno.test("loadSpider() names a field of another name or type, and never takes it for absent", async () => {
  const { query, ...rest } = MINI_DEV[0]!;
  await failsWith({ "dev.json": [{ ...rest, SQL: query }] }, "field query is missing", '"SQL"');
  const { db_id, ...nameless } = MINI_DEV[0]!;
  await failsWith(
    { "dev.json": [{ ...nameless, database_id: db_id }] },
    "field db_id is missing",
    '"database_id"',
  );
  await failsWith({ "dev.json": [{ ...rest, query, db_id: 7 }] }, "db_id must be a text: 7");
  await withFolder({ "dev.json": [{ ...rest, query: 5 }] }, async (dir) => {
    await assert.rejects(loadSpider(dir), /the field query must be a text: 5$/);
  });
});

Deno.test("loadSpider() refuses a record with a key twice, of which one value would be lost", async () => {
  await withFolder({}, async (dir) => {
    const [record] = MINI_DEV;
    const text = JSON.stringify([record]).replace("{", '{"query": "SELECT 1", ');
    await Deno.writeTextFile(join(dir, "dev.json"), text);
    await assert.rejects(loadSpider(dir), /dev\.json: the key "query" stands twice/);
  });
});

Deno.test("loadSpider() reads UTF-16 with its mark and refuses other encodings by name", async () => {
  const units = (text: string): Uint8Array => new Uint8Array(Uint16Array.from(text, unit).buffer);
  const unit = (char: string): number => char.charCodeAt(0);
  const json = JSON.stringify(MINI_DEV);
  await withFolder({}, async (dir) => {
    await writeFile(join(dir, "dev.json"), units(`\ufeff${json}`));
    assert.equal((await loadSpider(dir)).dev.length, MINI_DEV.length);
    await writeFile(join(dir, "dev.json"), units(json));
    await assert.rejects(loadSpider(dir), /dev\.json: it holds NUL characters.*UTF-8/);
    await writeFile(join(dir, "dev.json"), new Uint8Array([0x5b, 0xe9, 0x5d]));
    await assert.rejects(loadSpider(dir), /dev\.json: its bytes are not valid UTF-8/);
  });
});

Deno.test("loadSpider() shows control characters of the data as escapes", async () => {
  const records = [{ ...MINI_DEV[0], db_id: "no\u001b[31m\nred" }];
  await failsWith({ "dev.json": records }, "no\\u001b[31m\\nred");
});

Deno.test("loadSpider() refuses a broken tables.json, naming record and field", async () => {
  const good = {
    db_id: "farm",
    table_names_original: ["cow"],
    column_names_original: [[-1, "*"], [0, "name"]],
    column_types: ["text", "text"],
    primary_keys: [],
    foreign_keys: [],
  };
  const broken: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ db_id: "../farm" }, '"db_id" must be a plain name: current value is "../farm"'],
    [
      { column_names_original: undefined },
      '"column_names_original" must be a list of [table, name]: it is missing',
    ],
    [
      { column_names_original: [[7, "name"]] },
      'column_names_original[0]" must be [table, name] of a table: current value is [7,"name"]',
    ],
    [{ primary_keys: [9] }, '"primary_keys[0]" must be places of columns: current value is 9'],
    [
      { foreign_keys: [[1, 0]] },
      '"foreign_keys[0]" must be places of columns: current value is [1,0]',
    ],
    [
      { table_names_original: [3] },
      '"table_names_original[0]" must be a text that is not empty: current value is 3',
    ],
  ];
  for (const [change, message] of broken) {
    await failsWith({ "tables.json": [{ ...good, ...change }] }, "tables.json[0]", message);
  }
  await failsWith({ "tables.json": [good, good] }, "tables.json[1]", "listed twice: farm");
});

const root = realDataRoot();
const spiderDir = root === undefined ? undefined : join(root, "spider");
const skipped = spiderDir === undefined || !existsSync(spiderDir);
const reason = skipped ? " [skipped: no Spider at LAB_DATA_ROOT]" : "";

Deno.test(`loadSpider() reads the release: 8659 train, 1034 dev, 166 schemas${reason}`, {
  ignore: skipped,
}, async () => {
  const { train, dev, schemas, missingDatabases, databasePath } = await loadSpider(spiderDir!);
  assert.equal(train.length, 8659);
  assert.equal(dev.length, 1034);
  assert.equal(schemas.size, 166);
  const trainDatabases = new Set(train.map(({ dbId }) => dbId));
  assert.ok(!dev.some(({ dbId }) => trainDatabases.has(dbId)), "no dev database is trained on");
  for (const { dbId, examples } of missingDatabases) {
    assert.ok(!existsSync(databasePath(dbId)));
    assert.equal(examples, dev.filter((example) => example.dbId === dbId).length);
  }
  // The folder that this project is tested with lacks wta_1; a full release lacks nothing.
  assert.ok(
    missingDatabases.length === 0 ||
      JSON.stringify(missingDatabases) === '[{"dbId":"wta_1","examples":62}]',
    JSON.stringify(missingDatabases),
  );
});

Deno.test(`normalizeSql() changes no released query but in its spacing${reason}`, {
  ignore: skipped,
}, async () => {
  const { train, dev, databasePath } = await loadSpider(spiderDir!);
  const databases = new Map<string, DatabaseSync>();
  let prepared = 0;
  for (const { dbId, query } of [...train, ...dev]) {
    const normal = normalizeSql(query);
    assert.equal(withoutSpace(normal), withoutSpace(query).replace(/;+$/, ""));
    assert.equal(normalizeSql(normal), normal);
    if (!existsSync(databasePath(dbId))) continue;
    let database = databases.get(dbId);
    if (database === undefined) {
      database = new DatabaseSync(databasePath(dbId), {
        readOnly: true,
        // Spider quotes strings with ", which SQLite accepts and node:sqlite by default does not.
        enableDoubleQuotedStringLiterals: true,
      });
      databases.set(dbId, database);
    }
    assert.equal(prepares(database, normal), prepares(database, query), normal);
    if (prepares(database, normal)) prepared++;
  }
  for (const database of databases.values()) database.close();
  assert.ok(prepared > 9400, `${prepared} prepared`);
});

Deno.test(`quoteName() writes every released name so that SQLite finds it${reason}`, {
  ignore: skipped,
}, async () => {
  const { schemas, databasePath } = await loadSpider(spiderDir!);
  let found = 0;
  for (const { dbId, tables } of schemas.values()) {
    if (!existsSync(databasePath(dbId))) continue;
    const database = new DatabaseSync(databasePath(dbId), { readOnly: true });
    for (const { name, columns } of tables) {
      const names = columns.map((column) => `t.${quoteName(column.name)}`).join(", ");
      database.prepare(`SELECT ${names} FROM ${quoteName(name)} AS t`);
      found += columns.length;
    }
    database.close();
  }
  assert.ok(found > 4000, `${found} columns`);
});

/** The query with whitespace outside literals removed, by another way than the code under test. */
function withoutSpace(sql: string): string {
  let open = "";
  let out = "";
  for (const char of sql) {
    if (open !== "") {
      if (char === open) open = "";
      out += char;
    } else if (char === "'" || char === '"') {
      open = char;
      out += char;
    } else if (char.trim() !== "") out += char;
  }
  return out;
}

function prepares(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql);
    return true;
  } catch {
    return false;
  }
}
