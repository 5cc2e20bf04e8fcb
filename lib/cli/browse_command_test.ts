import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { cpSync } from "node:fs";
import { join, relative } from "node:path";
import { inflateRawSync } from "node:zlib";
import { fromRoot, SILENT } from "../ground/mod.ts";
import { loadConfig, readSummary } from "../runs/mod.ts";
import { ensureSample } from "../setup/mod.ts";
import { browseStudy, openStudy, runPipeline } from "../study/mod.ts";
import { readRecordedAnswers } from "../study/results/recorded_answers.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { defaultPage } from "./commands/browse/run_browse.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const RECORDED = fromRoot("results/recorded/sample");

Deno.test("browse writes the recorded sample as one page, the same bytes every time", async () => {
  const folder = await Deno.makeTempDir({ prefix: "browse-command-" });
  const write = async (name: string): Promise<string> => {
    const out = `${folder}/${name}`;
    const { code, printed, notes, steps } = await runMain(
      ["browse", "--study", RECORDED, "--out", out],
    );
    assert.equal(code, 0, notes.join("\n"));
    assert.deepEqual(steps, [
      "Reading the answers",
      "Reading the data that were asked",
      "Running the statements whose results are shown",
      "Comparing every pair of variants",
      "Writing the page",
    ]);
    assert.match(printed, /: \d+ variants, \d+\.\d MB/);
    return await Deno.readTextFile(out);
  };
  const page = await write("a/one.html");
  assert.ok(page.startsWith("<!doctype html>"));
  assert.equal(page, await write("two.html"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("browse takes a study by its name", async () => {
  // found, and read as far as its questions
  await assertRefused(
    ["browse", "--study", "qwen_coder_0_5b_pilot", "--out", "/tmp/never.html"],
    /the study has no summary that says where its data are: .* --data-root DIR \(DIR\/spider and/,
  );
  await assertRefused(
    ["browse", "--study", "sampel", "--out", "/tmp/never.html"],
    /Cannot use the study "sampel": there is no such folder, and no study of that name in .*results/,
  );
});

/** A page with its blocks inflated: how well they are deflated is no part of what it shows. */
function inflated(page: string): string {
  return page.replaceAll(
    /(<script type="application\/octet-stream" id="[^"]+">)([^<]*)/g,
    (_, tag, packed) => tag + inflateRawSync(Buffer.from(packed, "base64")).toString("latin1"),
  );
}

Deno.test("the sample's recorded page is what browse writes today", async () => {
  const folder = await Deno.makeTempDir({ prefix: "browse-command-" });
  const out = `${folder}/page.html`;
  const { code, notes } = await runMain(["browse", "--study", RECORDED, "--out", out]);
  assert.equal(code, 0, notes.join("\n"));
  const [now, recorded] = [out, `${RECORDED}/browse.html`].map((path) =>
    inflated(Deno.readTextFileSync(path))
  );
  // the pages are long: where they part says more than both of them
  const at = now!.split("").findIndex((character, i) => character !== recorded![i]);
  assert.ok(
    now === recorded,
    `they part before "${now!.slice(Math.max(0, at), at + 60)}": write it again with ` +
      "deno task browse --study results/recorded/sample --out results/recorded/sample/browse.html",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("browse says of the recorded sample what its summary says", async () => {
  const summary = readSummary(`${RECORDED}/summary.json`);
  const data = await browseStudy({ folder: RECORDED, progress: SILENT });
  const base = summary.variants[0]!.name;
  for (const { name, versusBase } of summary.variants.slice(1)) {
    const { gained, lost } = versusBase!.sql!.overall.official.evidence;
    const answers = (variant: string): readonly boolean[] => {
      const at = data.variants.findIndex((one) => one.name === variant);
      const own = data.sql!.answers.find(({ variant, prompt }) => variant === at && prompt === 0)!;
      return Array.from(own.outcomes, (outcome) => data.sql!.outcomes[outcome]!.readings[0]!);
    };
    const [before, after] = [answers(base), answers(name)];
    assert.equal(after.filter((right, i) => right && !before[i]).length, gained);
    assert.equal(after.filter((right, i) => !right && before[i]).length, lost);
  }
  // adjusted claims are worded as in the report: not as unadjusted
  const [claim] = summary.findings.claims;
  const words = data.changes.find(({ from, to, gauge }) =>
    from === base && to === claim!.variant && gauge === claim!.gauge
  );
  assert.doesNotMatch(words!.sentence, /unadjusted/);
  const sql = data.changes.find(({ from, gauge }) => from === base && gauge === "sql");
  assert.deepEqual(Object.keys(sql!.groups!), ["easy", "medium", "hard", "extra"]);
  const gauges = new Set(data.changes.map(({ gauge }) => gauge));
  assert.deepEqual([...gauges].sort(), ["mmlu", "prose", "sql"]);
});

Deno.test("browse refuses what it cannot show, and never writes over what it reads", async () => {
  await assertRefused(
    ["browse", "--study", "no/such/folder"],
    /Cannot use the study "no\/such\/folder": there is no such folder/,
  );
  await assertRefused(
    ["browse", "--study", RECORDED, "--out", `${RECORDED}/summary.json`],
    /which is read/,
  );
  await assertRefused(
    ["browse", "--study", RECORDED, "--out", "/tmp/dev.json"],
    /--out is a page, with a name that ends in \.html: "\/tmp\/dev\.json"/,
  );
  await assertRefused(
    ["browse", "--study", RECORDED, "--spider", "/nowhere", "--out", "/tmp/never.html"],
    /Cannot browse: there is no \/nowhere: /,
  );
});

Deno.test("browse of a recorded study says at once which option its data are named by", async () => {
  // the project's own data folder may be there: a config says that the data are elsewhere
  const folder = await Deno.makeTempDir({ prefix: "browse-command-" });
  const config = JSON.parse(await Deno.readTextFile(fromRoot("config/qwen_coder_1_5b.json")));
  const [spider, mmlu] = ["nowhere/spider", "nowhere/mmlu"].map((path) => `${folder}/${path}`);
  await Deno.writeTextFile(
    `${folder}/config.json`,
    JSON.stringify({
      ...config,
      spider: { ...config.spider, path: spider },
      mmlu: { ...config.mmlu, path: mmlu },
    }),
  );
  const recorded = "results/recorded/qwen_coder_1_5b";
  const both = new RegExp(
    `^error: Cannot browse: there is no ${spider} here, and there is no ${mmlu} here: results have ` +
      "no texts of questions, so give your copy of the data with --data-root DIR \\(DIR/spider and " +
      "DIR/mmlu are read\\), or with --spider PATH and --mmlu PATH$",
  );
  await assertRefused(
    [
      "browse",
      "--study",
      recorded,
      "--config",
      `${folder}/config.json`,
      "--out",
      "/tmp/never.html",
    ],
    both,
  );
  // answers take a while to read: data are looked for before, and a folder without answers has none
  await Deno.copyFile(fromRoot(`${recorded}/summary.json`), `${folder}/summary.json`);
  await assertRefused(
    ["browse", "--study", folder, "--data-root", `${folder}/nowhere`, "--out", "/tmp/never.html"],
    /there is no \S+\/nowhere\/spider, and there is no \S+\/nowhere\/mmlu: .*--data-root DIR/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("browse says on the terminal too that data are not the ones that the study read", async () => {
  const root = Deno.makeTempDirSync({ prefix: "browse-command-" });
  const out = `${root}/page.html`;
  const args = ["browse", "--study", RECORDED, "--data-root", root, "--out", out];
  // the sample's databases are made where it lies
  await ensureSample(loadConfig(fromRoot("config/sample.json")), SILENT);
  cpSync(fromRoot("spider_db/sample"), `${root}/spider`, { recursive: true });
  cpSync(fromRoot("mmlu_db/sample"), `${root}/mmlu`, { recursive: true });
  const said = async (): Promise<string[]> => {
    const { code, notes } = await runMain(args);
    assert.equal(code, 0, notes.join("\n"));
    return notes.filter((line) => line.includes("that the study read"));
  };
  assert.deepEqual(await said(), []);
  const dev = Deno.readTextFileSync(`${root}/spider/dev.json`);
  Deno.writeTextFileSync(`${root}/spider/dev.json`, dev.replace("How many", "How few"));
  const [line, ...others] = await said();
  assert.match(
    line!,
    /^ *1 data file is not the one that the study read \(spider\/dev\.json\): texts/,
  );
  assert.deepEqual(others, []);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("browse shows a study's other numbers of shots, in the words of its summary", async () => {
  using mini = await writeMiniStudy({ config: { sweep: { shots: [0] } } });
  const study = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  await writeTinyAdapter(study.folder.training(mini.config.training.recipes[0]!));
  const summary = await runPipeline(study, { progress: SILENT });
  const out = `${mini.root}/page.html`;
  const args = ["browse", "--study", mini.out, "--config", mini.configPath, "--out", out];
  const { code, notes } = await runMain(args);
  assert.equal(code, 0, notes.join("\n"));
  const data = await browseStudy({ folder: mini.out, config: mini.config, progress: SILENT });
  assert.deepEqual(data.sql!.prompts, ["1-shot", "0-shot"]);
  assert.equal(data.sql!.answers.length, 2 * data.variants.length);
  const [, tuned] = summary.variants;
  const own = data.changes.filter(({ from, gauge }) => from === "base" && gauge === "sql");
  assert.deepEqual(own.map(({ to, prompt }) => [to, prompt]), [[tuned!.name, 0], [tuned!.name, 1]]);
  // a claim that the plan names, and one that it does not
  assert.deepEqual(own.map(({ sentence }) => sentence.includes("unadjusted")), [false, true]);
});

Deno.test("browse refuses answers that are not those of the summary", async () => {
  const folder = await Deno.makeTempDir({ prefix: "browse-command-" });
  for (const file of ["summary.json", "letters.parquet"]) {
    await Deno.copyFile(`${RECORDED}/${file}`, `${folder}/${file}`);
  }
  const rows = readRecordedAnswers(`${RECORDED}/verdicts.parquet`);
  // the base model's first wrong answer is made a right one
  const at = rows.findIndex(({ variant, official }) => variant === "base" && official === false);
  const lines = rows.with(at, { ...rows[at]!, status: "match", official: true });
  await Deno.writeTextFile(
    `${folder}/verdicts.jsonl`,
    lines.map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
  await assertRefused(
    ["browse", "--study", folder, "--out", `${folder}/page.html`],
    /its summary has 4 right of 154 for "base" on sql, its answers have 5 right of 154/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a page without --out goes beside working results, and never among recorded ones", () => {
  const of = (folder: string): string => relative(fromRoot("results"), defaultPage(folder));
  assert.equal(of(fromRoot("results/sample")), join("sample", "browse.html"));
  assert.equal(
    of(fromRoot("results/scratch/compare-1")),
    join("scratch", "compare-1", "browse.html"),
  );
  assert.equal(of(RECORDED), join("scratch", "browse-sample.html"));
  assert.equal(of("/elsewhere/mine"), join("scratch", "browse-mine.html"));
});
