import assert from "node:assert/strict";
import { summaryRows } from "../lib/report/mod.ts";
import { readSummary, writeSummary } from "../lib/runs/mod.ts";
import { figureTexts, overlappingTexts, textsOutside } from "../lib/report/testing/figure_texts.ts";
import { SUMMARY } from "../lib/report/testing/summary_fixture.ts";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { runTool } from "./testing/run_tool.ts";

Deno.test("models_figure draws recorded studies beside each other as SVG, PNG and PDF", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/tiny`);
    writeSummary(`${root}/tiny/summary.json`, SUMMARY);
    const studies = [`Tiny=${root}/tiny`, `Sample=results/recorded/sample`];
    const { code, stderr } = await run(["--out", `${root}/new/models`, ...studies]);
    assert.equal(code, 0, stderr);
    const files = [...Deno.readDirSync(`${root}/new`)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["models.pdf", "models.png", "models.svg"]);
    const svg = await Deno.readTextFile(`${root}/new/models.svg`);
    const axes = [">Change on MMLU (points)", ">Change on MMLU-style items (points)"];
    for (const name of [">Tiny<", ">Sample<", "change on multiple choice", ...axes]) {
      assert.ok(svg.includes(name), name);
    }
    const prose = await run(["--out", `${root}/prose`, "--gauge", "prose", ...studies]);
    assert.equal(prose.code, 0, prose.stderr);
    assert.match(await Deno.readTextFile(`${root}/prose.svg`), /Change on general text/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

const FIGURES: readonly (readonly [figure: string, args: readonly string[]])[] = [
  ["three_sizes", [
    "135M=results/recorded/sample",
    "0.5B=results/recorded/qwen_coder_0_5b",
    "1.5B=results/recorded/qwen_coder_1_5b",
  ]],
  ["general_text", [
    "--gauge",
    "prose",
    "Qwen 0.5B=results/recorded/qwen_coder_0_5b",
    "Qwen 1.5B=results/recorded/qwen_coder_1_5b",
    "Gemma 270M=results/recorded/gemma3_270m",
  ]],
  ["gemma_penalty", [
    "--gauge",
    "prose",
    "Gemma 270M=results/recorded/gemma3_270m",
    "Gemma 270M=results/recorded/gemma3_270m_kl",
  ]],
  ["gemma_seeds", [
    ...["--gauge", "prose", "--recipe", "all_linear_2e-4", "--recipe", "kl_10"],
    "Gemma 270M=results/recorded/gemma3_270m_kl_seeds",
  ]],
];

for (const [figure, args] of FIGURES) {
  Deno.test(`docs/figures/${figure}.svg is the one that the recorded studies give`, async () => {
    const root = await Deno.makeTempDir();
    try {
      const { code, stderr } = await run(["--out", `${root}/${figure}`, ...args]);
      assert.equal(code, 0, stderr);
      assert.equal(
        await Deno.readTextFile(`${root}/${figure}.svg`),
        await Deno.readTextFile(`${REPOSITORY_ROOT}/docs/figures/${figure}.svg`),
      );
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });

  Deno.test(`docs/figures/${figure}.svg names every finished adapter, and cuts no name`, () => {
    const svg = Deno.readTextFileSync(`${REPOSITORY_ROOT}/docs/figures/${figure}.svg`);
    const texts = figureTexts(svg).map(({ text }) => text);
    for (const [, name, folder] of args.flatMap((arg) => [...arg.matchAll(/^([^=]+)=(.+)$/g)])) {
      const { tradeOff } = summaryRows(readSummary(`${REPOSITORY_ROOT}/${folder}/summary.json`));
      const finished = tradeOff.filter(({ variant, origin }) => variant === origin.source);
      assert.ok(finished.length > 1);
      // a figure of one study's seeds has its caption to name the model
      const models = args.includes("--recipe") ? [] : [name!];
      for (const own of [...models, ...finished.map(({ variant }) => variant)]) {
        assert.ok(texts.includes(own), own);
      }
    }
    assert.deepEqual(texts.filter((text) => text.includes("…")), []);
    assert.deepEqual(textsOutside(svg), []);
    assert.deepEqual(overlappingTexts(svg), []);
  });
}

Deno.test("models_figure draws the seeds of two recipes and their means", async () => {
  const root = await Deno.makeTempDir();
  try {
    const study = "Qwen 1.5B=results/recorded/qwen_coder_1_5b";
    const recipes = ["--recipe", "all_linear_2e-4", "--recipe", "all_linear_1e-3"];
    const { code, stderr } = await run([
      ...["--out", `${root}/seeds`, "--gauge", "prose", ...recipes, study],
    ]);
    assert.equal(code, 0, stderr);
    const svg = await Deno.readTextFile(`${root}/seeds.svg`);
    const said = figureTexts(svg).map(({ text }) => text.replaceAll("\u00a0", " ")).join(" ");
    // as in the study's summary.md
    const means = [
      "all_linear_2e-4, mean of 5 seeds: text-to-SQL +22.0 points [+14.1, +29.9] (n = 972), " +
      "general text +0.012 nats a token [+0.006, +0.019] (n = 135).",
      "all_linear_1e-3, mean of 5 seeds: text-to-SQL +20.4 points [+10.8, +30.0] (n = 972), " +
      "general text +0.173 nats a token [+0.153, +0.194] (n = 135).",
    ];
    for (const mean of means) assert.ok(said.includes(mean), said);
    assert.deepEqual(textsOutside(svg), []);
    assert.deepEqual(overlappingTexts(svg), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("models_figure says in one line what is wrong, and exits with 2", async () => {
  const sample = "Sample=results/recorded/sample";
  const gemma = "Gemma=results/recorded/gemma3_270m";
  const cases: readonly (readonly [args: readonly string[], line: RegExp])[] = [
    [["--out", "x"], /NAME=FOLDER of at least one study/],
    [[sample], /--out/],
    [["--out", "x", "sample"], /NAME=FOLDER: current value is "sample"/],
    [["--out", "x", "A=nowhere"], /"A" has no results: there is no "nowhere\/summary\.json"/],
    [["--out", "x", sample, sample], /"Sample" in one panel as both have a variant "/],
    [["--out", "x", sample, sample.replace("sample", "gemma3_270m")], /"Sample" in one panel/],
    [["--out", "x", "--recipe", "all-linear-lr2e-3", sample], /with several seeds: it has none/],
    [["--out", "x", "--recipe", "qv", gemma], /no recipe "qv" .*: it has all_linear_2e-4, all_/],
    [["--out", "x", "--recipe", "qv", gemma, sample], /--recipe is of one study: .* 2 studies/],
    [
      ["--out", "x", ...["--recipe", "all_linear_2e-4", "--recipe", "all_linear_2e-4"], gemma],
      /the recipe "all_linear_2e-4" is given twice/,
    ],
    [["--out", "x", "--gauge", "sql", sample], /--gauge is mmlu or prose: current value is "sql"/],
    [["--out", "x", "--gaug", "mmlu", sample], /--gaug/],
  ];
  for (const [args, line] of cases) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, line);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});

const run = (args: readonly string[]) => runTool("models_figure", args);
