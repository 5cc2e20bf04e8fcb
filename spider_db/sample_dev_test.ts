/**
 * What a score on the sample's dev split rests on: databases unlike each other, questions with one
 * right answer, and no gold that a likely wrong query equals.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Hardness, hardness } from "../lib/sql/mod.ts";
import type { SpiderTables } from "./build_sample.ts";
import {
  bag,
  committedTables,
  type Pair,
  readPairs,
  result,
  run,
  withBuilt,
} from "./testing/sample.ts";

const DEV = readPairs("dev");
const BY_DATABASE: ReadonlyMap<string, readonly Pair[]> = Map.groupBy(DEV, (pair) => pair.db_id);

function devTables(): readonly SpiderTables[] {
  return committedTables().filter((schema) => BY_DATABASE.has(schema.db_id));
}

interface Column {
  readonly table: string;
  readonly column: string;
  /** Whether it is a number or a date, and no key: what aggregates are asked of. */
  readonly isMeasure: boolean;
}

/** Every column but `*`, with the names in the database. */
function columnsOf(schema: SpiderTables): readonly Column[] {
  const keys = new Set([...schema.primary_keys, ...schema.foreign_keys.map(([from]) => from)]);
  return schema.column_names_original.map(([table, column], i) => ({
    table: schema.table_names_original[table] ?? "",
    column,
    isMeasure: schema.column_types[i] !== "text" && !keys.has(i),
  })).slice(1);
}

Deno.test("The sample's dev databases have unlike schemas", async () => {
  const schemas = devTables();
  const sizes = schemas.map((schema) => schema.table_names.length);
  assert.ok(new Set(sizes).size >= 4, `${sizes}`);
  const has = (what: string, least: number, test: (schema: SpiderTables) => boolean): void => {
    const count = schemas.filter(test).length;
    assert.ok(count >= least, `${count} have ${what}`);
  };
  const tableOf = (schema: SpiderTables, column: number): number => schema.column_names[column]![0];
  has("a date", 8, (schema) => schema.column_types.includes("time"));
  has(
    "a key of two columns",
    2,
    ({ primary_keys, table_names }) => primary_keys.length > table_names.length,
  );
  has(
    "a key that is text",
    1,
    ({ primary_keys, column_types }) => primary_keys.some((key) => column_types[key] === "text"),
  );
  has(
    "a table that refers to itself",
    1,
    (schema) => schema.foreign_keys.some(([a, b]) => tableOf(schema, a) === tableOf(schema, b)),
  );
  has("a table that refers to another twice", 2, (schema) => {
    const pairs = schema.foreign_keys.map(([a, b]) =>
      `${tableOf(schema, a)} ${tableOf(schema, b)}`
    );
    return new Set(pairs).size < pairs.length;
  });
  await withBuilt((dir) => {
    has(
      "a NULL",
      10,
      (schema) =>
        columnsOf(schema).some(({ table, column }) =>
          run(dir, schema.db_id, `SELECT 1 FROM ${table} WHERE ${column} IS NULL`).length > 0
        ),
    );
  });
});

Deno.test("The sample asks each dev database for four easy golds or more, and hard or extra ones", () => {
  for (const [dbId, pairs] of BY_DATABASE) {
    const levels = pairs.map((pair) => hardness(pair.query));
    const count = (level: Hardness): number => levels.filter((one) => one === level).length;
    assert.ok(count("easy") >= 4 && count("easy") <= 6, `${dbId}: ${levels}`);
    assert.ok(count("medium") >= 3, `${dbId}: ${levels}`);
    assert.ok(count("hard") + count("extra") >= 2, `${dbId}: ${levels}`);
  }
});

Deno.test("The sample's train split gives away no dev gold, and no dev gold is there twice", () => {
  const train = new Set(readPairs("train").map((pair) => pair.query.toLowerCase()));
  for (const { query } of DEV) assert.ok(!train.has(query.toLowerCase()), query);
  assert.equal(new Set(DEV.map((pair) => pair.query.toLowerCase())).size, DEV.length);
});

Deno.test("The sample's dev golds fit into the 64 tokens of config/sample.json", () => {
  // The longest, of 161 characters, has 62 tokens of SmolLM2's.
  for (const { query } of DEV) assert.ok(query.length <= 161, `${query.length}: ${query}`);
});

Deno.test("The sample's dev golds return rows, and none of them twice", async () => {
  await withBuilt((dir) => {
    for (const { db_id, query } of DEV) {
      const rows = run(dir, db_id, query);
      assert.ok(rows.length > 0 && bag(rows) !== "[null]" && bag(rows) !== "[0]", query);
      // A row that is there twice would leave open whether the question means DISTINCT.
      assert.equal(new Set(rows).size, rows.length, query);
    }
  });
});

Deno.test("The sample's dev golds with a LIMIT have no tie and no NULL at its edge", async () => {
  let checked = 0;
  await withBuilt((dir) => {
    for (const { db_id, query } of DEV) {
      const match = /^SELECT .*?( FROM .*) ORDER BY (.*?)( DESC)? LIMIT (\d+)$/.exec(query);
      if (match === null) continue;
      const [, from, key, direction = "", limit] = match;
      const order = `SELECT ${key}${from} ORDER BY ${key}${direction} LIMIT ${Number(limit) + 1}`;
      const keys = run(dir, db_id, order);
      assert.equal(keys.length, Number(limit) + 1, query);
      assert.ok(!keys.slice(0, Number(limit)).includes("[null]"), query);
      assert.equal(new Set(keys).size, keys.length, query);
      checked++;
    }
  });
  assert.ok(checked >= 15, `${checked}`);
});

