import assert from "node:assert/strict";
import { fromRoot } from "../ground/mod.ts";
import { readSummary, writeSummary } from "../runs/mod.ts";
import { findStudy } from "../study/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const SAMPLE = fromRoot("results/recorded/sample");

/** The flags of a comparison on a mini study's data. */
function flags({ root, configPath, out }: MiniStudy, ...more: string[]): string[] {
  return ["compare", "--config", configPath, "--text", `${root}/data/prose.jsonl`, "--out", out]
    .concat(more);
}

Deno.test("compare answers base and adapters in one run: every scale, paired, with words and flips", async () => {
  using study = await writeMiniStudy();
  const one = await writeTinyAdapter(`${study.root}/first`);
  const two = await writeTinyAdapter(`${study.root}/second`);
  const args = flags(study, "--adapter-path", one, "--adapter-path", two, "--scale", "1,0.5");
  const { code, printed, notes } = await runMain(args);
  assert.equal(code, 0, notes.join("\n"));
  const { variants, plan, config, findings } = readSummary(`${study.out}/summary.json`);
  assert.deepEqual(variants.map(({ name }) => name), [
    "base",
    "first@0.5",
    "first",
    "second@0.5",
    "second",
  ]);
  assert.deepEqual(plan.paths.map(({ name }) => name), ["first", "second"]);
  assert.deepEqual(config.training.recipes, []);
  assert.equal(config.name, "compare");
  for (const { versusBase } of variants.slice(1)) {
    assert.deepEqual(Object.keys(versusBase!), ["sql", "mmlu", "prose"]);
  }
  // the two adapters are the same bytes: they answer alike, and no difference is claimed
  const same = findings.pairs[0]!.comparison.mmlu!.overall;
  assert.deepEqual([same.evidence.gained, same.evidence.lost], [0, 0]);
  assert.equal(same.verdict.outcome, "no_difference_shown");
  assert.match(printed, /no difference shown/);
  const flips = Deno.readTextFileSync(`${study.out}/flips.jsonl`);
  assert.ok(flips === "" || flips.includes('"flip":"'));

  const again = await runMain(args);
  assert.equal(again.printed, printed);
  assert.ok(again.notes.some((note) => note.includes("reused 3 of 3 stored answers")));
});

Deno.test("compare --devices answers in as many processes, the base model in one of them, to the same numbers", async () => {
  const printed: string[] = [];
  for (const devices of [[], ["--devices", "2"]]) {
    using study = await writeMiniStudy();
    const adapter = await writeTinyAdapter(`${study.root}/first`);
    const args = flags(study, "--adapter-path", adapter, "--scale", "0.5,1", ...devices);
    const run = await runMain(args);
    assert.equal(run.code, 0, run.notes.join("\n"));
    const { variants, findings } = readSummary(`${study.out}/summary.json`);
    printed.push(JSON.stringify({ variants, claims: findings.claims }));
    const inPart = run.notes.some((note) => /^1\/2: .*base: text-to-SQL/.test(note));
    assert.equal(inPart, devices.length > 0, run.notes.join("\n"));
    assert(!run.notes.some((note) => note.includes("ended with code")), run.notes.join("\n"));
    if (inPart) {
      // no step of work that the processes have done
      const [, begun, done] = run.steps;
      assert.equal(begun, "2 processes, one a device", run.steps.join("\n"));
      assert.match(done!, /^Done: /, run.steps.join("\n"));
    }
  }
  assert.equal(printed[1], printed[0]);
});

Deno.test("compare --run says of a loss that is shown that one of --delta is excluded, where it is", async () => {
  const out = await Deno.makeTempDir();
  const runs = ["base", "qv-lr2e-3"].flatMap((name) => ["--run", `${SAMPLE}::${name}`]);
  const sentence = async (delta: string): Promise<string | undefined> => {
    const args = ["compare", ...runs, "--gauge", "prose", "--delta", delta, "--out", `${out}/c`];
    const { code, printed, notes } = await runMain(args);
    assert.equal(code, 0, notes.join("\n"));
    return printed.split("\n").find((line) => line.startsWith("- general text: "));
  };
  const loss = "- general text: +0.042 nats a token [+0.035, +0.049]: a loss (unadjusted)";
  assert.equal(await sentence("0.04"), loss);
  assert.equal(
    await sentence("0.05"),
    `${loss}; a loss of 0.050 nats a token or more is excluded (unadjusted); its bound, one-sided ` +
      "at 5 %, is +0.048 nats a token",
  );
  await Deno.remove(out, { recursive: true });
});

