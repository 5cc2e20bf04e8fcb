import assert from "node:assert/strict";
import { loadSpider } from "../lib/spider/mod.ts";
import { MINI_DEV, MINI_TRAIN, writeMiniSpider } from "../lib/spider/testing/mini_spider.ts";
import { runTool } from "./testing/run_tool.ts";

/** Questions on three databases, so that some can be asked and some trained on. */
const TRAIN = [
  ...MINI_TRAIN,
  { db_id: "farm", question: "Cows?", query: "SELECT name FROM cow" },
  { db_id: "music", question: "Titles?", query: "SELECT title FROM song" },
];

async function withSpider(use: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await writeMiniSpider(`${root}/spider`, { "train.json": TRAIN });
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("resplit_spider asks some train databases and trains on the others, without dev", async () => {
  await withSpider(async (root) => {
    const { code, stderr } = await run(
      ["--spider", `${root}/spider`, "--out", `${root}/new`, "--databases", "1"],
    );
    assert.equal(code, 0, stderr);
    const { dev, train, missingDatabases } = await loadSpider(`${root}/new`);
    const asked = new Set(dev.map(({ dbId }) => dbId));
    assert.equal(asked.size, 1);
    assert.ok(train.every(({ dbId }) => !asked.has(dbId)));
    assert.deepEqual(missingDatabases, []);
    const questions = [...dev, ...train].map(({ question }) => question).sort();
    assert.deepEqual(questions, TRAIN.map(({ question }) => question).sort());
    assert.ok(MINI_DEV.every(({ question }) => !questions.includes(question)));
    assert.match(stderr, new RegExp(`to ask: ${dev.length} questions of 1 train databases: `));
  });
});

Deno.test("resplit_spider never asks a train database without its file, and names it", async () => {
  await withSpider(async (root) => {
    await Deno.remove(`${root}/spider/database/choir`, { recursive: true });
    const { code, stderr } = await run(
      ["--spider", `${root}/spider`, "--out", `${root}/new`, "--databases", "2"],
    );
    assert.equal(code, 0, stderr);
    const { train } = await loadSpider(`${root}/new`);
    assert.deepEqual([...new Set(train.map(({ dbId }) => dbId))], ["choir"]);
    assert.match(stderr, /without a file, and so not asked: choir\n/);
  });
});

Deno.test("resplit_spider says in one line what is wrong, and exits with 2", async () => {
  await withSpider(async (root) => {
    const spider = `${root}/spider`;
    await Deno.symlink(`${root}/nowhere`, `${root}/link`);
    const before = [...Deno.readDirSync(root), ...Deno.readDirSync(spider)].length;
    const cases: readonly (readonly [args: readonly string[], line: RegExp])[] = [
      [["--out", `${root}/new`], /--spider and --out/],
      [["--spider", spider, "--out", spider], /is there already/],
      [["--spider", `${root}/none`, "--out", `${root}/new`], /none/],
      [["--spider", spider, "--out", `${root}/new`, "--databases", "3"], /--databases 3 are too/],
      [["--spider", spider, "--out", ""], /--spider and --out/],
      [
        ["--spider", spider, "--out", `${spider}/dev.json/new`, "--databases", "1"],
        /cannot write/,
      ],
      [["--spider", spider, "--out", `${root}/link`], /is there already/],
      [["--spider", spider, "--out", `${root}/new`, "--databases", "x"], /--databases is a whole/],
      [["--spider", spider, "--out", `${root}/new`, "--sed", "1"], /--sed/],
    ];
    for (const [args, line] of cases) {
      const { code, stderr } = await run(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, line);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    }
    assert.equal([...Deno.readDirSync(root), ...Deno.readDirSync(spider)].length, before);
  });
});

Deno.test("resplit_spider takes an empty database file for missing, and only files that are Spider's", async () => {
  await withSpider(async (root) => {
    const spider = `${root}/spider`;
    await Deno.writeTextFile(`${spider}/database/choir/choir.sqlite`, "");
    await Deno.writeTextFile(`${spider}/train_others.json`, JSON.stringify(TRAIN.slice(2)));
    await Deno.rename(`${spider}/train.json`, `${spider}/train_spider.json`);
    await Deno.writeTextFile(`${spider}/train.json`, "no JSON");
    const { code, stderr } = await run([
      "--spider",
      spider,
      "--out",
      `${root}/new`,
      "--databases",
      "2",
    ]);
    assert.equal(code, 0, stderr);
    const { dev, train } = await loadSpider(`${root}/new`);
    assert.deepEqual([dev.length, train.length], [4, 2]);
    // what no release is called, so that no paper says that its questions are Spider's dev
    assert.deepEqual([...Deno.readDirSync(`${root}/new`)].map(({ name }) => name).sort(), [
      "database",
      "dev.json",
      "tables.json",
      "train.json",
    ]);
  });
});

const run = (args: readonly string[]) => runTool("resplit_spider", args);
