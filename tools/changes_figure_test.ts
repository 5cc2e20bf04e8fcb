import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { runTool } from "./testing/run_tool.ts";

const STUDY = "results/recorded/qwen_coder_1_5b";
/** The rows of the README's table. */
const NAMES = ["all_linear_2e-4", "all_linear_1e-3", "all_linear_1e-3@0.2", "assignment_2e-4"];

Deno.test("the figure of what changed is the one that the recorded study gives", async () => {
  const root = await Deno.makeTempDir();
  try {
    const { code, stderr } = await run(["--out", `${root}/new/what_changed`, STUDY, ...NAMES]);
    assert.equal(code, 0, stderr);
    const files = [...Deno.readDirSync(`${root}/new`)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["what_changed.pdf", "what_changed.png", "what_changed.svg"]);
    assert.equal(
      await Deno.readTextFile(`${root}/new/what_changed.svg`),
      await Deno.readTextFile(`${REPOSITORY_ROOT}/docs/figures/what_changed.svg`),
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("changes_figure says in one line what is wrong, and exits with 2", async () => {
  const cases: readonly (readonly [args: readonly string[], line: RegExp])[] = [
    [["--out", "x"], /--out, a results folder and at least one variant are needed/],
    [["--out", "x", STUDY], /at least one variant/],
    [[STUDY, "all_linear_2e-4"], /--out/],
    [["--out", "x", "nowhere", "qv"], /"nowhere" has no results: no "nowhere\/summary\.json"/],
    [["--out", "x", STUDY, "qx"], /has no tuned variant "qx": it has assignment_2e-4/],
    [["--out", "x", STUDY, NAMES[0]!, NAMES[0]!], /"all_linear_2e-4" is given twice/],
    [["--outt", "x"], /--outt/],
  ];
  for (const [args, line] of cases) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, line);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});

const run = (args: readonly string[]) => runTool("changes_figure", args);
