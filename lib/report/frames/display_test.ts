import assert from "node:assert/strict";
import {
  display,
  type Displayable,
  showFigure,
  showMarkdown,
  showRows,
  showText,
} from "./display.ts";

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

Deno.test("showMarkdown() leaves no name that an editor would make a mail address of, but in code", () => {
  const text = "**qv@0.5** and `qv@0.5`, ``a`b@0.5``\n\n```sql\nx@y.z\n```\n| lr2e-3@0.5 | a @ b |";
  const shown = showMarkdown(text) as unknown as { [DISPLAY]: () => Record<string, string> };
  assert.equal(
    shown[DISPLAY]()["text/markdown"],
    text.replace("**qv@", "**qv&#64;").replace("lr2e-3@", "lr2e-3&#64;"),
  );
  assert.equal(shown[DISPLAY]()["text/plain"], text);
});

Deno.test("display() needs a kernel, and says so by failing", async () => {
  await assert.rejects(display(showMarkdown("x")), /Deno\.jupyter is only available/);
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
