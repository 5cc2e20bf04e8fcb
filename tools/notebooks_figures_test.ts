import assert from "node:assert/strict";
import { letterBars } from "../lib/report/mod.ts";
import { SUMMARY } from "../lib/report/testing/summary_fixture.ts";
import { summaryRows } from "../lib/report/mod.ts";
import { drawnPdf, drawnPng, exportFigures, figuresOf } from "./notebooks_figures.ts";

const SVG = letterBars(summaryRows(SUMMARY).letters.slice(0, 2), { title: "Letters" });

/** A notebook with a figure in one cell, two in another, and outputs of other kinds. */
const EXECUTED = JSON.stringify({
  nbformat: 4,
  cells: [
    { id: "text", cell_type: "markdown", source: ["# Title"] },
    { id: "bars", outputs: [output(SVG), { output_type: "stream", text: ["1\n"] }] },
    { id: "two", outputs: [output(SVG.split(/(?<=\n)/)), output("<svg/>")] },
  ],
});

Deno.test("figuresOf() names figures after their cells, whether kept as a text or as lines", () => {
  const figures = figuresOf(EXECUTED);
  assert.deepEqual(figures.map(({ name }) => name), ["bars", "two", "two-2"]);
  assert.deepEqual(figures.map(({ svg }) => svg), [SVG, SVG, "<svg/>"]);
});

Deno.test("exportFigures() writes SVG, PNG of 600 dots an inch and PDF, all with their text", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const notebook = `${dir}/05_report.ipynb`;
    const only = { cells: [{ id: "bars", outputs: [output(SVG)] }] };
    await Deno.writeTextFile(notebook, JSON.stringify(only));
    const written = await exportFigures(notebook, `${dir}/new/figures`);
    assert.deepEqual(
      written,
      ["svg", "png", "pdf"].map((type) => `${dir}/new/figures/05_report-bars.${type}`),
    );
    assert.equal(await Deno.readTextFile(written[0]!), SVG);
    const png = await Deno.readFile(written[1]!);
    const view = new DataView(png.buffer);
    assert.equal(view.getUint32(16), 2008, "the width in the header of a PNG");
    // text is a part of it: without, it has fewer dark pixels
    const bare = SVG.replaceAll(/<text[\s\S]*?<\/text>/g, "");
    assert.ok(png.length > 1.2 * drawnPng(bare).length, "the PNG has text");
    const pdf = await Deno.readFile(written[2]!);
    const text = new TextDecoder("latin1").decode(pdf);
    assert.match(text, /^%PDF-/);
    // 8.5 cm in points
    assert.match(text, /\/MediaBox \[0 0 240\.9\d+ /);
    assert.match(text, /\/BaseFont \/\w+\+Arimo/, "its font is embedded");
    // the clock is no part of it
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const again = new TextDecoder("latin1").decode(drawnPdf(SVG));
    assert.ok(again === text, "the same bytes again");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

function output(svg: string | readonly string[]): Record<string, unknown> {
  return { output_type: "execute_result", data: { "image/svg+xml": svg, "text/plain": "Figure" } };
}
