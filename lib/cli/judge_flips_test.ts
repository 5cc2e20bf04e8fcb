import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { pcg32 } from "../stats/mod.ts";
import type { Progress } from "../ground/mod.ts";
import { runMain } from "./testing/run_main.ts";
import { main } from "./main.ts";

const FLIPS = 20;

/** Verdicts without their times. */
function verdicts(path: string): unknown[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => {
    const { elapsedMs: _elapsedMs, ...verdict } = JSON.parse(line);
    return verdict;
  });
}

Deno.test("a flipped bit of judge's kept verdicts is noticed, or changes no verdict", async () => {
  const root = Deno.makeTempDirSync({ prefix: "lab-judge-" });
  Deno.mkdirSync(`${root}/database/shop`, { recursive: true });
  {
    using database = new DatabaseSync(`${root}/database/shop/shop.sqlite`);
    database.exec("CREATE TABLE maker (name TEXT); INSERT INTO maker VALUES ('a'), ('b')");
  }
  const gold = { db_id: "shop", query: "SELECT name FROM maker" };
  Deno.writeTextFileSync(`${root}/dev.json`, JSON.stringify([gold, gold, gold]));
  Deno.writeTextFileSync(`${root}/pred.txt`, `${gold.query}\nSELECT nine\nSELECT 'a'\n`);
  const args = ["judge", "--predictions", `${root}/pred.txt`, "--examples", `${root}/dev.json`]
    .concat(["--databases", `${root}/database`, "--out", `${root}/o.jsonl`]);
  assert.equal((await runMain(args)).code, 0);
  const right = verdicts(`${root}/o.jsonl`);
  Deno.removeSync(`${root}/o.jsonl`);
  // a folder in the place of the result leaves the kept verdicts as a kill does
  const progress: Progress = {
    step(): void {},
    update: () => Deno.mkdirSync(`${root}/o.jsonl`, { recursive: true }),
    note(): void {},
  };
  const { signal } = new AbortController();
  assert.notEqual(await main(args, { progress, print(): void {}, signal }), 0);
  Deno.removeSync(`${root}/o.jsonl`);

  const kept = Deno.readFileSync(`${root}/o.jsonl.partial`);
  const random = pcg32(11);
  for (let flip = 0; flip < FLIPS; flip++) {
    const flipped = kept.slice();
    flipped[Math.floor(random() * kept.length)]! ^= 1 << Math.floor(random() * 8);
    Deno.writeFileSync(`${root}/o.jsonl.partial`, flipped);
    const { code, notes } = await runMain(args);
    assert.equal(code, 0, notes.join("\n"));
    assert.deepEqual(verdicts(`${root}/o.jsonl`), right, notes.join("\n"));
    assert.match(notes.join("\n"), /^.*o\.jsonl\.partial: not used and asked again: [^\n]*$|^$/);
  }
  Deno.removeSync(root, { recursive: true });
});
