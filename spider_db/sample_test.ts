import assert from "node:assert/strict";
import { join } from "node:path";
import { realDataRoot } from "../lib/ground/mod.ts";
import { hardness } from "../lib/sql/mod.ts";
import { deriveTables, formatTables } from "./build_sample.ts";
import {
  allPairs,
  bag,
  committedTables,
  type Pair,
  readJson,
  readPairs,
  run,
  SAMPLE,
  SPLITS,
  withBuilt,
} from "./testing/sample.ts";

Deno.test("The sample's tables.json is what its databases say", async () => {
  await withBuilt((dir) => {
    const derived = deriveTables(dir);
    assert.ok(derived.length >= 8);
    assert.equal(Deno.readTextFileSync(`${SAMPLE}/tables.json`), formatTables(derived));
  });
  const folders = [...Deno.readDirSync(`${SAMPLE}/database`)].map((entry) => entry.name).sort();
  assert.deepEqual(folders, committedTables().map((table) => table.db_id));
});

Deno.test("The sample's databases have 2 to 6 tables of 6 to 20 rows, and keys", async () => {
  await withBuilt((dir) => {
    for (const schema of deriveTables(dir)) {
      const tables = schema.table_names_original;
      assert.ok(tables.length >= 2 && tables.length <= 6, schema.db_id);
      assert.ok(schema.primary_keys.length >= tables.length, schema.db_id);
      assert.ok(schema.foreign_keys.length >= tables.length - 2, schema.db_id);
      assert.ok(schema.foreign_keys.length >= 1, schema.db_id);
      for (const table of tables) {
        const rows = run(dir, schema.db_id, `SELECT * FROM ${table}`).length;
        assert.ok(rows >= 6 && rows <= 20, `${schema.db_id}.${table} has ${rows} rows`);
      }
    }
  });
});

Deno.test("The sample has 10 train databases of 24 pairs or more, and 14 dev databases of 11", () => {
  const [train, dev] = SPLITS.map((split) => Map.groupBy(readPairs(split), (pair) => pair.db_id));
  assert.ok(train && dev);
  assert.equal(train.size, 10);
  for (const [dbId, pairs] of train) assert.ok(pairs.length >= 24, `${dbId}: ${pairs.length}`);
  // As many from each, so that no database decides a mean or a half.
  assert.equal(dev.size, 14);
  for (const [dbId, pairs] of dev) assert.equal(pairs.length, 11, dbId);
});

Deno.test("The sample's train and dev splits use different databases, and every one of them", () => {
  const [train, dev] = SPLITS.map((split) => new Set(readPairs(split).map((pair) => pair.db_id)));
  assert.ok(train && dev);
  assert.equal(train.intersection(dev).size, 0);
  assert.deepEqual([...train.union(dev)].sort(), committedTables().map((table) => table.db_id));
});

Deno.test("The sample's splits hold all four hardness levels, in the counts of the README", () => {
  const readme = Deno.readTextFileSync(join(SAMPLE, "..", "README.md")).replaceAll(/ +/g, " ");
  for (const split of SPLITS) {
    const pairs = readPairs(split);
    const counts = ["easy", "medium", "hard", "extra"].map((level) =>
      pairs.filter((pair) => hardness(pair.query) === level).length
    );
    assert.ok(counts.every((count) => count >= 5), `${split}: ${counts}`);
    const databases = new Set(pairs.map((pair) => pair.db_id)).size;
    const cells = [`\`${split}.json\``, pairs.length, databases, ...counts];
    assert.ok(readme.includes(`| ${cells.join(" | ")} |`), `${split}: ${cells}`);
  }
});

Deno.test("The sample asks no question twice and writes its SQL in one style", () => {
  const pairs = allPairs();
  const asked = new Set(pairs.map((pair) => pair.question.toLowerCase().replace(/\W+/g, " ")));
  assert.equal(asked.size, pairs.length);
  for (const { question, query } of pairs) {
    assert.match(question, /^[A-Z].*[.?]$/);
    assert.match(query, /^SELECT /);
    assert.doesNotMatch(query, / {2}|;|"|\s$| (,|select|from|where|join|as|and|or|on|in) /, query);
  }
});

Deno.test("The sample's golds run read-only, and at least 90 % return rows", async () => {
  await withBuilt((dir) => {
    const pairs = allPairs();
    const empty = pairs.filter(({ db_id, query }) => {
      const rows = run(dir, db_id, query);
      return rows.length === 0 || bag(rows) === "[null]" || bag(rows) === "[0]";
    });
    assert.ok(empty.length <= pairs.length * 0.1, `${empty.length} of ${pairs.length}`);
  });
});

Deno.test("The sample's golds do not depend on the order in which SQLite scans", async () => {
  await withBuilt((dir) => {
    for (const { db_id, query } of allPairs()) {
      const forward = run(dir, db_id, query);
      const backward = run(dir, db_id, query, { reversed: true });
      // With an ORDER BY this also finds ties, above all at a LIMIT.
      if (query.includes(" ORDER BY ")) assert.deepEqual(backward, forward, query);
      else assert.equal(bag(backward), bag(forward), query);
    }
  });
});

Deno.test("The sample's golds change their result when a condition or a direction is left out", async () => {
  const edits: readonly (readonly [part: RegExp, without: string])[] = [
    [/ WHERE [^()]*$/, ""],
    [/ AND [^()]*$/, ""],
    [/ OR [^()]*$/, ""],
    [/ HAVING .*$/, ""],
    [/(SELECT |\()DISTINCT /, "$1"],
    [/ DESC\b/, ""],
    [/ LIMIT \d+$/, ""],
  ];
  let changed = 0;
  await withBuilt((dir) => {
    for (const { db_id, query } of allPairs()) {
      for (const [part, without] of edits) {
        // Half a BETWEEN is no query, and half an INTERSECT or EXCEPT is another one.
        if (!part.test(query) || / BETWEEN | INTERSECT | EXCEPT /.test(query)) continue;
        const other = query.replace(part, without);
        const same = query.includes(" ORDER BY ")
          ? run(dir, db_id, other).join("\n") === run(dir, db_id, query).join("\n")
          : bag(run(dir, db_id, other)) === bag(run(dir, db_id, query));
        assert.ok(!same, `${db_id}: ${query} gives what ${other} gives`);
        changed++;
      }
    }
  });
  assert.ok(changed > 150, `${changed} edits tried`);
});

const spiderRoot = realDataRoot();
Deno.test({
  name: "The sample has no database id and no question of Spider" +
    (spiderRoot ? "" : " [skipped: no Spider at LAB_DATA_ROOT]"),
  ignore: !spiderRoot,
  fn: () => {
    const normal = (question: string): string => question.toLowerCase().replace(/\W+/g, " ").trim();
    const files = ["train_spider.json", "train_others.json", "dev.json"];
    const spider = files.flatMap((file) => readJson<Pair[]>(`${spiderRoot}/spider/${file}`));
    assert.ok(spider.length > 9000);
    const questions = new Set(spider.map((pair) => normal(pair.question)));
    const ids = new Set(spider.map((pair) => pair.db_id));
    for (const { db_id, question } of allPairs()) {
      assert.ok(!ids.has(db_id), db_id);
      assert.ok(!questions.has(normal(question)), question);
    }
  },
});