Deno.test("compare --plan says what it will do and asks nothing", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/first`);
  const { code, printed } = await runMain(flags(study, "--adapter-path", adapter, "--plan"));
  assert.equal(code, 0);
  assert.match(
    printed,
    /^- 2 variants, the base model among them: 3 text-to-SQL prompts, 3 multiple/,
  );
  assert.match(printed, /^- Databases to confirm on: \w+\.$/m);
  assert.match(printed, /items needed/);
  assert.match(printed, /^- Not written down yet: that is done when the study is started\.$/m);
  // it binds nothing: neither the folder, for which another comparison is started, nor its plan
  assert.throws(() => Deno.statSync(study.out), Deno.errors.NotFound);
  const other = await writeTinyAdapter(`${study.root}/second`);
  const args = flags(study, "--adapter-path", other, "--delta", "0.2", "--only", "prose");
  const { code: done, notes } = await runMain(args);
  assert.equal(done, 0, notes.join("\n"));
  // and of a folder that is taken it says what it will do there, or whose it is
  const again = await runMain([...args, "--plan"]);
  assert.match(again.printed, /^- Written 20.*, before an answer of a tuned variant/m);
  await assertRefused(
    flags(study, "--adapter-path", adapter, "--plan"),
    /it holds a run that differs in /,
  );
});

Deno.test("pipeline --plan leaves no trace of itself", async () => {
  using study = await writeMiniStudy();
  const { code, printed, notes } = await runMain(
    ["pipeline", "--config", study.configPath, "--out", study.out, "--plan"],
  );
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /Not written down yet/);
  assert.throws(() => Deno.statSync(study.out), Deno.errors.NotFound);
});

Deno.test("compare measures only what is asked for, and another model as it would an adapter", async () => {
  using study = await writeMiniStudy();
  const args = flags(study, "--against", study.model, "--only", "mmlu,prose");
  const { code, notes, steps, printed } = await runMain(args);
  assert.equal(code, 0, notes.join("\n"));
  const done = steps.find((step) => step.startsWith("Done: "))!;
  assert.match(done, /letters\.jsonl, .*prose\.jsonl/);
  // text-to-SQL was not asked, and a model against itself flips no question
  assert.doesNotMatch(done, /verdicts\.jsonl|flips\.jsonl|failures\.md/);
  assert.doesNotMatch(printed, /the questions that changed/);
  const { variants, counts } = readSummary(`${study.out}/summary.json`);
  assert.deepEqual(Object.keys(counts), ["mmlu", "prose"]);
  assert.deepEqual(variants.map(({ name, sql }) => [name, sql]), [
    ["base", undefined],
    ["model", undefined],
  ]);
  const { overall } = variants[1]!.versusBase!.prose!;
  assert.equal(overall.evidence.difference, 0);
  const gaveTheSame = /the same answers|base model's answers to every question/;
  assert.equal(notes.filter((note) => gaveTheSame.test(note)).length, 1);
  const runs = ["base", "model"].flatMap((name) => ["--run", `${study.out}::${name}`]);
  const again = await runMain(["compare", ...runs, "--out", `${study.root}/again`]);
  assert.equal(again.notes.filter((note) => gaveTheSame.test(note)).length, 1);
});

Deno.test("compare tells beforehand that two have the same weights, and that an adapter changes nothing", async () => {
  using study = await writeMiniStudy();
  const notes = async (...args: string[]): Promise<string[]> => {
    const run = await runMain(flags(study, ...args, "--plan"));
    assert.equal(run.code, 0, run.notes.join("\n"));
    return run.notes.filter((note) => /same weights|as before training/.test(note));
  };
  const first = await writeTinyAdapter(`${study.root}/first`);
  const copy = await writeTinyAdapter(`${study.root}/copy`);
  const other = await writeTinyAdapter(`${study.root}/other`, { seed: 4 });
  const two = (adapter: string): string[] => ["--adapter-path", first, "--adapter-path", adapter];
  assert.deepEqual(await notes(...two(other)), []);
  assert.deepEqual(await notes(...two(copy)), ['copy: it has the same weights as "first"']);
  assert.deepEqual(await notes("--against", study.model), [
    "model: it has the same weights as the base model",
  ]);
  const fresh = await writeTinyAdapter(`${study.root}/fresh`, { b: 0 });
  assert.deepEqual(await notes("--adapter-path", fresh), [
    "fresh: every lora_B of it is zero, as before training: it answers as the base model",
  ]);
});

Deno.test("compare names what --only does not take, and an adapter that is given twice", async () => {
  using study = await writeMiniStudy();
  const only = await runMain(flags(study, "--against", study.model, "--only", "sql,text"));
  assert.equal(only.code, 2);
  assert.match(
    only.notes.join("\n"),
    /--only takes sql, mmlu, prose, with commas between them: "text"/,
  );
  const adapter = await writeTinyAdapter(`${study.root}/first`);
  const twice = await runMain(flags(study, "--adapter-path", adapter, "--adapter-path", adapter));
  assert.equal(twice.code, 2);
  assert.match(twice.notes.join("\n"), /first is given twice/);
});

Deno.test("compare tells adapters apart whose folders end alike", async () => {
  using study = await writeMiniStudy();
  const first = await writeTinyAdapter(`${study.root}/run1/final/adapter`);
  const second = await writeTinyAdapter(`${study.root}/run2/final/adapter`);
  const both = flags(study, "--adapter-path", first, "--adapter-path", second, "--only", "prose");
  const { code, printed, notes } = await runMain([...both, "--plan"]);
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /Path final\.adapter\.1: .*\n.*Path final\.adapter\.2: /);
});

Deno.test("compare takes a limit above the questions of a category where none of them is asked", async () => {
  using study = await writeMiniStudy();
  const many = flags(study, "--against", study.model, "--limit", "1000", "--only");
  const { code, notes } = await runMain([...many, "prose", "--plan"]);
  assert.equal(code, 0, notes.join("\n"));
  const refused = await runMain([...many, "mmlu,prose", "--plan"]);
  assert.equal(refused.code, 2);
  assert.match(refused.notes.join("\n"), /Cannot select 1000 MMLU questions of each category/);
});

Deno.test("compare takes runs made earlier: files, and variants of a study's folder", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/first`);
  assert.equal((await runMain(flags(study, "--adapter-path", adapter))).code, 0);
  const out = `${study.root}/compared`;
  const { code, printed, notes } = await runMain([
    "compare",
    "--run",
    `${study.out}::base`,
    "--run",
    `${study.out}::first`,
    "--delta",
    "0.03",
    "--out",
    out,
  ]);
  assert.equal(code, 0, notes.join("\n"));
  assert.match(printed, /^Changes from base to first\n/);
  assert.ok(!notes.some((note) => note.includes("same answers")));
  assert.doesNotMatch(printed, /two decimals/);
  const { comparison, clusters } = JSON.parse(Deno.readTextFileSync(`${out}/comparison.json`));
  const { variants } = readSummary(`${study.out}/summary.json`);
  const { sql, mmlu } = variants[1]!.versusBase!;
  assert.deepEqual(comparison.sql, JSON.parse(JSON.stringify(sql)));
  assert.deepEqual(comparison.mmlu.overall, JSON.parse(JSON.stringify(mmlu!.overall)));
  const whole = { sql: comparison.sql.overall.official, mmlu: comparison.mmlu.overall };
  for (const [gauge, { evidence }] of Object.entries(whole)) {
    const own: { n: number; part: number }[] = clusters[gauge];
    assert.equal(own.reduce((sum, { n }) => sum + n, 0), evidence.n);
    const parts = own.reduce((sum, { part }) => sum + part, 0);
    assert.ok(Math.abs(parts - evidence.difference) < 1e-12, gauge);
  }
  assert.match(
    printed,
    /\nWhere the net changes lie\. [^\n]+\n\nText-to-SQL:\n\n\| database +\| +n \|/,
  );

  await assertRefused(
    ["compare", "--run", study.out, "--run", `${study.out}::first`, "--out", out],
    /has several variants: give one of them as ".*::base", ".*::first"/,
  );
  await assertRefused(
    ["compare", "--run", `${study.out}::nobody`, "--run", `${study.out}::first`, "--out", out],
    /has no variant "nobody": there are base, first/,
  );
});

