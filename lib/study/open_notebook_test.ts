import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { EMBEDDED_MODEL_DIR } from "../setup/embedded_model.ts";
import { VENV_PYTHON } from "../setup/python_env.ts";
import { type NotebookStudy, openNotebookStudy } from "./open_notebook.ts";
import { writeMiniStudy } from "./testing/mini_study.ts";

const VARIABLES = ["LAB_CONFIG", "LAB_SMOKE", "LAB_STUDY_DATA", "LAB_RESULTS"] as const;

const missing = [VENV_PYTHON, `${EMBEDDED_MODEL_DIR}/model.safetensors`].find((path) =>
  !existsSync(path)
);

Deno.test({
  name: "openNotebookStudy() opens the study that the environment names, from any folder" +
    (missing === undefined ? "" : ` [skipped: no ${missing}: run deno task setup]`),
  ignore: missing !== undefined,
  async fn(): Promise<void> {
    using mini = await writeMiniStudy();
    const results = mini.root;
    const here = Deno.cwd();
    try {
      Deno.chdir(results);
      const sample = await opened({ LAB_RESULTS: `${results}/a` });
      assert.equal(sample.inputs.config.label, "sample");
      assert.equal(sample.folder.root, `${results}/a`);
      const smoke = await opened({ LAB_RESULTS: `${results}/b`, LAB_SMOKE: "1" });
      assert.equal(smoke.inputs.config.label, "smoke test");
      assert.ok(smoke.inputs.asked.length < 10);
      const own = await opened({ LAB_RESULTS: `${results}/c`, LAB_CONFIG: mini.configPath });
      assert.equal(own.inputs.config.name, "mini");
      assert.equal(own.folder.root, `${results}/c`);
      assert.equal(typeof (await own.options()).progress.step, "function");
      await Deno.rename(`${results}/data`, `${results}/elsewhere`);
      await Deno.mkdir(`${results}/data`);
      await Deno.rename(`${results}/elsewhere/prose.jsonl`, `${results}/data/prose.jsonl`);
      const moved = await opened({
        LAB_RESULTS: `${results}/d`,
        LAB_CONFIG: mini.configPath,
        LAB_STUDY_DATA: `${results}/elsewhere`,
      });
      assert.equal(moved.inputs.config.spider.path, `${results}/elsewhere/spider`);
    } finally {
      Deno.chdir(here);
    }
  },
});

Deno.test("openNotebookStudy() refuses variables that exclude each other, and a file that is not there", async () => {
  const refused = (env: Environment): Promise<string> =>
    opened(env).then(
      () => "opened",
      (error) => `${error.name}: ${error.message}`,
    );
  assert.match(
    await refused({ LAB_CONFIG: "config/sample.json", LAB_SMOKE: "1" }),
    /^UsageError: LAB_CONFIG and LAB_SMOKE exclude each other/,
  );
  assert.match(await refused({ LAB_STUDY_DATA: "data" }), /^UsageError: .* set LAB_CONFIG$/);
  assert.match(await refused({ LAB_CONFIG: "config/none.json" }), /^UsageError: .*none\.json/);
});

type Environment = Partial<Record<typeof VARIABLES[number], string>>;

/** Opens the study with these variables and none of the others. */
async function opened(env: Environment): Promise<NotebookStudy> {
  const before = VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  const put = (name: string, value: string | undefined): void =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  try {
    for (const name of VARIABLES) put(name, env[name]);
    return await openNotebookStudy();
  } finally {
    for (const [name, value] of before) put(name, value);
  }
}
