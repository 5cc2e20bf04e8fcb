import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SILENT } from "../ground/mod.ts";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { openStore } from "../runs/store.ts";
import { KEPT_VERDICTS, type KeptVerdict } from "../sql/verdict.ts";
import {
  EXAMPLES,
  type JudgeFolder,
  judgeFolder,
  rowsOf,
  writeExamples,
} from "./testing/judge_folder.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";
import { main } from "./main.ts";

const SOUND =
  "SELECT count(name) FROM maker\nSELECT name FROM maker ORDER BY name DESC\nSELECT 1\n";

Deno.test("judge writes a verdict a line and prints counts by hardness and class", async () => {
  using folder = judgeFolder(SOUND);
  const { code, printed, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0, notes.join("\n"));
  const lines = Deno.readTextFileSync(`${folder.path}/o.jsonl`).trimEnd().split("\n");
  const verdicts = lines.map((line) => JSON.parse(line));
  assert.deepEqual(verdicts.map(({ id, status, official }) => [id, status, official]), [
    ["dev-0", "match", true],
    ["dev-1", "mismatch", false],
    ["dev-2", "no_database", null],
  ]);
  assert.match(printed, /\| all +\| +1 \| +2 \| +50\.0 % \|/);
  assert.match(printed, /\| order_limit +\| +1 \|/);
  assert.match(printed, /dev-1: right only by the assignment/);
  assert.match(notes.join("\n"), /no verdict on 1 example: the database gone is missing/);
  const left = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assert.deepEqual(left, ["database", "dev.json", "o.jsonl", "pred.txt"]);
});

Deno.test("judge counts by the reading that --mode names", async () => {
  using folder = judgeFolder(SOUND);
  const { code, printed } = await runMain(["judge", ...folder.flags, "--mode", "assignment"]);
  assert.equal(code, 0);
  assert.match(printed, /\| all +\| +2 \| +2 \| +100\.0 % \|/);
});