Deno.test("compare says what is incomplete in predictions, and refuses those of which none can be judged", async () => {
  using study = await writeMiniStudy();
  const { root } = study;
  const examples: { db_id: string }[] = JSON.parse(
    Deno.readTextFileSync(`${root}/data/spider/dev.json`),
  );
  const [first, ...others] = [...new Set(examples.map(({ db_id }) => db_id))];
  Deno.mkdirSync(`${root}/some/${first}`, { recursive: true });
  Deno.mkdirSync(`${root}/none`);
  const file = `${first}/${first}.sqlite`;
  Deno.copyFileSync(`${root}/data/spider/database/${file}`, `${root}/some/${file}`);
  const records = examples.map((_, i) => JSON.stringify({ id: `dev-${i}`, sql: "SELECT 1" }));
  Deno.writeTextFileSync(`${root}/a.jsonl`, records.join("\n"));
  Deno.writeTextFileSync(`${root}/b.jsonl`, records.slice(0, 1).join("\n"));
  const args = (databases: string): string[] =>
    ["compare", "--predictions", `${root}/a.jsonl`, "--predictions", `${root}/b.jsonl`].concat(
      ["--examples", `${root}/data/spider/dev.json`, "--databases", `${root}/${databases}`],
      ["--out", `${root}/compared`],
    );
  const { code, notes } = await runMain(args("some"));
  assert.equal(code, 0, notes.join("\n"));
  for (const name of others) {
    assert.ok(notes.some((note) => note.includes(`a.jsonl: no verdict on`) && note.includes(name)));
  }
  assert.ok(
    notes.some((note) => /b\.jsonl: \d examples? without a prediction, counted/.test(note)),
  );
  await assertRefused(args("none"), /compare: no example has a verdict: no_database/);
  Deno.writeTextFileSync(`${root}/b.jsonl`, '{"id": "dev-99", "sql": "SELECT 1"}\n');
  await assertRefused(args("some"), /Cannot judge .*b\.jsonl: there is no example "dev-99"/);
});

