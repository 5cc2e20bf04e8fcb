import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DatabaseError, type Execution, ExecutorPool } from "../sql/mod.ts";
import { sleep, UsageError } from "../ground/mod.ts";
import { KeptCellValues } from "./kept_cell_values.ts";
import type { DatabaseSchema } from "./types.ts";

const SCHEMA: DatabaseSchema = {
  dbId: "zoo",
  tables: [
    { name: "animal", columns: [{ name: "id", type: "number" }, { name: "home", type: "text" }] },
    { name: "visit", columns: [{ name: "animal_id", type: "number" }] },
  ],
  primaryKeys: [],
  foreignKeys: [],
};
/** Until a file counts as settled. */
const SETTLED_MS = 2_200;

/** A pool that counts the statements it is given. */
class Counted extends ExecutorPool {
  statements = 0;

  override execute(path: string, sql: string): Promise<Execution> {
    this.statements++;
    return super.execute(path, sql);
  }
}

Deno.test("KeptCellValues asks a database again only when its file, the schema or the count has changed", async () => {
  const dir = await Deno.makeTempDir({ prefix: "kept_values_" });
  const [path, cache] = [join(dir, "zoo.sqlite"), join(dir, "cache.json")];
  const change = (sql: string): void => {
    using database = new DatabaseSync(path);
    database.exec(sql);
  };
  await using pool = new Counted();
  const read = async (
    { schema = SCHEMA, count = 2, at = path } = {},
  ): Promise<readonly [statements: number, values: unknown]> => {
    const before = pool.statements;
    const kept = new KeptCellValues(pool, count, cache);
    const { tables } = await kept.of(schema, at);
    kept.save();
    const values = tables.map(({ columns }) => columns.map(({ values }) => values));
    return [pool.statements - before, values];
  };
  try {
    change(
      "CREATE TABLE animal(id, home); CREATE TABLE visit(animal_id);" +
        "INSERT INTO animal VALUES (1, 'Peru'), (2, 'Chad')",
    );
    const first = [[["1", "2"], ["'Chad'", "'Peru'"]], [[]]];
    assert.deepEqual(await read(), [3, first]);
    assert.deepEqual(await read(), [3, first], "a change in the same second would not show");
    await sleep(SETTLED_MS);
    assert.deepEqual(await read(), [3, first]);
    assert.deepEqual(await read(), [0, first]);
    assert.deepEqual(await read({ count: 1 }), [3, [[["1"], ["'Chad'"]], [[]]]]);
    const [animal, visit] = SCHEMA.tables as [typeof SCHEMA.tables[0], typeof SCHEMA.tables[0]];
    const swapped = { ...animal, columns: [animal!.columns[1]!, animal!.columns[0]!] };
    assert.deepEqual((await read({ schema: { ...SCHEMA, tables: [swapped, visit] } }))[0], 3);
    assert.deepEqual(await read(), [3, first], "one entry a database and count");
    assert.deepEqual((await read())[0], 0);

    const link = join(dir, "link.sqlite");
    await Deno.symlink(path, link);
    assert.equal((await read({ at: link }))[0], 3);
    assert.equal((await read({ at: link }))[0], 0);
    await Deno.writeTextFile(`${path}-wal`, "");
    for (const at of [path, link]) {
      assert.equal((await read({ at }))[0], 3, "what is in the log is not in the file");
    }
    await Deno.remove(`${path}-wal`);
    await Deno.remove(link);
    assert.equal((await read())[0], 0);

    const kept = JSON.parse(await Deno.readTextFile(cache));
    for (
      const damage of [{ values: [] }, { values: [[["1"]], [[]]] }, { values: 3 }, { state: 1 }]
    ) {
      const damaged = Object.entries<object>(kept).map((
        [key, one],
      ) => [key, { ...one, ...damage }]);
      await Deno.writeTextFile(cache, JSON.stringify(Object.fromEntries(damaged)));
      assert.deepEqual(await read(), [3, first], JSON.stringify(damage));
    }
    await Deno.writeTextFile(cache, "{");
    assert.deepEqual(await read(), [3, first]);

    change("INSERT INTO animal VALUES (3, 'Peru')");
    await sleep(SETTLED_MS);
    const second = [[["1", "2"], ["'Peru'", "'Chad'"]], [[]]];
    assert.deepEqual(await read(), [3, second]);
    assert.deepEqual(await read(), [0, second]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("KeptCellValues forgets databases that are gone, and refuses what cannot be read each time", async () => {
  const dir = await Deno.makeTempDir({ prefix: "kept_values_" });
  const cache = join(dir, "cache.json");
  await using pool = new ExecutorPool();
  try {
    for (const name of ["one", "two"]) {
      using database = new DatabaseSync(join(dir, name));
      database.exec("CREATE TABLE animal(id, home); CREATE TABLE visit(animal_id)");
    }
    await Deno.writeTextFile(join(dir, "wrong"), "no database");
    await sleep(SETTLED_MS);
    const first = new KeptCellValues(pool, 1, cache);
    await first.of(SCHEMA, join(dir, "one"));
    first.save();
    await Deno.remove(join(dir, "one"));
    const second = new KeptCellValues(pool, 1, cache);
    await second.of(SCHEMA, join(dir, "two"));
    for (let i = 0; i < 2; i++) {
      await assert.rejects(second.of(SCHEMA, join(dir, "wrong")), (error: Error) => {
        return error instanceof UsageError || error instanceof DatabaseError;
      });
    }
    second.save();
    const keys = Object.keys(JSON.parse(await Deno.readTextFile(cache)));
    assert.deepEqual(keys, [`${join(dir, "two")}\n1`]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
