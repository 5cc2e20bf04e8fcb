import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";
import { JSDOM } from "jsdom";
import { examplesTable } from "./examples/examples_table.ts";
import { failuresText } from "./examples/failures_text.ts";
import { pickFailures } from "./examples/pick_failures.ts";
import { accuracyBars, errorClassBars } from "./figures/accuracy_bars.ts";
import { calibrationFigure } from "./figures/calibration_figure.ts";
import { checkpointFigure, scaleFigure } from "./figures/change_curves.ts";
import { changePoints } from "./figures/change_points.ts";
import { lossCurves } from "./figures/loss_curves.ts";
import { modelsFigure } from "./figures/models_figure.ts";
import { recipeScalesFigure } from "./figures/recipe_scales.ts";
import { seedPointsFigure } from "./figures/seed_points.ts";
import { tradeOffFigure } from "./figures/trade_off/trade_off_figure.ts";
import { baselineFinding } from "./findings/baseline_finding.ts";
import { mmluFinding } from "./findings/mmlu_finding.ts";
import { proseFinding } from "./findings/prose_finding.ts";
import { correlationFinding, pairsFinding, seedsFinding } from "./findings/recipe_findings.ts";
import { recommendationFinding } from "./findings/recommendation_finding.ts";
import { sqlFinding } from "./findings/sql_finding.ts";
import { tradeOffFinding } from "./findings/trade_off_finding.ts";
import { showFrame } from "./frames/display.ts";
import type { Frame } from "./frames/frame.ts";
import { accuracyFrame, countsFrame } from "./frames/frames.ts";
import { factsFrame } from "./frames/study_frames.ts";
import { accuracyTable } from "./tables/accuracy_table.ts";
import { markdownTable } from "./tables/markdown_table.ts";
import { shortTable } from "./tables/short_table.ts";
import { studyTable, summaryTable } from "./tables/summary_table.ts";
import { LOSS_ROWS, renamed, shownOf, STUDY } from "./testing/study_fixture.ts";
import { SUMMARY } from "./testing/summary_fixture.ts";
import { markdownText } from "./words/markdown_text.ts";

/** What may stand in a label, an id, a gold, an answer or an error, by what it would do. */
const HOSTILE: Readonly<Record<string, string>> = {
  script: "<script>alert(1)</script>",
  image: '<img src=x onerror="alert(1)">',
  "closing tags": '"></title></desc></svg><svg onload=alert(1)>',
  comment: "<!-- x --><?xml?><![CDATA[x]]>",
  "javascript link": "[x](javascript:alert(1))",
  "open link": "x](javascript:alert(1)) ![x](http://127.0.0.1/x.png)",
  reference: "[x]: javascript:alert(1)",
  autolink: "<javascript:alert(1)> http://127.0.0.1/",
  pipe: "a | b || c \\| d",
  backticks: "`a` ``b`` ```c",
  emphasis: "**a** _b_ ~~c~~ $d$",
  heading: "x\n# y\n| z |\n\n<b>",
  entities: "&lt;script&gt; &#60;b&#62;",
  backslashes: "\\<b> \\`c\\` \\",
  "terminal title": "\u001b]0;owned\u0007\u009b31m",
  bidi: "abc\u202edef\u2066ghi",
  NUL: "a\u0000b",
  CR: "good\rbad",
  "halved pair": "a\ud800b",
  "very long": "<b>".repeat(50_000),
};

// deno-lint-ignore no-control-regex -- these are what must not come through
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function eachHostile(test: (text: string) => void): (t: Deno.TestContext) => Promise<void> {
  return async (t) => {
    for (const [name, text] of Object.entries(HOSTILE)) await t.step(name, () => test(text));
  };
}