Deno.test("The sample's dev golds for each row of a table leave no row out, or the question says so", async () => {
  let checked = 0;
  await withBuilt((dir) => {
    for (const { db_id, question, query } of DEV) {
      if (!/ JOIN .* GROUP BY T1\.id$/.test(query)) continue;
      const outer = query.replace(" JOIN ", " LEFT JOIN ");
      const same = result(dir, db_id, outer) === result(dir, db_id, query);
      assert.ok(same !== / that has /.test(question), question);
      checked++;
    }
  });
  assert.ok(checked >= 3, `${checked}`);
});

/** Likely mistakes, each as an edit of a gold: what is matched, and what stands there instead. */
const MISTAKES: readonly (readonly [part: RegExp, instead: string])[] = [
  [/ > /, " < "],
  [/ < /, " > "],
  [/ = (?='|\d)/, " != "],
  [/ IS NULL/, " IS NOT NULL"],
  [/ IS NOT NULL/, " IS NULL"],
  [/ NOT IN /, " IN "],
  [/\bmin\(/, "max("],
  [/\bmax\(/, "min("],
  [/\bsum\(/, "avg("],
  [/\bavg\(/, "sum("],
  [/\bsum\(/, "max("],
  [/\bavg\(/, "max("],
  [/count\(DISTINCT /, "count("],
  [/ HAVING .*$/, ""],
  [/ GROUP BY [\w.]+$/, ""],
  [/ ORDER BY [\w.]+( DESC)?$/, ""],
  [/ ORDER BY ([\w.()*]+) DESC/, " ORDER BY $1"],
  [/ ORDER BY ([\w.()*]+)(?=$| LIMIT)/, " ORDER BY $1 DESC"],
  [/ LIMIT 1$/, " LIMIT 2"],
  [/ BETWEEN (\d+) AND \d+/, " > $1"],
  [/ BETWEEN \d+ AND (\d+)/, " < $1"],
  [/(?<!BETWEEN \d+) AND /, " OR "],
  [/(?<!BETWEEN \d+) AND .*$/, ""],
  [/ WHERE .*? (AND|OR) /, " WHERE "],
  [/ OR /, " AND "],
  [/ OR .*$/, ""],
  [/ INTERSECT /, " UNION "],
  [/ INTERSECT .*$/, ""],
  [/^.* INTERSECT /, ""],
];

Deno.test("The sample's dev golds differ from what a likely mistake gives", async () => {
  const used = new Set<number>();
  await withBuilt((dir) => {
    for (const { db_id, query } of DEV) {
      for (const [i, [part, instead]] of MISTAKES.entries()) {
        const other = query.replace(part, instead);
        // What begins at a BETWEEN has rules of its own above.
        if (other === query || (/ BETWEEN /.test(query) && / WHERE \d/.test(other))) continue;
        used.add(i);
        // The gold decides whether the order counts.
        const rows = [query, other].map((one) => run(dir, db_id, one));
        const [gold, wrong] = rows.map((one) =>
          query.includes(" ORDER BY ") ? one.join("\n") : bag(one)
        );
        assert.notEqual(wrong, gold, `${query} gives what ${other} gives`);
      }
    }
  });
  const unused = MISTAKES.filter((_, i) => !used.has(i)).map(([part]) => String(part));
  assert.deepEqual(unused, [], "a mistake that fits no gold checks nothing");
});

Deno.test("The sample's dev golds differ from the simple queries on every table and column", async () => {
  await withBuilt((dir) => {
    for (const schema of devTables()) {
      const simple = [
        ...schema.table_names_original.flatMap((table) => [
          `SELECT count(*) FROM ${table}`,
          `SELECT * FROM ${table}`,
        ]),
        ...columnsOf(schema).flatMap(({ table, column, isMeasure }) => [
          `SELECT ${column} FROM ${table}`,
          ...(isMeasure ? ["min", "max", "sum", "avg"] : []).map((aggregate) =>
            `SELECT ${aggregate}(${column}) FROM ${table}`
          ),
        ]),
      ].map((query) => ({ query, rows: run(dir, schema.db_id, query) }));
      for (const { query: gold } of BY_DATABASE.get(schema.db_id) ?? []) {
        const rows = run(dir, schema.db_id, gold);
        const text = gold.includes(" ORDER BY ") ? rows.join("\n") : bag(rows);
        for (const { query, rows: others } of simple) {
          if (query === gold) continue;
          const other = gold.includes(" ORDER BY ") ? others.join("\n") : bag(others);
          assert.notEqual(other, text, `${schema.db_id}: ${gold} gives what ${query} gives`);
        }
      }
    }
  });
});

Deno.test("The sample's dev golds of one database have different results", async () => {
  await withBuilt((dir) => {
    for (const [dbId, pairs] of BY_DATABASE) {
      const seen = new Map<string, string>();
      for (const { query } of pairs) {
        const rows = bag(run(dir, dbId, query));
        assert.equal(seen.get(rows), undefined, `${dbId}: ${query} gives what another gives`);
        seen.set(rows, query);
      }
    }
  });
});
