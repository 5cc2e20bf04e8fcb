import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { REPOSITORY_ROOT } from "../runs/repository_root.ts";
import { assertRefused, runMain } from "./_run_main.ts";

interface Folder extends Disposable {
  readonly path: string;
  readonly flags: readonly string[];
}

const EXAMPLES = [
  { db_id: "shop", query: "SELECT count(*) FROM maker" },
  { db_id: "shop", query: "SELECT name FROM maker ORDER BY name" },
  { db_id: "gone", query: "SELECT 1" },
];

function judgeFolder(predictions: string): Folder {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lab-judge-" }));
  Deno.mkdirSync(`${path}/database/shop`, { recursive: true });
  using db = new DatabaseSync(`${path}/database/shop/shop.sqlite`);
  db.exec("CREATE TABLE maker (name TEXT); INSERT INTO maker VALUES ('a'), ('b')");
  Deno.writeTextFileSync(`${path}/dev.json`, JSON.stringify(EXAMPLES));
  Deno.writeTextFileSync(`${path}/pred.txt`, predictions);
  const files = {
    predictions: "pred.txt",
    examples: "dev.json",
    databases: "database",
    out: "o.jsonl",
  };
  const flags = Object.entries(files).flatMap(([flag, file]) => [`--${flag}`, `${path}/${file}`]);
  return { path, flags, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const SOUND =
  "SELECT count(name) FROM maker\nSELECT name FROM maker ORDER BY name DESC\nSELECT 1\n";

Deno.test("judge writes a verdict a line and prints counts by hardness and class", async () => {
  using folder = judgeFolder(SOUND);
  const { code, printed, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 0, notes.join("\n"));
  const lines = Deno.readTextFileSync(`${folder.path}/o.jsonl`).trimEnd().split("\n");
  const verdicts = lines.map((line) => JSON.parse(line));
  assert.deepEqual(verdicts.map(({ id, status }) => [id, status]), [
    ["dev-0", "match"],
    ["dev-1", "mismatch"],
  ]);
  assert.match(printed, /\| all +\| +1 \| +2 \| +50\.0 % \|/);
  assert.match(printed, /\| order_limit +\| +1 \|/);
  assert.match(printed, /dev-1: right only by the assignment/);
  assert.match(notes.join("\n"), /no verdict on 1 examples: the database gone is missing/);
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
  // A mark shows that the kept verdict is used and not worked out again.
  const kept = Deno.readTextFileSync(partial).replace(/"elapsedMs":[^,]+/, '"elapsedMs":123456');
  assert.equal(kept.split("\n").length, 2, kept);
  Deno.writeTextFileSync(partial, kept);
  const { code, notes } = await runMain(args);
  assert.equal(code, 0, notes.join("\n"));
  const lines = Deno.readTextFileSync(`${folder.path}/o.jsonl`).trimEnd().split("\n");
  const verdicts = lines.map((line) => JSON.parse(line));
  assert.deepEqual(verdicts.map(({ status }) => status), ["match", "timeout"]);
  assert.equal(verdicts[0].elapsedMs, 123456);
});

function lineCount(path: string): number {
  return existsSync(path) ? Deno.readTextFileSync(path).split("\n").length - 1 : 0;
}

Deno.test("judge names a gold that fails and ends with a fault, the other verdicts written", async () => {
  using folder = judgeFolder(SOUND);
  const examples = [{ db_id: "shop", query: "SELECT nothing" }, ...EXAMPLES.slice(1)];
  Deno.writeTextFileSync(`${folder.path}/dev.json`, JSON.stringify(examples));
  const { code, notes } = await runMain(["judge", ...folder.flags]);
  assert.equal(code, 1);
  assert.match(notes.at(-1)!, /1 golds failed.*\n.*"dev-0" on "shop"/);
  assert.match(Deno.readTextFileSync(`${folder.path}/o.jsonl`), /"id":"dev-1"/);
});

Deno.test("judge refuses wrong input with one line", async () => {
  using folder = judgeFolder("SELECT 1\n");
  await assertRefused(["judge"], /--predictions is needed/);
  await assertRefused(["judge", ...folder.flags], /1 predictions for 3 examples/);
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
