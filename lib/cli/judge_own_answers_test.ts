import assert from "node:assert/strict";
import { fromRoot } from "../ground/mod.ts";
import { judgeFolder } from "./testing/judge_folder.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const SAMPLE = fromRoot("results/recorded/sample");

Deno.test("judge reads a study's own samples and verdicts, of the variant that is named", async () => {
  const sample = (variant: string, at: number, text: string): string =>
    JSON.stringify({
      ...{ key: "0".repeat(64), id: `dev-${at}`, dbId: "shop", variant },
      ...{ promptHash: "0".repeat(64), promptTokens: 3, tokens: [1], text, finishReason: "stop" },
      sum: "0".repeat(16),
    });
  const lines = [
    sample("base", 0, "SELECT 1"),
    sample("base", 1, "I do not know"),
    sample("qv", 0, "```sql\nSELECT count(*) FROM maker\n```"),
    sample("qv", 1, "SELECT name FROM maker ORDER BY name"),
  ];
  using folder = judgeFolder(`${lines.join("\n")}\n`);
  const flags = folder.flags.with(-1, `${folder.path}/`);
  await assertRefused(
    ["judge", ...flags],
    /it has answers of 2 variants, name one \(judge: --variant NAME.*: base, qv$/,
  );
  await assertRefused(
    ["judge", ...flags, "--variant", "x"],
    /no answers of "x": there are base, qv/,
  );
  const tuned = await runMain(["judge", ...flags, "--variant", "qv"]);
  assert.equal(tuned.code, 0, tuned.notes.join("\n"));
  assert.match(tuned.printed, /\| all +\| +2 \| +2 \| +100\.0 % \|/);
  const base = await runMain(["judge", ...flags, "--variant", "base"]);
  assert.match(base.printed, /\| all +\| +0 \| +2 \|/);
  // no join is missing in a statement that reads no table
  assert.match(base.printed, /\| schema_linking +\| +1 \|/);
  assert.doesNotMatch(base.printed, /join/);
  // what it wrote into the folder is read again, a verdict without a statement too
  const again = flags.with(1, `${folder.path}/verdicts.jsonl`).with(
    -1,
    `${folder.path}/again.jsonl`,
  );
  const verdicts = await runMain(["judge", ...again]);
  assert.equal(verdicts.code, 0, verdicts.notes.join("\n"));
  assert.match(verdicts.printed, /\| all +\| +0 \| +2 \|/);
});

Deno.test("judge refuses a study's samples of a variant that was asked by several prompts", async () => {
  const sample = (variant: string, prompt: string): string =>
    JSON.stringify({
      ...{ key: prompt.repeat(64), id: "dev-0", dbId: "shop", variant },
      ...{ promptHash: prompt.repeat(64), promptTokens: 3, tokens: [1], text: "SELECT 1" },
      ...{ finishReason: "stop", sum: "0".repeat(16) },
    });
  using folder = judgeFolder(`${sample("base", "0")}\n${sample("base", "1")}\n`);
  const refusal = /its study asked "dev-0" by several prompts, .*stands in its summary\.md/;
  await assertRefused(["judge", ...folder.flags], refusal);
  await assertRefused(["judge", ...folder.flags, "--variant", "base"], refusal);
});

Deno.test("judge says what a file is that holds no list of statements, and what it reads", async () => {
  using folder = judgeFolder("SELECT 1\n");
  const kinds: readonly (readonly [file: string, content: string | Uint8Array, kind: string])[] = [
    ["p.parquet", Deno.readFileSync(`${SAMPLE}/verdicts.parquet`), "a Parquet file"],
    ["p.json", Deno.readFileSync(`${SAMPLE}/verdicts.parquet`), "a Parquet file"],
    ["p.CSV", "id,sql\n0,SELECT 1\n", "a CSV file"],
    ["quoted.csv", '"id","sql"\n"0","SELECT 1"\n', "a CSV file"],
    ["p.xlsx", "PK\x03\x04 and so on", "a zip file, as \\.xlsx and \\.ods are"],
    ["p.gz", new Uint8Array([0x1f, 0x8b, 8, 0, 0]), "a gzip file"],
    ["p.db", "SQLite format 3\0", "an SQLite database"],
  ];
  for (const [name, content, kind] of kinds) {
    const path = `${folder.path}/${name}`;
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    const is = `Cannot read .*${name}: it is ${kind}, and `;
    await assertRefused(
      ["judge", ...folder.flags.with(1, path)],
      new RegExp(`${is}predictions are read as one statement a line, or as JSON: an array, `),
    );
    const examples = folder.flags.with(folder.flags.indexOf("--examples") + 1, path);
    await assertRefused(["judge", ...examples], new RegExp(`${is}examples are read as JSON, such`));
    if (name === "p.parquet") continue;
    await assertRefused(
      ["compare", "--run", path, "--run", `${SAMPLE}::base`],
      new RegExp(`${is}answers are read as JSON lines, or as Parquet`),
    );
  }
});

Deno.test("judge reads JSON under whatever name it has", async () => {
  using folder = judgeFolder("");
  const path = `${folder.path}/p.csv`;
  Deno.writeTextFileSync(path, '{"id": "dev-0", "sql": "SELECT count(*) FROM maker"}\n');
  const { code, notes } = await runMain(["judge", ...folder.flags.with(1, path)]);
  assert.equal(code, 0, notes.join("\n"));
});