Deno.test("compare judges two files of predictions", async () => {
  using study = await writeMiniStudy();
  const write = (name: string, lines: readonly string[]): string => {
    Deno.writeTextFileSync(`${study.root}/${name}`, lines.map((line) => `${line}\n`).join(""));
    return `${study.root}/${name}`;
  };
  const golds = ["SELECT count(*) FROM cow", "SELECT title FROM song", "SELECT name FROM cow"];
  const out = `${study.root}/compared`;
  const { code, printed, notes, units } = await runMain([
    "compare",
    "--predictions",
    write("a.sql", [golds[0]!, "SELECT 1", "SELECT nothing FROM cow"]),
    "--predictions",
    write("b.sql", golds),
    "--examples",
    `${study.root}/data/spider/dev.json`,
    "--databases",
    `${study.root}/data/spider/database`,
    "--out",
    out,
  ]);
  assert.equal(code, 0, notes.join("\n"));
  const { comparison: { sql }, flips } = JSON.parse(
    Deno.readTextFileSync(`${out}/comparison.json`),
  );
  const { n, gained, lost } = sql.overall.official.evidence;
  assert.deepEqual([n, gained, lost], [3, 2, 0]);
  assert.deepEqual(flips.map(({ id, flip }: { id: string; flip: string }) => [id, flip]), [
    ["dev-1", "repaired"],
    ["dev-2", "repaired"],
  ]);
  assert.match(printed, /text-to-SQL: \+66\.7 points/);
  // both are judged at once, and a count is of one
  assert.deepEqual(
    units.toSorted(),
    ["a.sql", "b.sql"].map((n) => `verdicts of ${study.root}/${n}`),
  );
});

