import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { dirname, normalize } from "node:path";
import { parse } from "csv-parse/sync";
import { JSDOM } from "jsdom";
import pl from "nodejs-polars";
import { fromRoot, UsageError } from "../../ground/mod.ts";
import { readSummary } from "../../runs/mod.ts";
import { readRecordedAnswers } from "../results/recorded_answers.ts";
import { HOSTILE, HOSTILE_NAME, writeHostileAnswers } from "../testing/hostile_answers.ts";
import { openDataTexts } from "./data_texts.ts";
import { exportFiles } from "./export_files.ts";
import { openExport } from "./open_export.ts";

const TOLERANCES = { mmlu: 0.03, prose: 0.05 };
const SAMPLE = fromRoot("results/recorded/sample");
/** Answers alone, without a summary. */
const PILOT = fromRoot("results/recorded/qwen_coder_0_5b_pilot");

const sample = (variants: readonly string[] = []): ReturnType<typeof openExport> =>
  openExport(SAMPLE, { tolerances: TOLERANCES, variants });

/** A folder of hostile answers, opened. */
function hostile(): ReturnType<typeof openExport> & Disposable {
  const folder = Deno.makeTempDirSync();
  writeHostileAnswers(`${folder}/study`);
  return {
    ...openExport(`${folder}/study`, { tolerances: TOLERANCES }),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

function csvOf(file: string | Uint8Array): Record<string, string>[] {
  return parse(new TextDecoder().decode(file as Uint8Array), { columns: true });
}

function xmlOf(file: string | Uint8Array): InstanceType<typeof JSDOM>["window"]["document"] {
  return new JSDOM(file as string, { contentType: "application/xml" }).window.document;
}

Deno.test("exportFiles() writes every recorded verdict, letter and passage as CSV", () => {
  const files = exportFiles(sample(), "csv");
  assert.deepEqual(Object.keys(files), [
    "verdicts.csv",
    "letters.csv",
    "prose.csv",
    "changes.csv",
  ]);
  for (const kind of ["verdicts", "letters", "prose"] as const) {
    const rows = csvOf(files[`${kind}.csv`]!);
    const recorded = readRecordedAnswers(`${SAMPLE}/${kind}.parquet`);
    assert.equal(rows.length, recorded.length);
    assert.deepEqual(
      rows.map(({ variant, id }) => `${variant} ${id}`),
      recorded.map(({ variant, id }) => `${variant} ${id}`),
    );
  }
  const right = (rows: readonly Record<string, string>[], key: string): number =>
    rows.filter((row) => row.variant === "all-linear-lr2e-3" && row[key] === "true").length;
  const summary = readSummary(`${SAMPLE}/summary.json`);
  const tuned = summary.variants.find(({ name }) => name === "all-linear-lr2e-3")!;
  assert.equal(right(csvOf(files["verdicts.csv"]!), "official"), tuned.sql!.success);
  assert.equal(
    right(csvOf(files["letters.csv"]!), "correct"),
    tuned.mmlu!.overall.accuracy.successes,
  );
});

Deno.test("exportFiles() writes the same tables as Parquet, with lists of log-probabilities", () => {
  const files = exportFiles(sample(["base", "qv-lr2e-3"]), "parquet");
  const records = (name: string): Record<string, unknown>[] =>
    pl.readParquet(Buffer.from(files[name] as Uint8Array)).toRecords();
  const letters = records("letters.parquet");
  assert.equal(letters.length, 300);
  assert.deepEqual(letters[0]!.logProbs, [-1.02, -1.81, -1.13, -2.38]);
  const written = letters.filter(({ written }) => written !== null);
  // ten of each of three categories were asked in writing, of each variant
  assert.equal(written.length, 60);
  const changes = records("changes.parquet");
  const whole = changes.filter(({ measure, group }) => measure === "prose" && group === "all");
  assert.deepEqual(
    whole.map(({ variant, outcome, lossExcluded, delta }) => ({
      variant,
      outcome,
      lossExcluded,
      delta,
    })),
    [{ variant: "qv-lr2e-3", outcome: "loss", lossExcluded: true, delta: 0.05 }],
  );
});

Deno.test("exportFiles() keeps hostile texts in CSV as they are, and tells empty from missing", () => {
  using study = hostile();
  const files = exportFiles(study, "csv");
  const verdicts = csvOf(files["verdicts.csv"]!);
  const wellFormed = HOSTILE.map((text) => text.toWellFormed());
  assert.deepEqual(verdicts.map(({ sql }) => sql), [...wellFormed, ...wellFormed]);
  assert.equal(verdicts.at(-1)!.variant, HOSTILE_NAME);
  const text = new TextDecoder().decode(files["verdicts.csv"] as Uint8Array);
  // the empty statement is a text, the message of a match is not there
  assert.match(text, /,stop,false,,""\n/);
  const letters = csvOf(files["letters.csv"]!);
  assert.deepEqual(letters.slice(0, 3).map(({ written }) => written), ["none", "A", ""]);
  assert.equal(letters[0]!.logProbA, "-2.1235");
});

Deno.test("exportFiles() writes samples of lm-eval whose hashes and means are those of its rules", () => {
  const study = sample(["all-linear-lr2e-3"]);
  const files = exportFiles(study, "lm-eval");
  const folder = "HuggingFaceTB__SmolLM2-135M-Instruct__all-linear-lr2e-3";
  const written = readSummary(`${SAMPLE}/summary.json`).plan.written;
  const at = written.replaceAll(":", "-").replace("Z", "000");
  const tasks = ["lab_text_to_sql", "lab_multiple_choice", "lab_general_text"];
  assert.deepEqual(Object.keys(files), [
    `${folder}/results_${at}.json`,
    ...tasks.map((task) => `${folder}/samples_${task}_${at}.jsonl`),
  ]);
  const results = JSON.parse(files[`${folder}/results_${at}.json`] as string);
  const summary = study.summary!.variants.find(({ name }) => name === "all-linear-lr2e-3")!;
  const { lab_text_to_sql: sql, lab_multiple_choice: mmlu, lab_general_text: prose } =
    results.results;
  assert.equal(sql["execution_accuracy,none"], summary.sql!.overall.official.mean);
  assert.equal(mmlu["acc,none"], summary.mmlu!.overall.accuracy.mean);
  assert.ok(Math.abs(prose["nats_per_token,none"] - summary.prose!.nats) < 1e-6);
  const { n, mean } = summary.mmlu!.overall.accuracy;
  // of a share, the standard error by n - 1 is this
  const stderr = Math.sqrt(mean * (1 - mean) / (n - 1));
  assert.ok(Math.abs(mmlu["acc_stderr,none"] - stderr) < 1e-12);
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  for (const task of tasks) {
    const lines = (files[`${folder}/samples_${task}_${at}.jsonl`] as string).trimEnd().split("\n");
    const samples = lines.map((line) => JSON.parse(line));
    assert.equal(samples.length, results["n-samples"][task].effective);
    assert.deepEqual(samples.map(({ doc_id }) => doc_id), samples.map((_, i) => i));
    const [first] = samples;
    assert.equal(first.doc_hash, sha256(JSON.stringify(first.doc, null, 2)));
    assert.equal(first.target_hash, sha256(first.target));
    for (const metric of first.metrics) assert.equal(typeof first[metric], "number");
    const all = samples.map((one) => one.doc_hash + one.prompt_hash + one.target_hash);
    assert.equal(results.task_hashes[task], sha256(all.join("")));
  }
});

Deno.test("exportFiles() gives lm-eval as num_fewshot what was shown, and nothing where subjects differ", () => {
  const study = sample(["base"]);
  const shots = (mmlu: { readonly shots?: number; readonly fewestShots?: number }): unknown => {
    const { counts } = study.summary!;
    const summary = {
      ...study.summary!,
      counts: { ...counts, mmlu: { ...counts.mmlu!, ...mmlu } },
    };
    const files = Object.entries(exportFiles({ ...study, summary }, "lm-eval"));
    const results = JSON.parse(files.find(([path]) => path.includes("/results_"))![1] as string);
    const { num_fewshot } = results.configs.lab_multiple_choice;
    assert.equal(results["n-shot"].lab_multiple_choice, num_fewshot);
    return num_fewshot;
  };
  assert.equal(shots({}), 4);
  assert.equal(shots({ shots: 0 }), 0);
  assert.equal(shots({ shots: 3, fewestShots: 1 }), undefined);
});

Deno.test("exportFiles() gives a document the same hash for every variant of lm-eval's samples", () => {
  const files = Object.entries(exportFiles(sample(), "lm-eval"));
  for (const task of ["lab_text_to_sql", "lab_multiple_choice", "lab_general_text"]) {
    const hashes = files.filter(([path]) => path.includes(`samples_${task}_`)).map(([, text]) =>
      (text as string).trimEnd().split("\n").map((line) => JSON.parse(line).doc_hash).join()
    );
    assert.equal(hashes.length, 5);
    assert.equal(new Set(hashes).size, 1, task);
  }
});

Deno.test("exportFiles() puts the data's texts and prompts into samples where they were asked for", async () => {
  const study = sample(["base"]);
  const texts = await openDataTexts(study.summary!);
  const first = (task: string, files: ReturnType<typeof exportFiles>): Record<string, unknown> => {
    const [, text] = Object.entries(files).find(([path]) => path.includes(`samples_${task}_`))!;
    return JSON.parse((text as string).split("\n")[0]!);
  };
  const files = exportFiles(study, "lm-eval", { texts });
  const sql = first("lab_text_to_sql", files);
  assert.equal(sql.target, "SELECT count(*) FROM painting");
  const [{ arg_0 }] = Object.values(sql.arguments as Record<string, { arg_0: string }>) as [
    { arg_0: string },
  ];
  assert.equal(JSON.parse(arg_0).at(-1).role, "user");
  const choice = first("lab_multiple_choice", files);
  assert.match(JSON.stringify(choice.arguments), /Answer:","arg_1":" D"/);
  // without them there is none of the data's text in a file
  const bare = Object.values(exportFiles(study, "lm-eval")).join("");
  assert.ok(!bare.includes("How many paintings"));
});

Deno.test("exportFiles() keeps a hostile name of a variant within the folder", () => {
  using study = hostile();
  for (const [path] of Object.entries(exportFiles(study, "lm-eval"))) {
    assert.equal(dirname(dirname(normalize(path))), ".", path);
    assert.doesNotMatch(path, /[\n<>"]|\.\.\//);
  }
});

Deno.test("exportFiles() writes claims as JUnit: excluded passes, shown fails, undecided is skipped", () => {
  const ends = (undecided: "skip" | "fail"): Record<string, string> => {
    const file = exportFiles(sample(["qv-lr2e-3"]), "junit", { undecided })["claims.xml"]!;
    return Object.fromEntries(
      [...xmlOf(file).querySelectorAll("testcase")].map((one) => [
        one.getAttribute("name"),
        one.firstElementChild!.tagName,
      ]),
    );
  };
  const claims = {
    "no loss on text-to-SQL": "system-out",
    // which the plan names no loss of
    "no loss of 3.0 points or more on MMLU-style items": "skipped",
    // a loss is shown, and one of the size that is not tolerated excluded
    "no loss of 0.050 nats a token or more on general text": "system-out",
  };
  assert.deepEqual(ends("skip"), claims);
  assert.deepEqual(ends("fail"), {
    ...claims,
    "no loss of 3.0 points or more on MMLU-style items": "failure",
  });
  const real = openExport(PILOT, {
    tolerances: TOLERANCES,
    variants: ["base", "all-linear-lr1e-3"],
  });
  const [suites] = xmlOf(exportFiles(real, "junit")["claims.xml"]!).children;
  assert.equal(suites!.getAttribute("failures"), "1");
  assert.equal(
    suites!.querySelector("failure")!.parentElement!.getAttribute("name"),
    "no loss of 3.0 points or more on MMLU",
  );
});

Deno.test("exportFiles() writes a test case a question, and hostile text is text in it", () => {
  using study = hostile();
  const document = xmlOf(exportFiles(study, "junit")["questions.xml"]!);
  const cases = [...document.querySelectorAll("testcase")];
  assert.equal(cases.length, 2 * HOSTILE.length);
  assert.deepEqual(
    cases.slice(0, HOSTILE.length).map((one) => one.firstElementChild?.tagName),
    ["failure", undefined, "failure", undefined, "failure"],
  );
  assert.equal(cases[0]!.parentElement!.getAttribute("name"), HOSTILE_NAME);
  assert.equal(document.querySelector("script"), null);
  const [, second] = document.querySelectorAll("failure");
  assert.equal(second!.textContent, "syntax: --- # : {x} \u2028 \\ud800 |\n  - no");
  const counts = ["tests", "failures", "skipped"].map((name) =>
    Number(document.documentElement.getAttribute(name))
  );
  assert.deepEqual(counts, [10, document.querySelectorAll("failure").length, 0]);
});

Deno.test("exportFiles() refuses a card without one variant to be of, and claims without a base", () => {
  const both = openExport(PILOT, { tolerances: TOLERANCES });
  assert.throws(
    () => exportFiles(both, "model-card"),
    (error) =>
      error instanceof UsageError && /give --variant, one of all-linear/.test(error.message),
  );
  const { base: _base, ...without } = sample(["qv-lr2e-3"]);
  assert.throws(() => exportFiles(without, "junit"), /no answers of "base"/);
  assert.throws(() => exportFiles(sample(["base"]), "junit"), /no tuned variant/);
});

Deno.test("openExport() refuses what is not there, and answers that are not the summary's", () => {
  assert.throws(() => openExport("nowhere", { tolerances: TOLERANCES }), /does not exist/);
  assert.throws(() => sample(["qv"]), /no such variant: there are base, all-linear-lr2e-3@0\.5/);
  const folder = Deno.makeTempDirSync();
  Deno.copyFileSync(`${SAMPLE}/summary.json`, `${folder}/summary.json`);
  for (const kind of ["letters", "prose"]) {
    Deno.copyFileSync(`${SAMPLE}/${kind}.parquet`, `${folder}/${kind}.parquet`);
  }
  assert.throws(
    () => openExport(folder, { tolerances: TOLERANCES }),
    /summary has 4 right of 154 for "base" on sql, its answers have 0 right of 0/,
  );
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("exportFiles() writes more letters than a call takes arguments", () => {
  using study = hostile();
  const [one] = study.variants;
  const letters = Array.from({ length: 150_000 }, () => one!.letters[0]!);
  const files = exportFiles({ ...study, variants: [{ ...one!, letters }] }, "csv");
  assert.equal(csvOf(files["letters.csv"]!).length, letters.length);
});
