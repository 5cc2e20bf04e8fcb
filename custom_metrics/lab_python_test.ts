import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fromRoot, REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { VENV_PYTHON } from "../lib/setup/mod.ts";

const ignore = !existsSync(VENV_PYTHON);
const suffix = ignore ? " [skipped: no Python packages, run deno task setup]" : "";

Deno.test({
  name: `pytest passes the Python door: commands and data frames${suffix}`,
  ignore,
  fn: async () => {
    const file = fromRoot("custom_metrics/test_lab.py");
    const { code, stdout, stderr } = await new Deno.Command(VENV_PYTHON, {
      // the folder's conftest is DeepEval's, which has an environment of its own
      args: ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest", file],
      cwd: REPOSITORY_ROOT,
      env: { LAB_DENO: Deno.execPath(), PYTHONDONTWRITEBYTECODE: "1", NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    const output = text.decode(stdout) + text.decode(stderr);
    assert.equal(code, 0, output);
    assert.match(output, /\b9 passed/);
  },
});
