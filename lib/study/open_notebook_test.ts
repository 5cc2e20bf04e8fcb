import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { EMBEDDED_MODEL_DIR } from "../setup/embedded_model.ts";
import { VENV_PYTHON } from "../setup/python_env.ts";
import { openNotebookStudy } from "./open_notebook.ts";

const missing = [VENV_PYTHON, `${EMBEDDED_MODEL_DIR}/model.safetensors`].find((path) =>
  !existsSync(path)
);

Deno.test({
  name: "openNotebookStudy() opens the study that the environment names, from any folder" +
    (missing === undefined ? "" : ` [skipped: no ${missing}: run deno task setup]`),
  ignore: missing !== undefined,
  async fn(): Promise<void> {
    const results = await Deno.makeTempDir();
    const here = Deno.cwd();
    try {
      Deno.chdir(results);
      Deno.env.set("LAB_RESULTS", `${results}/a`);
      const sample = await openNotebookStudy();
      assert.equal(sample.inputs.config.label, "sample");
      assert.equal(sample.folder.root, `${results}/a`);
      Deno.env.set("LAB_RESULTS", `${results}/b`);
      Deno.env.set("LAB_SMOKE", "1");
      const smoke = await openNotebookStudy();
      assert.equal(smoke.inputs.config.label, "smoke test");
      assert.ok(smoke.inputs.asked.length < 10);
    } finally {
      Deno.env.delete("LAB_RESULTS");
      Deno.env.delete("LAB_SMOKE");
      Deno.chdir(here);
      await Deno.remove(results, { recursive: true });
    }
  },
});
