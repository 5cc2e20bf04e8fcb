import assert from "node:assert/strict";
import { fromRoot } from "../ground/mod.ts";
import { readSummary, writeSummary } from "../runs/mod.ts";
import type { FlagValues } from "./command.ts";
import { compareConfig } from "./commands/compare/run_compare.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const SAMPLE = fromRoot("results/recorded/sample");
const TUNED = "qv-lr2e-3@0.5";

function tolerated(flags: FlagValues): readonly [string, number] {
  const { sweep } = compareConfig({ "adapter-path": ["adapter"], ...flags });
  return [sweep.gauge, sweep.delta];
}

Deno.test("compare asks for a loss that its items can tell: of the sample's general text, of other items", () => {
  const cases: readonly (readonly [FlagValues, readonly [string, number]])[] = [
    [{}, ["prose", 0.05]],
    [{ text: "mine.txt" }, ["prose", 0.05]],
    [{ "mmlu-data": "mine.csv" }, ["mmlu", 0.03]],
    [{ "data-root": "data" }, ["mmlu", 0.03]],
    [{ only: "sql,mmlu" }, ["mmlu", 0.03]],
    [{ only: "sql,prose" }, ["prose", 0.05]],
    [{ config: "config/qwen_coder_1_5b.json" }, ["mmlu", 0.03]],
    [{ gauge: "mmlu" }, ["mmlu", 0.03]],
    [{ "mmlu-data": "mine.csv", gauge: "prose", delta: 0.1 }, ["prose", 0.1]],
  ];
  for (const [flags, expected] of cases) {
    assert.deepEqual(tolerated(flags), expected, JSON.stringify(flags));
  }
});

Deno.test("compare names its own flag where --gauge is no measure of what a model knows", () => {
  for (const gauge of ["sql", "foo"]) {
    assert.throws(
      () => tolerated({ gauge }),
      new RegExp(`compare: --gauge must be one of mmlu, prose: "${gauge}"$`),
    );
  }
});

Deno.test("compare --run asks for the loss that both plans name, else for one that both can tell", async () => {
  const root = Deno.makeTempDirSync();
  const summary = readSummary(`${SAMPLE}/summary.json`);
  const study = (name: string, files: readonly string[], gauge?: "mmlu" | "prose"): string => {
    const folder = `${root}/${name}`;
    Deno.mkdirSync(folder);
    for (const file of files) Deno.copyFileSync(`${SAMPLE}/${file}`, `${folder}/${file}`);
    const plan = { ...summary.plan, gauge: gauge ?? summary.plan.gauge };
    if (gauge) writeSummary(`${folder}/summary.json`, { ...summary, plan });
    return folder;
  };
  const both = ["letters.parquet", "prose.parquet"];
  const prose = study("prose", both, "prose");
  const mmlu = study("mmlu", both, "mmlu");
  const bare = study("bare", both);
  const text = study("text", ["prose.parquet", "verdicts.parquet"], "mmlu");
  const sql = study("sql", ["verdicts.parquet"], "prose");
  const args = (first: string, second: string, more: readonly string[]): string[] => [
    ...["compare", "--run", `${first}::base`, "--run", `${second}::${TUNED}`],
    ...["--out", `${root}/out`, ...more],
  ];
  /** What a loss is asked of: one of nine tenths is excluded there. */
  const asked = async (first: string, second: string, ...more: string[]): Promise<string[]> => {
    const delta = ["--delta", "0.9"];
    const { code, notes } = await runMain(args(first, second, [...delta, ...more]));
    assert.equal(code, 0, notes.join("\n"));
    const { comparison } = JSON.parse(Deno.readTextFileSync(`${root}/out/comparison.json`));
    return ["mmlu", "prose"].filter((gauge) => comparison[gauge]?.overall.verdict.lossExcluded);
  };
  assert.deepEqual(await asked(prose, prose), ["prose"]);
  assert.deepEqual(await asked(SAMPLE, SAMPLE), ["prose"]);
  assert.deepEqual(await asked(mmlu, mmlu), ["mmlu"]);
  assert.deepEqual(await asked(prose, mmlu), ["mmlu"]);
  assert.deepEqual(await asked(prose, bare), ["mmlu"]);
  assert.deepEqual(await asked(text, text), ["prose"]);
  assert.deepEqual(await asked(text, prose), ["prose"]);
  assert.deepEqual(await asked(prose, prose, "--gauge", "mmlu"), ["mmlu"]);
  // with nothing that a loss could be of, none is asked
  assert.equal((await runMain(args(sql, text, []))).code, 0);

  const refused = (more: readonly string[], first: string, reason: RegExp): Promise<void> =>
    assertRefused(args(first, text, more), reason);
  await refused(
    ["--gauge", "mmlu"],
    prose,
    /--gauge mmlu is of multiple choice, to which not both/,
  );
  await refused(["--gauge", "prose"], sql, /--gauge prose is of general text, to which not both/);
  await refused(
    ["--delta", "0.05"],
    sql,
    /--delta is of multiple choice or general text, to which/,
  );
  await refused(["--gauge", "sql"], prose, /--gauge must be one of mmlu, prose: "sql"/);
  for (const flag of ["--delta=0.05", "--gauge=prose"]) {
    await assertRefused(
      ["compare", "--predictions", "a", "--predictions", "b", flag],
      /--(delta|gauge) does not go with --predictions/,
    );
  }
  Deno.removeSync(root, { recursive: true });
});

Deno.test("compare --run --delta is of general text where both have no answers of multiple choice", async () => {
  const out = Deno.makeTempDirSync();
  const runs = ["base", "seed_43"].flatMap((name) => ["--run", `sample_mean::${name}`]);
  const { code, printed, notes } = await runMain(
    ["compare", ...runs, "--delta", "0.05", "--out", out],
  );
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /^- general text: .*a loss of 0\.050 nats a token or more is excluded/m);
  Deno.removeSync(out, { recursive: true });
});
