import assert from "node:assert/strict";
import { checkNotebook, notebookModule, readNotebook, writeNotebook } from "./check_notebook.ts";

const CELLS = [
  { id: "intro", type: "markdown", source: "# Title\n\nProse." },
  { id: "load", type: "code", source: 'import { x } from "../lib/x/mod.ts";\nconst y = x(1);' },
  { id: "show", type: "code", source: "y" },
] as const;

Deno.test("checkNotebook() finds nothing in what writeNotebook() wrote", () => {
  const text = writeNotebook(CELLS);
  assert.deepEqual(checkNotebook(text), []);
  assert.deepEqual(readNotebook(text), CELLS);
});

Deno.test("checkNotebook() finds outputs, counts, kernel noise and another layout", () => {
  const clean = JSON.parse(writeNotebook(CELLS));
  const spoilt: ((notebook: typeof clean) => void)[] = [
    (notebook) => notebook.cells[1].outputs.push({ output_type: "stream", name: "stdout" }),
    (notebook) => notebook.cells[1].execution_count = 3,
    (notebook) => notebook.cells[1].metadata = { execution: {} },
    (notebook) => notebook.metadata.language_info.version = "6.0.3",
    (notebook) => notebook.metadata.kernelspec.display_name = "Deno 2.9",
    (notebook) => notebook.cells[0].source = notebook.cells[0].source.join(""),
  ];
  for (const spoil of spoilt) {
    const notebook = structuredClone(clean);
    spoil(notebook);
    const text = `${JSON.stringify(notebook, null, 1)}\n`;
    assert.match(checkNotebook(text).join("\n"), /run with --clean/, spoil.toString());
    assert.equal(writeNotebook(readNotebook(text)), writeNotebook(CELLS));
  }
  assert.match(checkNotebook(JSON.stringify(clean)).join(), /run with --clean/);
});

Deno.test("checkNotebook() refuses ids that are missing, twice the same, or random", () => {
  const ids = (...names: string[]): readonly string[] =>
    checkNotebook(writeNotebook(names.map((id) => ({ id, type: "code", source: "1" }))));
  assert.deepEqual(ids("load-data", "show"), []);
  assert.match(ids("show", "show").join(), /cell 2 \(show\) has the id of an earlier cell/);
  assert.match(ids("Ab_12").join(), /lower-case words with hyphens/);
  const without = writeNotebook(CELLS).replace('   "id": "load",\n', "");
  assert.match(checkNotebook(without).join(), /needs an id/);
});

Deno.test("checkNotebook() refuses a function, a class, a loop, SQL text and a long cell", () => {
  const problems = (source: string): string =>
    checkNotebook(writeNotebook([{ id: "a", type: "code", source }])).join();
  assert.match(problems("function f() {}"), /has a function/);
  assert.match(problems("const f = () => { return 1; };"), /has a function/);
  assert.match(problems("class A {}"), /has a class/);
  assert.match(problems("for (const x of xs) show(x);"), /has a loop/);
  assert.match(problems("run(`SELECT name\nFROM singer`)"), /has SQL text/);
  assert.match(problems("1;\n".repeat(20)), /has 21 lines: 15 at most/);
  assert.equal(problems("rows.filter((row) => row.group === 'all')"), "");
});

Deno.test("checkNotebook() refuses a cell that shows its last value without waiting for it", () => {
  const problems = (source: string): string =>
    checkNotebook(writeNotebook([{ id: "a", type: "code", source }])).join();
  assert.match(problems("const x = 1;\nshowRows(x, y);"), /await display/);
  assert.equal(problems("const x = 1;\nawait display(\n  showRows(x, y),\n);"), "");
});

Deno.test("notebookModule() joins the code cells and names each", () => {
  const module = notebookModule(CELLS);
  assert.ok(module.includes('// cell load\nimport { x } from "../lib/x/mod.ts";'));
  assert.ok(module.includes("// cell show\ny\n"));
  assert.ok(!module.includes("Prose"));
});

Deno.test("readNotebook() refuses what is not a notebook", () => {
  assert.throws(() => readNotebook("{"), SyntaxError);
  assert.throws(() => readNotebook('{"nbformat": 3, "cells": []}'), /nbformat 4/);
  assert.throws(() => readNotebook('{"nbformat": 4, "cells": [{"cell_type": "raw"}]}'), /cell 1/);
});