/** A summary of two variants with the text wherever one is free. */
function summaryNamed(text: string): typeof SUMMARY {
  const [base] = SUMMARY.variants;
  const tuned = SUMMARY.variants.at(-1)!;
  const settings = {
    trained: "elsewhere" as const,
    rank: 8,
    alpha: 16,
    dropout: 0,
    targetModules: [text],
    learningRate: null,
    rsLora: false,
    dora: false,
  };
  const { recommendation: _, ...findings } = SUMMARY.findings;
  return {
    ...SUMMARY,
    label: text,
    config: { ...SUMMARY.config, model: { ...SUMMARY.config.model, id: text } },
    counts: {
      ...SUMMARY.counts,
      sql: {
        ...SUMMARY.counts.sql!,
        title: text,
        missingDatabases: [{ dbId: text, examples: 2 }],
        unjudged: [{ id: text, dbId: text, status: "gold_failed", message: text }],
      },
      mmlu: { ...SUMMARY.counts.mmlu!, title: text },
    },
    plan: { ...SUMMARY.plan, halves: { choose: [text], confirm: [text] } },
    variants: [base!, { ...tuned, name: text, origin: { source: text } }],
    findings,
    provenance: { ...SUMMARY.provenance, adapterSettings: { [text]: settings } },
  };
}

/** The text without what the report itself writes as code and emphasis, and with no markup left. */
function assertHarmlessMarkdown(markdown: string, kept: readonly RegExp[] = []): void {
  const rest = kept.reduce((text, own) => text.replaceAll(own, ""), markdown);
  assert.doesNotMatch(rest, /<[a-z/!?]/i);
  assert.doesNotMatch(rest, /\]\s*[([:]/);
  assert.doesNotMatch(rest, /:\/\//);
  assert.doesNotMatch(rest, /(?<!\\)(?:\\\\)*[`$~]|\*\*[^*]*[*]/);
  assert.doesNotMatch(rest, CONTROLS);
  // every line is one that the report meant to write
  for (const line of markdown.split("\n")) {
    assert.match(line, /^(?:\| .* \||#{2,4} .*|(?: {2})?- .*|[A-Z*"`0-9].*|)$/, line.slice(0, 80));
  }
}

/** Cells of a table's lines, split where a pipe is not escaped. */
function cellCounts(table: string): number[] {
  return table.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.replaceAll(/\\./g, "").split("|").length - 2);
}

Deno.test(
  "markdownTable() keeps any text in its cell and shows it as it is",
  eachHostile((text) => {
    const table = markdownTable([{ title: text }, { title: "n" }], [[text, "1"], ["a", text]]);
    assert.deepEqual(cellCounts(table), [2, 2, 2, 2]);
    assertHarmlessMarkdown(table);
  }),
);

Deno.test(
  "tables and findings of a study show any name, label and id as text",
  eachHostile((text) => {
    const rows = renamed(text);
    const texts = [
      studyTable(rows),
      accuracyTable(rows.accuracy),
      summaryTable(summaryNamed(text)),
      shortTable(summaryNamed(text)),
      tradeOffFinding(rows),
      sqlFinding(rows),
      mmluFinding(rows),
      proseFinding(rows),
      baselineFinding(rows),
      recommendationFinding(rows),
      seedsFinding(rows),
      pairsFinding(rows),
      correlationFinding(rows),
    ];
    // an interval of the report's own, as before ": a gain"
    const interval = /\[[+\u2212\d., ]+\]/g;
    for (const found of texts) assertHarmlessMarkdown(found.replaceAll("**", ""), [interval]);
  }),
);