Deno.test("judge goes on with the verdicts of a run that was killed", async () => {
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  using folder = judgeFolder(`SELECT count(name) FROM maker\n${endless}\nSELECT 1\n`);
  const args = ["judge", ...folder.flags, "--timeout", "2", "--workers", "2"];
  const partial = `${folder.path}/o.jsonl.partial`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${REPOSITORY_ROOT}/lib/cli/main.ts`, ...args],
    stdout: "null",
    stderr: "null",
  }).spawn();
  while (lineCount(partial) < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await child.status;
  assert.equal(markKept(partial), 1);
  const { code, notes } = await runMain(args);
  assert.equal(code, 0, notes.join("\n"));
  const lines = Deno.readTextFileSync(`${folder.path}/o.jsonl`).trimEnd().split("\n");
  const verdicts = lines.map((line) => JSON.parse(line));
  assert.deepEqual(verdicts.map(({ status }) => status), ["match", "timeout", "no_database"]);
  assert.equal(verdicts[0].elapsedMs, 123456);
});

// Marks kept verdicts, so that it shows whether they are used or worked out again.
function markKept(path: string): number {
  const options = { schema: KEPT_VERDICTS.line };
  const records: KeptVerdict[] = [];
  {
    using store = openStore(path, options);
    records.push(...store.values());
  }
  Deno.removeSync(path);
  using store = openStore(path, options);
  store.append(records.map(({ key, verdict }) => ({
    key,
    verdict: { ...verdict, elapsedMs: 123456 },
  })));
  return records.length;
}

// The store as a run leaves it that is killed after its last verdict.
async function keptVerdicts(folder: JudgeFolder): Promise<string> {
  const progress = {
    ...SILENT,
    // A folder in the place of the result ends the run after the verdicts.
    update: () => Deno.mkdirSync(`${folder.path}/o.jsonl`, { recursive: true }),
  };
  const { signal } = new AbortController();
  const code = await main(["judge", ...folder.flags], { progress, print(): void {}, signal });
  assert.notEqual(code, 0);
  Deno.removeSync(`${folder.path}/o.jsonl`);
  return Deno.readTextFileSync(`${folder.path}/o.jsonl.partial`);
}

function lineCount(path: string): number {
  return existsSync(path) ? Deno.readTextFileSync(path).split("\n").length - 1 : 0;
}

Deno.test("judge names a gold that fails, and judges and writes the rest", async () => {
  using folder = judgeFolder(SOUND);
  const examples = [{ db_id: "shop", query: 'SELECT "a\nb" FROM gone' }, ...EXAMPLES.slice(1)];
  writeExamples(folder, examples);
  const { code, printed, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0, notes.join("\n"));
  assert.match(
    notes.at(-1)!,
    /^1 gold failed, no verdict on dev-0 \(dev-0: .*no such table/,
  );
  assert.match(printed, /\| all +\| +0 \| +1 \|/);
  assert.deepEqual(rowsOf(folder).map(({ id, status }) => [id, status]), [
    ["dev-0", "gold_failed"],
    ["dev-1", "mismatch"],
    ["dev-2", "no_database"],
  ]);
});

Deno.test("judge names a database that cannot be read, and judges the rest", async () => {
  using folder = judgeFolder(SOUND);
  Deno.mkdirSync(`${folder.path}/database/gone`);
  Deno.writeTextFileSync(`${folder.path}/database/gone/gone.sqlite`, "no database, ".repeat(400));
  const { code, printed, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /\| all +\| +1 \| +2 \|/);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0]!,
    /^no verdict on 1 example: the database gone cannot be read: .*not a.*database/,
  );
  assert.deepEqual(rowsOf(folder).map(({ status }) => status).at(-1), "bad_database");
});

Deno.test("judge ends with one line if no example can have a verdict", async () => {
  using folder = judgeFolder("SELECT 1\n");
  writeExamples(folder, [{ db_id: "shop", query: "SELECT 1 FROM gone" }]);
  await assertRefused(["judge", ...folder.flags], /no example has a verdict: gold_failed.*no such/);
  assert.equal(rowsOf(folder).length, 1);
});

Deno.test("judge counts and names what a file of predictions lacks", async () => {
  using folder = judgeFolder(
    [
      { id: 1, completion: "<think>\nThe tables" },
      { id: "dev-2", completion: null },
    ].map((record) => JSON.stringify(record)).join("\n"),
  );
  writeExamples(folder, [EXAMPLES[0]!, EXAMPLES[1]!, EXAMPLES[0]!]);
  const { code, printed, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /1 example without a prediction, counted as wrong: dev-0\n/);
  assert.match(printed, /1 example with an empty answer, counted as wrong: dev-2\n/);
  assert.match(printed, /1 example with a completion .*cut inside its reasoning.*: dev-1\n/);
  assert.match(printed, /\| all +\| +0 \| +3 \|/);
  assert.match(printed, /\| no_prediction +\| +1 \|/);
  assert.match(notes.join("\n"), /hint: all 2 predictions are no_sql/);
});

Deno.test("judge hints at the form of a file in which every line fails the same way", async () => {
  using folder = judgeFolder("Here is: SELECT 1\nHere is: SELECT 2\nSELECT 3\n");
  const { code, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0);
  assert.match(notes.at(-1)!, /^hint: all 2 predictions are sql_error, .*"completion"/);
});

Deno.test("judge says on how many files it ran, and takes one a database on demand", async () => {
  using folder = judgeFolder("SELECT 2\nSELECT name FROM maker ORDER BY name\nSELECT 1\n");
  using db = new DatabaseSync(`${folder.path}/database/shop/shop_1.sqlite`);
  db.exec("CREATE TABLE maker (name TEXT)");
  const all = await runMain(["judge", ...folder.flags]);
  assert.match(all.printed, /run on 1 database, 2 files in all; a match is one on every file/);
  assert.match(all.printed, /\| all +\| +1 \| +2 \|/);
  const one = await runMain(["judge", ...folder.flags, "--suite", "one"]);
  assert.match(one.printed, /run on 1 database, one file each/);
  assert.match(one.printed, /\| all +\| +2 \| +2 \|/);
  await assertRefused(
    ["judge", ...folder.flags, "--suite", "some"],
    /--suite must be one of all, one/,
  );
});

Deno.test("judge reads UTF-16 and shows control characters of the files as escapes", async () => {
  using folder = judgeFolder("");
  const utf16 = (text: string): Uint8Array =>
    new Uint8Array(Uint16Array.from(text, (char) => char.charCodeAt(0)).buffer);
  Deno.writeFileSync(
    `${folder.path}/pred.txt`,
    utf16("\ufeffSELECT 2\r\nSELECT 1\r\nSELECT 1\r\n"),
  );
  writeExamples(folder, [
    EXAMPLES[0]!,
    { db_id: "no\u001b[31mRED\u0007\nx", query: "SELECT 1" },
    { db_id: "shop", query: 'SELECT "\u001b[2J" FROM "\u001b]0;pwn\u0007"' },
  ]);
  const { code, printed, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /\| all +\| +1 \| +1 \|/);
  const said = [printed, ...notes].join("\n");
  assert.ok(!said.includes("\u001b") && !said.includes("\u0007"), JSON.stringify(said));
  assert.match(said, /the database no\\u001b\[31mRED\\u0007\\nx is missing/);
  Deno.writeFileSync(`${folder.path}/pred.txt`, utf16("SELECT 2\n"));
  await assertRefused(["judge", ...folder.flags], /UTF-16 without its mark/);
});

Deno.test("judge does not take up a kept verdict when a database has changed", async () => {
  using folder = judgeFolder(SOUND);
  const partial = `${folder.path}/o.jsonl.partial`;
  const first = await keptVerdicts(folder);
  assert.equal(markKept(partial), 2);
  assert.equal((await runMain(["judge", ...folder.flags])).code, 0);
  assert.deepEqual(rowsOf(folder).map(({ elapsedMs }) => elapsedMs), [123456, 123456, undefined]);
  Deno.writeTextFileSync(partial, first);
  markKept(partial);
  {
    using db = new DatabaseSync(`${folder.path}/database/shop/shop.sqlite`);
    db.exec("INSERT INTO maker VALUES ('c')");
  }
  assert.equal((await runMain(["judge", ...folder.flags])).code, 0);
  assert.ok(rowsOf(folder).every(({ elapsedMs }) => elapsedMs !== 123456));
  Deno.writeTextFileSync(partial, first.replace('"official":true', '"official":"yes"'));
  const { code, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0);
  assert.match(notes.join("\n"), /o\.jsonl\.partial: not used and asked again: line \d/);
});

Deno.test("judge refuses wrong input with one line", async () => {
  using folder = judgeFolder("SELECT 1\n");
  await assertRefused(["judge"], /judge: --predictions, --examples, --databases are needed/);
  await assertRefused(["judge", ...folder.flags], /1 prediction for 3 examples/);
  await assertRefused(["judge", ...folder.flags, "--mode", "kind"], /official, assignment, strict/);
  await assertRefused(
    ["judge", ...folder.flags, "--limit", "0.5"],
    /--limit must be a whole number/,
  );
  await assertRefused(["judge", ...folder.flags, "--workers", "0"], /--workers must be/);
  await assertRefused(["judge", ...folder.flags, "--timeout", "-1"], /--timeout must be above 0/);
  Deno.writeTextFileSync(`${folder.path}/dev.json`, "[{]");
  await assertRefused(["judge", ...folder.flags], /not valid JSON/);
});

Deno.test("judge refuses an output that cannot be written before it judges anything", async () => {
  using folder = judgeFolder(SOUND);
  for (
    const [out, line] of [["database", /inside .*database, which is read/], [
      "pred.txt/o",
      /is a file, not/,
    ]]
  ) {
    const flags = folder.flags.toSpliced(-1, 1, `${folder.path}/${out}`);
    await assertRefused(["judge", ...flags], line as RegExp);
  }
});

Deno.test("judge refuses an --out that is one of its inputs, and leaves it as it was", async () => {
  using folder = judgeFolder("SELECT 2\nSELECT name FROM maker ORDER BY name\nSELECT 1\n");
  for (const out of ["pred.txt", "dev.json", "database/shop/shop.sqlite"]) {
    const path = `${folder.path}/${out}`;
    const before = Deno.readFileSync(path);
    await assertRefused(
      ["judge", ...folder.flags.slice(0, -1), path],
      /which is read: give another place/,
    );
    assert.deepEqual(Deno.readFileSync(path), before);
  }
});

Deno.test("judge counts a database of an endless link or name as missing, and says of a file's link what it is", async () => {
  using folder = judgeFolder("SELECT 2\nSELECT 1\nSELECT 1\n");
  Deno.mkdirSync(`${folder.path}/database/loop`);
  Deno.symlinkSync("loop.sqlite", `${folder.path}/database/loop/loop.sqlite`);
  Deno.symlinkSync("more.sqlite", `${folder.path}/database/shop/more.sqlite`);
  writeExamples(folder, [
    { db_id: "shop", query: "SELECT count(*) FROM maker" },
    { db_id: "loop", query: "SELECT 1" },
    { db_id: "a".repeat(5000), query: "SELECT 1" },
  ]);
  const { code, printed } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0);
  assert.match(printed, /\| all +\| +1 \| +1 \|/);
  Deno.removeSync(`${folder.path}/pred.txt`);
  Deno.symlinkSync("pred.txt", `${folder.path}/pred.txt`);
  await assertRefused(["judge", ...folder.flags], /symbolic link leads to itself/);
});