Deno.test("compare refuses in one line what it cannot compare", async () => {
  using study = await writeMiniStudy();
  const rows = (...ids: string[]): string =>
    ids.map((id) =>
      `${JSON.stringify({ id, subject: "s", category: "c", chosen: 0, correct: true })}\n`
    ).join("");
  const file = (name: string, text: string): string => {
    Deno.writeTextFileSync(`${study.root}/${name}`, text);
    return `${study.root}/${name}`;
  };
  const a = file("a.jsonl", rows("q-1", "q-2"));
  const both = (second: string): string[] => ["compare", "--run", a, "--run", second];
  await assertRefused(["compare"], /nothing to compare: give --adapter-path, --against/);
  await assertRefused(["compare", "--run", a], /give --run or --predictions twice/);
  await assertRefused(["compare", "--run", a, "--adapter-path", "x"], /--adapter-path does not go/);
  await assertRefused(["compare", "--adapter-path", "nowhere"], /there is no folder .*nowhere/);
  await assertRefused(["compare", "--scale", "1", "--against", study.model], /--scale needs an/);
  await assertRefused(["compare", "--scale", "1,x", "--adapter-path", "y"], /must be numbers/);
  await assertRefused(both(file("b.jsonl", rows("q-1", "q-3"))), /"[^"]*b\.jsonl" has not q-2/);
  await assertRefused(both(file("c.jsonl", rows("q-1", "q-1"))), /have "q-1" twice/);
  await assertRefused(both(file("d.jsonl", '{"id":"q-1"}\n')), /d\.jsonl, row 1: it is no verdict/);
  await assertRefused(both(file("e.jsonl", "\n")), /it has no answers/);
  await assertRefused(both(`${study.root}/f.jsonl`), /f\.jsonl": it does not exist/);
  const passage = { id: "p", kind: "k", topic: "t", tokens: 3, nats: 4 };
  await assertRefused(both(file("g.jsonl", `${JSON.stringify(passage)}\n`)), /no kind of answers/);
});

Deno.test("compare writes no results over files of something else, and fixes no plan after answers", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/first`);
  const args = flags(study, "--adapter-path", adapter);
  const mine = `${study.root}/mine`;
  Deno.mkdirSync(mine);
  Deno.writeTextFileSync(`${mine}/summary.md`, "my thesis");
  const elsewhere = args.map((arg) => arg === study.out ? mine : arg);
  await assertRefused(elsewhere, /mine: it has files of something else \(summary\.md\)/);
  assert.equal(Deno.readTextFileSync(`${mine}/summary.md`), "my thesis");

  await runMain(args);
  const report = (): string => Deno.readTextFileSync(`${study.out}/summary.md`);
  assert.match(report(), /, before an answer of a tuned variant was stored in this folder\./);
  for (const file of ["plan.json", "run.json"]) Deno.removeSync(`${study.out}/${file}`);
  const { code } = await runMain([...args, "--delta", "0.5"]);
  assert.equal(code, 0);
  assert.match(report(), /, after answers of tuned variants were stored: nothing was fixed/);
  assert.equal(readSummary(`${study.out}/summary.json`).plan.afterAnswers, true);
});

Deno.test("compare tells beforehand what has no spread, and an adapter of another base model", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/first`);
  const one = `${study.root}/one.jsonl`;
  Deno.writeTextFileSync(one, '{"id":"p","kind":"k","topic":"t","text":"A text of its own."}\n');
  await assertRefused(
    ["compare", "--config", study.configPath, "--adapter-path", adapter, "--only", "prose"]
      .concat(["--text", one, "--out", study.out]),
    /one passage has no spread, give two or more/,
  );
  const config = JSON.parse(Deno.readTextFileSync(`${adapter}/adapter_config.json`));
  const named = { ...config, base_model_name_or_path: "someone/other-model" };
  Deno.writeTextFileSync(`${adapter}/adapter_config.json`, JSON.stringify(named));
  const { notes } = await runMain(flags(study, "--adapter-path", adapter, "--plan"));
  assert.ok(notes.some((note) => note.includes("it names someone/other-model as its base model")));
  await assertRefused(
    flags(study, "--adapter-path", `${study.root}/nowhere`, "--plan")
      .map((arg) => arg === study.out ? `${study.root}/other` : arg),
    /there is no folder/,
  );
});

