import assert from "node:assert/strict";
import { checkpointFigure, scaleFigure } from "../figures/change_curves.ts";
import { seedFigure } from "../figures/seed_curves.ts";
import type { Say } from "../figures/series.ts";
import { tradeOffFigure } from "../figures/trade_off/trade_off_figure.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { LARGE_SWEEP, sweep } from "../testing/sweep_fixture.ts";
import { compilePaper } from "./compile_paper.ts";
import { FIGURE_FONT } from "./font_files.ts";
import { portugueseFigureText } from "./figure_words.ts";
import { paperFigure, sayIn } from "./paper_figures.ts";

const LARGE = sweep(LARGE_SWEEP);
const NAMES = [...STUDY.tradeOff, ...LARGE.tradeOff].flatMap((
  { variant, origin },
) => [variant, origin.source]);
const SEEDS = STUDY.seeds.map((row) => ({ ...row, recipe: "all-linear-lr2e-4" }));

function drawn(say: Say): string[] {
  return [
    tradeOffFigure(STUDY, { gauge: "mmlu", say }),
    tradeOffFigure(STUDY, { gauge: "prose", say }),
    scaleFigure(STUDY, { say })!,
    checkpointFigure(STUDY, { say })!,
    seedFigure({ ...LARGE, seeds: SEEDS }, { say })!,
    tradeOffFigure(LARGE, { gauge: "mmlu", say }),
    tradeOffFigure(LARGE, { gauge: "prose", say }),
    scaleFigure(LARGE, { say })!,
  ];
}

const FIGURES = drawn(sayIn("en", NAMES));
const PORTUGUESE = drawn(sayIn("pt", NAMES));

Deno.test("paperFigure() names the paper's own font and no other", () => {
  for (const figure of FIGURES) {
    const { svg } = paperFigure(figure);
    const families = [...svg.matchAll(/font-family[=:]\s*"?([^;"]*)/g)].map(([, family]) => family);
    assert.ok(families.length > 0);
    assert.deepEqual([...new Set(families)], [FIGURE_FONT]);
  }
});

Deno.test("paperFigure() draws a rim apart from its text, both once", () => {
  const [figure] = FIGURES;
  const { svg } = paperFigure(figure!);
  const rims = figure!.match(/paint-order="stroke"/g)!.length;
  assert.ok(rims > 0);
  assert.ok(!svg.includes("paint-order"));
  assert.equal(svg.match(/<g[^>]* fill="white"[^>]* stroke="white"/g)?.length, rims);
  assert.equal(svg.match(/<text/g)!.length, figure!.match(/<text/g)!.length + rims);
});

Deno.test("paperFigure() has every text of the library's figures in Portuguese", () => {
  const english =
    /\b(?:the|of|on|to|and|better|lower|higher|change|points|bars|nats a|scale|recommended|seeds|mean|after|all|part|its)\b/i;
  for (const figure of PORTUGUESE) {
    const { svg, title } = paperFigure(figure, { language: "pt", names: NAMES });
    // the description for readers who cannot see it is no part of a PDF
    const texts = [
      ...svg.replace(/<desc>[\s\S]*?<\/desc>/, "").matchAll(/>([^<>]*\p{L}[^<>]*)</gu),
    ];
    for (const text of [title, ...texts.map(([, text]) => text!)]) {
      const left = NAMES.toSorted((a, b) => b.length - a.length).reduce(
        (rest, name) =>
          rest === name ? rest : rest.replaceAll(`${name}:`, "").replaceAll(`${name} (`, "("),
        text.replaceAll("text-to-SQL", "").replaceAll("Data: made up", ""),
      );
      if (NAMES.includes(left) || left.startsWith("recomendada:")) continue;
      assert.doesNotMatch(left, english, text);
      assert.doesNotMatch(left, /\d\.\d/, text);
    }
  }
});

Deno.test("paperFigure() leaves names as they are within a title in Portuguese", () => {
  const { title } = paperFigure(PORTUGUESE[0]!, { language: "pt", names: NAMES });
  assert.match(title, /\. all-linear@0\.5 \(recomendada\): text-to-SQL \+\d+,\d: ganho, MMLU /);
});

Deno.test("paperFigure() has the singular of a unit in Portuguese, and further seeds small", () => {
  const texts = PORTUGUESE.map((figure) => paperFigure(figure, { language: "pt" }).svg).join("");
  assert.match(texts, />outras sementes \(pequenas\)</);
  assert.match(texts, />tolerada: 3,0 pontos</);
  assert.equal(portugueseFigureText("tolerated: 1.0 points"), "tolerada: 1,0 ponto");
  assert.equal(portugueseFigureText("Change on MMLU (points)"), "Variação em MMLU (pontos)");
});

Deno.test("paperFigure() writes a number of legends and notes once in Portuguese, and cuts no legend", () => {
  const { tradeOff } = STUDY;
  const moved = tradeOff.map((row) => ({
    ...row,
    mmlu: { ...row.mmlu!, delta: 0.0123, evidence: { ...row.mmlu!.evidence, n: 14_042 } },
    ...(row.prose && { prose: { ...row.prose, delta: 0.05 } }),
  }));
  const say = sayIn("pt", NAMES);
  const texts = (["mmlu", "prose"] as const).map((gauge) =>
    paperFigure(tradeOffFigure({ ...STUDY, tradeOff: moved }, { gauge, say }), { language: "pt" })
      .svg.replaceAll("\u00a0", " ")
  ).join("");
  assert.match(texts, /, 14\.042 perguntas/);
  assert.match(texts, />tolerada: 0,050 nat por token</);
  assert.match(texts, />tolerada: 1,23 pontos?</);
  const cut = PORTUGUESE.flatMap((svg) =>
    [...svg.matchAll(/>([^<>]*…)</g)].map(([, text]) => text)
  );
  assert.deepEqual(cut.filter((text) => /Pareto|tolerada|sementes/.test(text!)), []);
});

Deno.test("paperFigure() gives what the compiler draws with no other font", () => {
  const { svg } = paperFigure(FIGURES[0]!);
  const source = '#set text(font: "Tinos", fallback: false)\n#image("a.svg", width: 8.5cm)';
  const { pdf, pages } = compilePaper("a.typ", { "a.typ": source, "a.svg": svg });
  assert.equal(pages, 1);
  const fonts = [...new TextDecoder("latin1").decode(pdf).matchAll(/\/BaseFont\s*\/\w+\+(\w+)/g)];
  assert.deepEqual(
    [...new Set(fonts.map(([, font]) => font))].filter((font) => font !== FIGURE_FONT),
    [],
  );
});

Deno.test("paperFigure() refuses what is no figure of the library", () => {
  assert.throws(() => paperFigure("<svg></svg>"), /it has no title or names no font/);
});
