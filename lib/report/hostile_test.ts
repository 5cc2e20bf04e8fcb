import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";
import { JSDOM } from "jsdom";
import { accuracyBars } from "./figures/accuracy_bars.ts";
import { examplesTable } from "./tables/examples_table.ts";
import { baselineFinding } from "./findings/baseline_finding.ts";
import { LOSS_ROWS, POINTS, SQL_ROWS, STUDY } from "./testing/study_fixture.ts";
import type { Frame } from "./tables/frame.ts";
import { accuracyFrame, countsFrame, differencesFrame, lossFrame } from "./tables/frames.ts";
import { lossCurves } from "./figures/loss_curves.ts";
import { markdownTable } from "./tables/markdown_table.ts";
import { markdownText } from "./markdown_text.ts";
import { mmluFinding } from "./findings/mmlu_finding.ts";
import type { StudyRows } from "./rows.ts";
import { shortTable } from "./tables/short_table.ts";
import { sqlFinding } from "./findings/sql_finding.ts";
import { factsFrame } from "./tables/study_frames.ts";
import { SUMMARY } from "./testing/summary_fixture.ts";
import { accuracyTable, studyTable, summaryTable } from "./tables/summary_table.ts";
import { tradeOffFigure } from "./figures/trade_off_figure.ts";
import { tradeOffFinding } from "./findings/trade_off_finding.ts";

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

/** All rows of the made-up study under other names. */
function named(text: string): StudyRows {
  const tuned = <Row extends { readonly variant: string }>(rows: readonly Row[]): Row[] =>
    rows.map((row) => row.variant === "base" ? row : { ...row, variant: text });
  return {
    ...STUDY,
    model: text,
    label: text,
    accuracy: tuned(STUDY.accuracy),
    readings: tuned(STUDY.accuracy.slice(0, 1)),
    differences: tuned(STUDY.differences),
    changes: tuned(STUDY.changes),
    counts: tuned(STUDY.counts),
    coverage: [{ measure: "sql", asked: 3, scored: 2, missing: text }],
  };
}

/** A summary with the text wherever one is free. */
function summaryNamed(text: string): typeof SUMMARY {
  const [base, tuned] = SUMMARY.variants;
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
  return {
    ...SUMMARY,
    label: text,
    config: { ...SUMMARY.config, model: { ...SUMMARY.config.model, id: text } },
    counts: {
      ...SUMMARY.counts,
      sql: {
        ...SUMMARY.counts.sql,
        missingDatabases: [{ dbId: text, examples: 2 }],
        unjudged: [{ id: text, dbId: text, status: "gold_failed", message: text }],
      },
    },
    variants: [base!, { ...tuned!, name: text }],
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
    assert.match(line, /^(?:\| .* \||#{2,3} .*|- .*|[A-Z*"`0-9].*|)$/, line.slice(0, 80));
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
    for (
      const table of [
        studyTable(named(text)),
        accuracyTable(named(text).accuracy),
        summaryTable(summaryNamed(text)),
        shortTable(summaryNamed(text)),
        tradeOffFinding(named(text)).replaceAll("**", ""),
        sqlFinding(named(text)).replaceAll("**", ""),
        mmluFinding(named(text)).replaceAll("**", ""),
        baselineFinding(named(text)).replaceAll("**", ""),
      ]
    ) assertHarmlessMarkdown(table);
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
  "figures are well-formed SVG with any name, label and title, and no element of theirs",
  eachHostile((text) => {
    const rows = SQL_ROWS.map((row) => row.variant === "q/v" ? { ...row, variant: text } : row);
    const losses = LOSS_ROWS.map((row) => ({ ...row, variant: text }));
    for (
      const svg of [
        tradeOffFigure([{ ...POINTS[0]!, variant: text }], { model: text, label: text }),
        accuracyBars(rows, { title: text, label: text }),
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
    const rows = named(text);
    const frames: readonly Frame[] = [
      accuracyFrame(rows.accuracy),
      differencesFrame(rows.differences),
      countsFrame(rows.counts),
      lossFrame([{ variant: text, step: 1, lossNats: 2 }]),
      factsFrame({ [text]: text }, [`${text} name`, "value"]),
    ];
    for (const frame of frames) {
      const show: unknown = Reflect.get(frame, Symbol.for("Jupyter.display"));
      assert.ok(typeof show === "function");
      const html = String(show.call(frame)["text/html"]);
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
      "+10.0 [\u22121.0, +21.0], at chance: no loss can be measured",
      "rank 8, alpha 16 (PEFT)",
    ]
  ) assert.equal(markdownText(text), text);
});