Deno.test("compare --run reads no damaged file, no flags of another comparison and no run twice", async () => {
  using study = await writeMiniStudy();
  const damaged = `${study.root}/letters.parquet`;
  Deno.writeTextFileSync(damaged, "PAR1 and no more");
  const other = `${study.root}/b.jsonl`;
  const run = (
    a: string,
    b: string,
    ...more: string[]
  ): string[] => ["compare", "--run", a, "--run", b, ...more];
  await assertRefused(run(damaged, other), /letters\.parquet: it cannot be read as Parquet/);
  await assertRefused(run(other, other), /is given twice/);
  await assertRefused(run(damaged, other, "--only", "mmlu"), /--only does not go with --run/);
});

Deno.test("compare --run says that a recording's log-probabilities are rounded", async () => {
  const out = Deno.makeTempDirSync();
  try {
    const runs = ["base", "qv-lr2e-3"].flatMap((name) => ["--run", `${SAMPLE}::${name}`]);
    const { printed } = await runMain(["compare", ...runs, "--out", out]);
    const lines = printed.split("\n").filter((line) => line.includes("two decimals"));
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /^- log-probabilities .* in .*::base and .*::qv-lr2e-3: the letter prior/,
    );
  } finally {
    Deno.removeSync(out, { recursive: true });
  }
});

Deno.test("compare --run tolerates the loss that its help says when --delta is left out", async () => {
  const out = Deno.makeTempDirSync();
  try {
    const runs = ["base", "qv-lr2e-3@0.5"].flatMap((
      name,
    ) => ["--run", `${fromRoot("results/recorded/sample")}::${name}`]);
    const { printed } = await runMain(["compare", "--gauge", "prose", ...runs, "--out", out]);
    assert.match(printed, /a loss of 0\.050 nats a token or more is excluded/);
  } finally {
    Deno.removeSync(out, { recursive: true });
  }
});

