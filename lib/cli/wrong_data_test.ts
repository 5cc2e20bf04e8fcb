import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused } from "./testing/run_main.ts";

Deno.test("main refuses a data root that is not there", async () => {
  using study = await writeMiniStudy();
  const { configPath, out, root } = study;
  await assertRefused(
    ["baseline", "--config", configPath, "--data-root", `${root}/nowhere`, "--out", out],
    /Cannot load Spider and MMLU: .*nowhere\/spider and .*nowhere\/mmlu: .* fetch .*--data-root DIR/,
  );
  for (const [command, name] of [["evaluate", "Spider"], ["mmlu", "MMLU"]] as const) {
    await assertRefused(
      [command, "--config", configPath, "--data-root", `${root}/nowhere`, "--out", out],
      new RegExp(`Cannot load ${name}: there is no .* fetch .*--data-root DIR`),
    );
  }
});

Deno.test("main refuses a Spider folder without tables.json and without a database to make it of", async () => {
  using study = await writeMiniStudy({ spider: { "tables.json": undefined } });
  await Deno.remove(`${study.root}/data/spider/database/farm`, { recursive: true });
  await assertRefused(
    ["baseline", "--config", study.configPath, "--out", study.out],
    /dev\.json\[0\]: no tables\.json, and no database\/farm\/farm\.sqlite to make it of/,
  );
});

Deno.test("main refuses a broken dev.json and names the record", async () => {
  using study = await writeMiniStudy({
    spider: { "dev.json": [{ db_id: "farm", question: "How many?" }] },
  });
  const args = ["--config", study.configPath, "--out", study.out];
  await assertRefused(["baseline", ...args], /dev.json\[0\]: the field query is missing/);
  await Deno.writeTextFile(`${study.root}/data/spider/dev.json`, '[{"db_id":\n "farm"');
  await assertRefused(["evaluate", ...args], /dev.json is not valid JSON/);
});

Deno.test("main refuses data of which every database is missing", async () => {
  using study = await writeMiniStudy();
  await Deno.remove(`${study.root}/data/spider/database`, { recursive: true });
  await assertRefused(
    ["baseline", "--config", study.configPath, "--out", study.out],
    /the databases of all 3 are missing/,
  );
});

Deno.test("main refuses an MMLU file of an unknown subject", async () => {
  using study = await writeMiniStudy({ mmlu: { "test/astrology_test.csv": "One?,a,b,c,d,A\n" } });
  await assertRefused(
    ["mmlu", "--config", study.configPath, "--out", study.out],
    /test\/astrology_test.csv: unknown subject/,
  );
});

Deno.test("main refuses a malformed MMLU row and names its line", async () => {
  using study = await writeMiniStudy({
    mmlu: { "test/sociology_test.csv": "One?,a,b,c,d,C\nTwo?,a,b,c,E\n" },
  });
  await assertRefused(
    ["baseline", "--config", study.configPath, "--out", study.out],
    /test\/sociology_test.csv line 2: a row is question,A,B,C,D,answer, this one has 5 cells/,
  );
});

Deno.test("main refuses an MMLU folder with too few questions of a category", async () => {
  using study = await writeMiniStudy();
  const config = JSON.parse(await Deno.readTextFile(study.configPath));
  config.mmlu.perCategory = 2;
  await Deno.writeTextFile(study.configPath, JSON.stringify(config));
  await assertRefused(
    ["baseline", "--config", study.configPath, "--out", study.out],
    /there are STEM 3, Humanities 1, Social sciences 1: ask for fewer/,
  );
});

Deno.test("main refuses a database that is no SQLite file", async () => {
  using study = await writeMiniStudy();
  const path = `${study.root}/data/spider/database/farm/farm.sqlite`;
  await Deno.writeTextFile(path, "this is a web page, not a database".repeat(100));
  await assertRefused(
    ["evaluate", "--config", study.configPath, "--out", `${study.out}/sql.jsonl`],
    /Cannot use the database ".*farm.sqlite": it is not an SQLite file/,
  );
});
