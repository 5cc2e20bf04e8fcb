import assert from "node:assert/strict";
import { type Displayable, showFigure, showMarkdown, showRows, showText } from "./display.ts";

const DISPLAY = Symbol.for("Jupyter.display");

Deno.test("showFigure() gives Jupyter the SVG and a line of plain text", () => {
  const shown = showFigure("<svg><title>Loss</title></svg>") as unknown as {
    [DISPLAY]: () => Record<string, unknown>;
  };
  assert.deepEqual(shown[DISPLAY](), {
    "image/svg+xml": "<svg><title>Loss</title></svg>",
    "text/plain": "Figure: Loss",
  });
});

Deno.test("showFigure() refuses what is not SVG", () => {
  assert.throws(() => showFigure("<html>"), SyntaxError);
});

Deno.test("showMarkdown() gives Jupyter the text as Markdown", () => {
  const shown = showMarkdown("**x**") as unknown as { [DISPLAY]: () => Record<string, unknown> };
  assert.equal(shown[DISPLAY]()["text/markdown"], "**x**");
});

Deno.test("showText() shows a text in type of one width, its markup as it stands", () => {
  const shown = showText("<|im_start|>user\n  a & b\u001b[31m") as unknown as {
    [DISPLAY]: () => Record<string, string>;
  };
  const bundle = shown[DISPLAY]();
  assert.equal(bundle["text/plain"], "<|im_start|>user\n  a & b\\u001b[31m");
  assert.match(
    bundle["text/html"]!,
    /^<pre style="font-family: monospace;[^"]*">&lt;\|im_start\|&gt;user\n {2}a &amp; b\\u001b\[31m<\/pre>$/,
  );
});

Deno.test("showRows() makes something of rows, and says where there are none", () => {
  const show = (rows: readonly number[]): Displayable => showMarkdown(`${rows.length} rows`);
  assert.equal(markdownOf(showRows([1, 2], show)), "2 rows");
  assert.match(markdownOf(showRows([], show)), /nothing to show/);
});

Deno.test("showFigure() and showMarkdown() say where a study has nothing of the kind", () => {
  assert.match(markdownOf(showFigure(undefined)), /nothing to show/);
  assert.match(markdownOf(showMarkdown("")), /nothing to show/);
});

function markdownOf(shown: Displayable): string {
  return (shown as unknown as { [DISPLAY]: () => Record<string, string> })[DISPLAY]()[
    "text/markdown"
  ]!;
}