Deno.test("compare --run writes nothing among files of something else, such as a study's flips", async () => {
  const out = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${out}/flips.jsonl`, "a study's");
  const runs = ["base", "qv-lr2e-3"].flatMap((name) => ["--run", `${SAMPLE}::${name}`]);
  await assertRefused(
    ["compare", ...runs, "--out", out],
    /it has files of something else \(flips\.jsonl\): give another folder with --out/,
  );
  assert.equal(Deno.readTextFileSync(`${out}/flips.jsonl`), "a study's");
  Deno.removeSync(out, { recursive: true });
});

Deno.test("compare --run refuses passages that two models read as other tokens, in one line", async () => {
  await assertRefused(
    ["compare", "--run", "qwen_coder_1_5b::base", "--run", "gemma3_270m::base"],
    /passage "geology-1" has 184 tokens for one and 179 for the other, as with another tokenizer/,
  );
});

Deno.test("compare --run advises on an adapter, and not where the second run is a base model", async () => {
  const out = Deno.makeTempDirSync();
  const printed = async (first: string, second: string): Promise<string> => {
    const runs = ["--run", first, "--run", second, "--gauge", "prose", "--delta", "0.05"];
    const { code, printed } = await runMain(["compare", ...runs, "--out", out]);
    assert.equal(code, 0);
    return printed;
  };
  const [base, adapter] = ["base", "all_linear_1e-3"].map((name) => `gemma3_270m::${name}`);
  assert.match(await printed(base!, adapter!), /\*\*What to do\.\*\* On general text a loss/);
  assert.doesNotMatch(
    await printed("qwen_coder_1_5b::base", "qwen_coder_0_5b::base"),
    /What to do/,
  );
  Deno.removeSync(out, { recursive: true });
});

Deno.test("compare --run takes a study by its name, as the other commands do", async () => {
  const out = Deno.makeTempDirSync();
  const of = async (place: string): Promise<string> => {
    const { code, printed, notes } = await runMain([
      ...["compare", "--run", `${place}::base`, "--run", `${place}::qv-lr2e-3`],
      ...["--out", `${out}/${place === "sample" ? "name" : "path"}`],
    ]);
    assert.equal(code, 0, notes.join("\n"));
    // a folder is called as it was given
    return printed.replace(/\d+ flipped questions.*/, "").replaceAll(`${place}::`, "PLACE::");
  };
  const named = await of("sample");
  // a results folder of that name comes before the recorded one
  assert.equal(named, await of(findStudy("sample").folder));
  // one folder: nothing but the variant differs
  assert.doesNotMatch(named, /differ as well|by both summaries|cannot be told/);
  await assertRefused(
    ["compare", "--run", "nostudy::base", "--run", `${SAMPLE}::base`],
    /"nostudy": there is no such folder, and no study of that name in .*results/,
  );
  await assertRefused(
    [
      ...["compare", "--run", "qwen_coder_0_5b_pilot::base"],
      ...["--run", `${fromRoot("results/recorded/qwen_coder_0_5b_pilot")}::base`],
    ],
    /is given twice/,
  );
  Deno.removeSync(out, { recursive: true });
});

Deno.test("compare --run calls multiple choice as both studies do, or as --title says", async () => {
  const root = Deno.makeTempDirSync();
  const { counts, ...others } = readSummary(`${SAMPLE}/summary.json`);
  const study = (name: string, title: string): string => {
    const folder = `${root}/${name}`;
    Deno.mkdirSync(folder);
    Deno.copyFileSync(`${SAMPLE}/letters.parquet`, `${folder}/letters.parquet`);
    const mmlu = { ...counts.mmlu!, title };
    writeSummary(`${folder}/summary.json`, { ...others, counts: { ...counts, mmlu } });
    return folder;
  };
  const [own, other] = [study("own", "Everyday *crafts*"), study("other", "Crafts")];
  const said = async (first: string, second: string, ...more: string[]): Promise<string> => {
    const { code, printed, notes } = await runMain([
      ...["compare", "--run", `${first}::base`, "--run", `${second}::qv-lr2e-3`],
      ...["--out", `${root}/compared`, ...more],
    ]);
    assert.equal(code, 0, notes.join("\n"));
    return printed;
  };
  const named = await said(own, own);
  assert.match(named, /^- Everyday &#42;crafts&#42;: /m);
  assert.match(named, /^Everyday &#42;crafts&#42;:$/m);
  assert.doesNotMatch(named, /^- multiple choice: /m);
  assert.match(await said(own, other), /^- multiple choice: /m);
  assert.match(await said(own, other, "--title", "Old crafts"), /^- Old crafts: /m);
  // what is MMLU says nothing that "multiple choice" does not
  const released = study("released", "MMLU");
  assert.match(await said(released, released), /^- multiple choice: /m);
  const sql = `${root}/sql`;
  Deno.mkdirSync(sql);
  Deno.copyFileSync(`${SAMPLE}/verdicts.parquet`, `${sql}/verdicts.parquet`);
  const runs = ["--run", `${sql}::base`, "--run", `${sql}::qv-lr2e-3`, "--title", "Crafts"];
  await assertRefused(
    ["compare", ...runs, "--out", `${root}/refused`],
    /--title is of multiple choice, to which both have no answers/,
  );
  await assertRefused(
    ["compare", "--predictions", "a", "--predictions", "b", "--title", "Crafts"],
    /--title does not go with --predictions/,
  );
  Deno.removeSync(root, { recursive: true });
});

Deno.test("compare --run says where it is not known whether models and prompts are the same", async () => {
  const out = Deno.makeTempDirSync();
  Deno.mkdirSync(`${out}/answers`);
  Deno.copyFileSync(`${SAMPLE}/verdicts.parquet`, `${out}/answers/verdicts.parquet`);
  const { code, printed, notes } = await runMain([
    ...["compare", "--run", `${out}/answers::base`, "--run", "sample::base"],
    ...["--out", `${out}/compared`],
  ]);
  assert.equal(code, 0, notes.join("\n"));
  const line = /^Whether model, .* cannot be told: .*answers has no summary\.json\..*$/m;
  assert.match(printed, line);
  assert.match(Deno.readTextFileSync(`${out}/compared/comparison.md`), line);
  Deno.removeSync(out, { recursive: true });
});