Deno.test(
  "examplesTable() shows any question, gold, answer and error as text or code",
  eachHostile((text) => {
    const table = examplesTable([{
      id: text,
      dbId: text,
      hardness: "easy",
      question: text,
      gold: text,
      answers: [{ variant: "base", text, status: "sql_error", why: text }],
    }], "none");
    assert.deepEqual(cellCounts(table), [4, 4, 4]);
    assert.doesNotMatch(table, CONTROLS);
    // outside code spans, whose fences are longer than any run of backticks within
    const code = /(?<![`\\])(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g;
    assertHarmlessMarkdown(table, [code, /\*\*/g]);
  }),
);

Deno.test(
  "failuresText() shows any question, gold, answer, column and value as text or code",
  eachHostile((text) => {
    const result = { columns: [text], rows: [[text], [null]], truncated: false };
    const answers = ["base", text].map((variant) => ({
      variant,
      text,
      status: "mismatch",
      errorClass: text,
      why: text,
      result,
    }));
    const example = { dbId: text, hardness: text, question: text, gold: text, answers };
    const picked = pickFailures([{ ...example, id: text, goldResult: result }], {
      variant: text,
      seed: 1,
    });
    const shown = failuresText(picked, 1);
    assert.doesNotMatch(shown, CONTROLS);
    const code = /(?<![`\\])(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g;
    assertHarmlessMarkdown(shown, [code, /"1:id"/g]);
    assert.deepEqual(cellCounts(shown), [4, 4, 4, 4, 4]);
  }),
);

Deno.test(
  "figures are well-formed SVG with any name, label and title, and no element of theirs",
  eachHostile((text) => {
    const rows = renamed(text);
    const sql = rows.accuracy.filter((row) => row.measure === "sql");
    const losses = LOSS_ROWS.map((row) => ({ ...row, variant: text }));
    const tradeOff = STUDY.tradeOff.map((row) => ({
      ...row,
      origin: { ...row.origin, source: text },
    }));
    const study = { ...rows, tradeOff };
    for (
      const svg of [
        tradeOffFigure(rows),
        tradeOffFigure(study),
        scaleFigure(study)!,
        recipeScalesFigure(study)!,
        modelsFigure([{ name: text, rows: { ...STUDY, titles: rows.titles } }], "mmlu"),
        seedPointsFigure(rows, [text], "mmlu"),
        calibrationFigure([{
          variant: text,
          n: 2,
          confidence: 0.5,
          mean: 0.5,
          ci95: [0, 1],
        }], {
          title: text,
          label: text,
        }),
        checkpointFigure(study)!,
        accuracyBars(sql, { title: text, label: text }),
        errorClassBars(rows.classes, { title: text }),
        changePoints(shownOf(STUDY.changes).filter((row) => row.measure === "mmlu"), {
          title: text,
          of: text,
          label: text,
        }),
        lossCurves(losses, { title: text, elsewhere: [text] }),
      ]
    ) {
      assert.doesNotMatch(svg, CONTROLS);
      // as XML, which refuses what is not well-formed, and by the renderer of the PDF
      const { window } = new JSDOM(svg, { contentType: "image/svg+xml" });
      const { document } = window;
      const names = new Set(
        [...document.querySelectorAll("*")].map((element) =>
          (element as { tagName: string }).tagName
        ),
      );
      const own = ["svg", "title", "desc", "rect", "g", "line", "path", "text", "tspan", "circle"];
      assert.deepEqual([...names].filter((name) => !own.includes(name)), []);
      assert.doesNotMatch(svg, /<[^>]*\s(?:on\w+|href|xlink:href)=/);
      assert.ok(new Resvg(svg).width > 0);
    }
  }),
);

Deno.test(
  "frames show any text as text in a notebook's HTML",
  eachHostile((text) => {
    const rows = renamed(text);
    const frames: readonly Frame[] = [
      accuracyFrame(rows.accuracy),
      countsFrame(rows.counts),
      factsFrame({ [text]: text }, [`${text} name`, "value"]),
    ];
    for (const shown of frames.flatMap((frame) => [frame, showFrame(frame)])) {
      const show: unknown = Reflect.get(shown, Symbol.for("Jupyter.display"));
      assert.ok(typeof show === "function");
      const html = String(show.call(shown)["text/html"]);
      const tags = new Set([...html.matchAll(/<\/?([^\s>]*)/g)].map(([, name]) => name));
      assert.deepEqual([...tags].sort(), ["table", "tbody", "td", "th", "thead", "tr"]);
      assert.doesNotMatch(html, CONTROLS);
    }
  }),
);

Deno.test("markdownText() leaves what a report writes every day as it is", () => {
  for (
    const text of [
      "all-linear-lr2e-4",
      "HuggingFaceTB/SmolLM2-135M-Instruct",
      "q_proj v_proj",
      "12.5 % [7.0, 20.6], 12/96",
      "< 0.001",
      "+10.0 [\u22121.0, +21.0], no difference shown; between \u22121.0 and +21.0 points",
      "rank 8, alpha 16 (PEFT)",
    ]
  ) assert.equal(markdownText(text), text);
});
