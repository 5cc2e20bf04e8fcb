import assert from "node:assert/strict";
import { readSummary } from "../../runs/mod.ts";
import { paperInputs } from "../testing/paper_fixture.ts";
import { PAPER_LANGUAGES, paperSource } from "./write_paper.ts";

const LARGE = readSummary(
  new URL("../../../results/recorded/qwen_coder_1_5b/summary.json", import.meta.url).pathname,
);

Deno.test("paperSource() says what the metric of DeepEval is, and that accuracy counts matches", () => {
  const said = {
    en:
      /custom metric of DeepEval, .* `BaseMetric`\. Its method `measure` .* zero on a mismatch and 1\.8 on a match, as the assignment writes it\. .* configured\. Accuracy is counted from matches alone/,
    pt:
      /customizada do DeepEval, .* `BaseMetric`\. Seu método `measure` .* zero em um erro e 1,8 em um acerto, como escreve o enunciado\. .* configuradas\. A acurácia é contada apenas pelos acertos/,
  };
  for (const language of PAPER_LANGUAGES) {
    assert.match(paperSource(paperInputs(), language).source.plain, said[language]);
  }
});

Deno.test("paperSource() parts thousands in one way, in text, tables and figures", () => {
  for (const [language, sign] of [["en", ","], ["pt", "."]] as const) {
    const { source, files } = paperSource(paperInputs(LARGE), language);
    const figures = Object.entries(files).filter(([name]) => name.endsWith(".svg"))
      .map(([, svg]) => svg.replace(/<desc>[\s\S]*?<\/desc>/, ""));
    for (const text of [source.plain, source.typst, ...figures]) {
      assert.doesNotMatch(text, /14[^,.\d]?042/);
    }
    const moved = source.plain.match(/[A-D] (?:to|para) [A-D] \d+[,.]\d{3}/g);
    assert.ok(moved && moved.every((one) => one.includes(sign)), `${moved}`);
    assert.ok(source.plain.includes(`14${sign}042`) && source.typst.includes(`14${sign}042)`));
    assert.ok(figures.some((svg) => svg.includes(`14${sign}042`)), language);
  }
});
