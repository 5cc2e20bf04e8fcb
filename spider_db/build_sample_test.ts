import assert from "node:assert/strict";
import { buildSampleDatabases, deriveTables, schemaMark } from "./build_sample.ts";

/** Two tiny databases in a folder of their own, for what goes wrong in a build. */
async function withTwo(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "sample_" });
  try {
    await writeSchema(dir, "a", "CREATE TABLE t (id INTEGER PRIMARY KEY);");
    await writeSchema(dir, "b", "CREATE TABLE u (id INTEGER PRIMARY KEY);");
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function writeSchema(dir: string, dbId: string, schema: string): Promise<void> {
  await Deno.mkdir(`${dir}/database/${dbId}`, { recursive: true });
  await Deno.writeTextFile(`${dir}/database/${dbId}/schema.sql`, schema);
}

Deno.test("buildSampleDatabases() builds what is missing and reuses the rest", async () => {
  await withTwo(async (dir) => {
    assert.deepEqual(await buildSampleDatabases(dir), { built: ["a", "b"], reused: [] });
    assert.deepEqual(await buildSampleDatabases(dir), { built: [], reused: ["a", "b"] });
    const names = [...Deno.readDirSync(`${dir}/database/a`)].map((entry) => entry.name).sort();
    assert.deepEqual(names, ["a.sqlite", "schema.sql"]);
  });
});

Deno.test("buildSampleDatabases() rebuilds a database when its schema.sql changed", async () => {
  await withTwo(async (dir) => {
    await buildSampleDatabases(dir);
    await writeSchema(dir, "b", "CREATE TABLE v (id INTEGER PRIMARY KEY);");
    assert.deepEqual(await buildSampleDatabases(dir), { built: ["b"], reused: ["a"] });
    assert.deepEqual(deriveTables(dir)[1]?.table_names, ["v"]);
  });
});

Deno.test("buildSampleDatabases() rebuilds a database that is empty, cut off or no database", async () => {
  await withTwo(async (dir) => {
    await buildSampleDatabases(dir);
    const path = `${dir}/database/a/a.sqlite`;
    const whole = await Deno.readFile(path);
    for (const bytes of [new Uint8Array(), whole.slice(0, 4096), new Uint8Array(8192).fill(7)]) {
      await Deno.writeFile(path, bytes);
      assert.deepEqual((await buildSampleDatabases(dir)).built, ["a"]);
      assert.deepEqual(deriveTables(dir)[0]?.table_names, ["t"]);
    }
  });
});

Deno.test("buildSampleDatabases() removes what a killed build left, but not a build under way", async () => {
  await withTwo(async (dir) => {
    const old = `${dir}/database/a/partial-old.sqlite`;
    const fresh = `${dir}/database/a/partial-new.sqlite`;
    await Deno.writeTextFile(old, "half");
    await Deno.writeTextFile(fresh, "half");
    const hourAgo = new Date(Date.now() - 3_600_000);
    await Deno.utime(old, hourAgo, hourAgo);
    await buildSampleDatabases(dir);
    const names = [...Deno.readDirSync(`${dir}/database/a`)].map((entry) => entry.name);
    assert.ok(!names.includes("partial-old.sqlite"));
    assert.ok(names.includes("partial-new.sqlite"));
  });
});

Deno.test("buildSampleDatabases() names the database whose schema.sql fails and leaves no file", async () => {
  const faults: readonly (readonly [schema: string, reason: RegExp])[] = [
    ["CREATE TABLE t (id", /Cannot build b from its schema\.sql: incomplete input/],
    [
      "CREATE TABLE t (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t (id));" +
      "INSERT INTO t VALUES (1, 9);",
      /Cannot build b from its schema\.sql: 1 rows break a foreign key/,
    ],
  ];
  for (const [schema, reason] of faults) {
    await withTwo(async (dir) => {
      await writeSchema(dir, "b", schema);
      await assert.rejects(buildSampleDatabases(dir), reason);
      const names = [...Deno.readDirSync(`${dir}/database/b`)].map((entry) => entry.name);
      assert.deepEqual(names, ["schema.sql"]);
    });
  }
});

Deno.test("schemaMark() fits a signed 32-bit number and tells schemas apart", () => {
  const marks = ["", "CREATE TABLE t (a);", "CREATE TABLE t (b);"].map(schemaMark);
  assert.equal(new Set(marks).size, marks.length);
  assert.ok(marks.every((mark) => Number.isInteger(mark) && mark > 0 && mark < 2 ** 31));
});

Deno.test("deriveTables() maps types, readable names, composite and implied keys as Spider does", async () => {
  const dir = await Deno.makeTempDir({ prefix: "sample_" });
  try {
    await writeSchema(
      dir,
      "x",
      `CREATE TABLE Town (Town_ID INTEGER PRIMARY KEY, area REAL, founded DATE, port BOOLEAN);
       CREATE TABLE road (a INTEGER REFERENCES Town, b INTEGER REFERENCES town (town_id), map BLOB,
                          name VARCHAR(9), PRIMARY KEY (a, b));`,
    );
    await buildSampleDatabases(dir);
    assert.deepEqual(deriveTables(dir), [{
      db_id: "x",
      table_names: ["town", "road"],
      table_names_original: ["Town", "road"],
      column_names: [
        [-1, "*"],
        [0, "town id"],
        [0, "area"],
        [0, "founded"],
        [0, "port"],
        [1, "a"],
        [1, "b"],
        [1, "map"],
        [1, "name"],
      ],
      column_names_original: [
        [-1, "*"],
        [0, "Town_ID"],
        [0, "area"],
        [0, "founded"],
        [0, "port"],
        [1, "a"],
        [1, "b"],
        [1, "map"],
        [1, "name"],
      ],
      column_types: [
        "text",
        "number",
        "number",
        "time",
        "boolean",
        "number",
        "number",
        "others",
        "text",
      ],
      primary_keys: [1, 5, 6],
      foreign_keys: [[5, 1], [6, 1]],
    }]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
