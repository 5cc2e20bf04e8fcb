import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { realDataRoot } from "../../ground/mod.ts";
import { deriveTables, formatTables, loadSpider, serializeSchema } from "../mod.ts";
import { parseSchemas } from "../parse_schemas.ts";

async function withDatabase(sql: string, test: (path: string) => void): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "tables_" });
  try {
    const database = new DatabaseSync(`${dir}/x.sqlite`);
    database.exec(sql);
    database.close();
    test(`${dir}/x.sqlite`);
  } finally {
    await rm(dir, { recursive: true });
  }
}

Deno.test("deriveTables() takes tables alone: no views, no tables behind a full-text index", async () => {
  await withDatabase(
    `CREATE TABLE zebra(id INTEGER PRIMARY KEY, whole INT, half GENERATED ALWAYS AS (whole / 2));
     CREATE TABLE ape(id INTEGER PRIMARY KEY AUTOINCREMENT);
     CREATE VIEW both AS SELECT id FROM zebra;
     CREATE VIRTUAL TABLE notes USING fts5(body);`,
    (path) => {
      const { tables, brokenKeys } = deriveTables(path, "zoo");
      assert.deepEqual(tables.table_names_original, ["zebra", "ape", "notes"]);
      assert.deepEqual(tables.column_names_original, [
        [-1, "*"],
        [0, "id"],
        [0, "whole"],
        [0, "half"],
        [1, "id"],
        [2, "body"],
      ]);
      assert.deepEqual(brokenKeys, []);
    },
  );
});

Deno.test("deriveTables() reads composite foreign keys in the order of the primary key, and leaves out broken ones by name", async () => {
  await withDatabase(
    `CREATE TABLE seat(hall INT, row INT, PRIMARY KEY (row, hall));
     CREATE TABLE ticket(r INT, h INT, film INT REFERENCES film(id),
                         FOREIGN KEY (r, h) REFERENCES seat);`,
    (path) => {
      const { tables, brokenKeys } = deriveTables(path, "cinema");
      assert.deepEqual(tables.foreign_keys, [[3, 2], [4, 1]]);
      assert.deepEqual(brokenKeys, ["cinema.ticket.film refers to a column that is not there"]);
    },
  );
});

Deno.test("formatTables() writes what parseSchemas() reads", async () => {
  await withDatabase('CREATE TABLE "Home Town"("a ""b""" TEXT)', (path) => {
    const { tables } = deriveTables(path, "x");
    const [schema] = parseSchemas(JSON.parse(formatTables([tables]))).values();
    assert.deepEqual(schema?.tables, [
      { name: "Home Town", columns: [{ name: 'a "b"', type: "text" }] },
    ]);
  });
});

const root = realDataRoot();
const dir = root === undefined ? undefined : join(root, "spider");
const skipped = dir === undefined || !existsSync(dir);

Deno.test({
  name: "deriveTables() gives the schemas of Spider's own tables.json, but for four databases" +
    (skipped ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""),
  ignore: skipped,
  fn: async () => {
    const { schemas, databasePath } = await loadSpider(dir!);
    const there = [...schemas.keys()].filter((dbId) => existsSync(databasePath(dbId)));
    assert.ok(there.length > 100);
    const other = there.filter((dbId) => {
      const { tables } = deriveTables(databasePath(dbId), dbId);
      const made = parseSchemas([{ ...tables }]).get(dbId)!;
      return serializeSchema(made) !== serializeSchema(schemas.get(dbId)!);
    });
    // the release lists sqlite_sequence in two, and lacks a foreign key in two
    assert.equal(other.length, 4, other.join());
  },
});

Deno.test("deriveTables() leaves nothing beside a database in WAL mode", () => {
  const folder = Deno.makeTempDirSync({ prefix: "lab-wal-" });
  try {
    const path = `${folder}/shop.sqlite`;
    const writer = new DatabaseSync(path);
    writer.exec("PRAGMA journal_mode = WAL; CREATE TABLE maker (name TEXT)");
    writer.close();
    assert.deepEqual(deriveTables(path, "shop").tables.table_names, ["maker"]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["shop.sqlite"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
