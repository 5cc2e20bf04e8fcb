import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SILENT } from "../../ground/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { databaseHashes } from "./database_hashes.ts";
import { openSqlInputs } from "./sql_inputs.ts";
import { openStudy } from "../open_study.ts";

const FARM = "database/farm/farm.sqlite";

function farm({ root }: MiniStudy): string {
  return `${root}/data/spider/${FARM}`;
}

function change(study: MiniStudy, sql: string): void {
  using db = new DatabaseSync(farm(study));
  db.exec(sql);
}

async function hashes({ config }: MiniStudy): Promise<Record<string, string>> {
  return await databaseHashes(await openSqlInputs(config));
}

Deno.test("databaseHashes are of the databases that are asked, and of no others", async () => {
  using study = await writeMiniStudy();
  const all = await hashes(study);
  assert.deepEqual(Object.keys(all), [FARM, "database/music/music.sqlite"]);
  const config = { ...study.config, spider: { ...study.config.spider, limit: 1 } };
  const { asked, spider } = await openSqlInputs(config);
  const one = await databaseHashes({ asked, spider });
  const path = `database/${asked[0]!.dbId}/${asked[0]!.dbId}.sqlite`;
  assert.deepEqual(one, { [path]: all[path] });
});

Deno.test("databaseHashes change with a row, and with a row in the log beside a database", async () => {
  using study = await writeMiniStudy();
  const before = await hashes(study);
  change(study, "INSERT INTO cow DEFAULT VALUES");
  const after = await hashes(study);
  assert.notEqual(after[FARM], before[FARM]);
  assert.deepEqual({ ...after, [FARM]: "" }, { ...before, [FARM]: "" });
  using db = new DatabaseSync(farm(study));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;");
  db.exec("INSERT INTO cow DEFAULT VALUES");
  const logged = await hashes(study);
  assert.match(logged[`${FARM}-wal`]!, /^[0-9a-f]{64}$/);
});

Deno.test("a study's folder is refused once a row of an asked database has changed", async () => {
  using study = await writeMiniStudy();
  const { config, out } = study;
  await openStudy(config, { out, progress: SILENT });
  await openStudy(config, { out, progress: SILENT });
  change(study, "INSERT INTO cow DEFAULT VALUES");
  await assert.rejects(openStudy(config, { out, progress: SILENT }), {
    name: "UsageError",
    message: /holds a run that differs in input "spider\/database\/farm\/farm.sqlite"/,
  });
});
