import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { realDataRoot } from "../lib/ground/mod.ts";
import { hardness } from "../lib/sql/mod.ts";
import {
  buildSampleDatabases,
  deriveTables,
  formatTables,
  type SpiderTables,
} from "./build_sample.ts";

const SAMPLE = join(import.meta.dirname ?? ".", "sample");
const SPLITS = ["train", "dev"] as const;

interface Pair {
  readonly db_id: string;
  readonly question: string;
  readonly query: string;
}

function readJson<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(path));
}

function readPairs(split: typeof SPLITS[number]): readonly Pair[] {
  return readJson(join(SAMPLE, `${split}.json`));
}

function allPairs(): readonly Pair[] {
  return SPLITS.flatMap(readPairs);
}

function committedTables(): readonly SpiderTables[] {
  return readJson(join(SAMPLE, "tables.json"));
}

/** Runs a test on freshly built databases, so that none depends on what a working tree holds. */
async function withBuilt(test: (dir: string) => Promise<void> | void): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "sample_" });
  try {
    for (const { db_id } of committedTables()) {
      await Deno.mkdir(`${dir}/database/${db_id}`, { recursive: true });
      await Deno.copyFile(
        `${SAMPLE}/database/${db_id}/schema.sql`,
        `${dir}/database/${db_id}/schema.sql`,
      );
    }
    await buildSampleDatabases(dir);
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

interface RunOptions {
  /** Scan tables and indexes backwards wherever the query leaves the order open. */
  readonly reversed?: boolean;
}

/** Rows as text, in the order of the result; the database is opened read-only. */
function run(dir: string, dbId: string, query: string, options: RunOptions = {}): string[] {
  // Rows as objects would lose one of two columns of the same name. Deno's types lack the option.
  const settings: { readOnly: boolean; returnArrays: boolean } = {
    readOnly: true,
    returnArrays: true,
  };
  const db = new DatabaseSync(`${dir}/database/${dbId}/${dbId}.sqlite`, settings);
  try {
    if (options.reversed) db.exec("PRAGMA reverse_unordered_selects = ON");
    return db.prepare(query).all().map((row) => {
      assert.ok(Array.isArray(row));
      return JSON.stringify(row);
    });
  } finally {
    db.close();
  }
}

function bag(rows: readonly string[]): string {
  return [...rows].sort().join("\n");
}

Deno.test("The sample's tables.json is what its databases say", async () => {
  await withBuilt((dir) => {
    const derived = deriveTables(dir);
    assert.ok(derived.length >= 8);
    assert.equal(Deno.readTextFileSync(`${SAMPLE}/tables.json`), formatTables(derived));
  });
  const folders = [...Deno.readDirSync(`${SAMPLE}/database`)].map((entry) => entry.name).sort();
  assert.deepEqual(folders, committedTables().map((table) => table.db_id));
});

Deno.test("The sample's databases have 3 to 6 tables of 6 to 15 rows, and keys", async () => {
  await withBuilt((dir) => {
    for (const schema of deriveTables(dir)) {
      const tables = schema.table_names_original;
      assert.ok(tables.length >= 3 && tables.length <= 6, schema.db_id);
      assert.ok(schema.primary_keys.length >= tables.length, schema.db_id);
      assert.ok(schema.foreign_keys.length >= 2, schema.db_id);
      for (const table of tables) {
        const rows = run(dir, schema.db_id, `SELECT * FROM ${table}`).length;
        assert.ok(rows >= 6 && rows <= 15, `${schema.db_id}.${table} has ${rows} rows`);
      }
    }
  });
});

Deno.test("The sample has 240 train and 96 dev pairs or more, 24 or more a database", () => {
  assert.ok(readPairs("train").length >= 240);
  assert.ok(readPairs("dev").length >= 96);
  const counts = Map.groupBy(allPairs(), (pair) => pair.db_id);
  for (const [dbId, pairs] of counts) assert.ok(pairs.length >= 24, `${dbId}: ${pairs.length}`);
});

Deno.test("The sample's train and dev splits use different databases, and every one of them", () => {
  const [train, dev] = SPLITS.map((split) => new Set(readPairs(split).map((pair) => pair.db_id)));
  assert.ok(train && dev && train.size >= 8 && dev.size >= 4);
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
