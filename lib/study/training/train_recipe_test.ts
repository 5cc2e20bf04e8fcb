import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { VENV_PYTHON } from "../../setup/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { openModelInputs, openSqlInputs } from "../inputs/inputs.ts";
import { plannedTrainingTokens, trainRecipe } from "./train_recipe.ts";

/** An interpreter that writes its arguments down, says two lines and ends with a code. */
function fakePython(root: string, code: number): string {
  const path = `${root}/python-${code}`;
  Deno.writeTextFileSync(
    path,
    `#!/bin/sh\nprintf '%s\\n' "$@" > "${root}/arguments"\n` +
      `printf 'step 1/1\\ntrain_lora.py: the last line\\n' >&2\nexit ${code}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

const noShell = Deno.build.os === "windows" ? " [skipped: needs a POSIX shell]" : "";

function test(name: string, fn: (study: MiniStudy) => Promise<void>): void {
  Deno.test({
    name: name + noShell,
    ignore: noShell !== "",
    async fn(): Promise<void> {
      using study = await writeMiniStudy();
      await fn(study);
    },
  });
}

test("trainRecipe hands the script every setting of the recipe, and no absolute path", async (study) => {
  const inputs = await openModelInputs(study.config, study.model);
  const notes: string[] = [];
  const [recipe] = study.config.training.recipes;
  const out = `${study.out}/training/qv`;
  const dir = await trainRecipe(inputs, { ...recipe!, maxTokens: 600, alpha: 8 }, {
    data: `${study.out}/sft.jsonl`,
    out,
    progress: { ...SILENT, note: (text) => void notes.push(text) },
    python: fakePython(study.root, 0),
  });
  assert.equal(dir, out);
  assert.deepEqual(notes, ["step 1/1", "train_lora.py: the last line"]);
  const [script, ...words] = Deno.readTextFileSync(`${study.root}/arguments`).trim().split("\n");
  assert.equal(script, `${REPOSITORY_ROOT}/training/train_lora.py`);
  assert.equal(words.pop(), "--resume");
  const flags: Record<string, string> = {};
  for (let i = 0; i < words.length; i += 2) flags[words[i]!] = words[i + 1]!;
  for (const [name, value] of Object.entries(flags)) assert.ok(!value.startsWith("/"), name);
  const { "--model": model, "--data": data, "--out": folder, ...settings } = flags;
  assert.match(`${model} ${data} ${folder}`, /\/model .*\/sft.jsonl .*\/training\/qv$/);
  assert.deepEqual(settings, {
    "--rank": "16",
    "--alpha": "8",
    "--dropout": "0.05",
    "--target_modules": "q_proj,v_proj",
    "--learning_rate": "0.001",
    "--epochs": "1",
    "--max_tokens": "600",
    "--batch_size": "4",
    "--gradient_accumulation": "1",
    "--max_length": "512",
    "--seed": "42",
    "--quantization": "none",
    "--date": "2024-07-26",
  });
});

test("trainRecipe hands the chat settings on, the switch only where it is on", async (study) => {
  const config = { ...study.config, chat: { thinking: true, date: "2026-01-31" } };
  const inputs = await openModelInputs(config, study.model);
  const [recipe] = config.training.recipes;
  const options = { data: `${study.out}/sft.jsonl`, out: study.out, progress: SILENT };
  await trainRecipe(inputs, recipe!, { ...options, python: fakePython(study.root, 0) });
  const words = Deno.readTextFileSync(`${study.root}/arguments`).trim().split("\n");
  assert.deepEqual(words.slice(-4), ["--date", "2026-01-31", "--thinking", "--resume"]);
});

test("trainRecipe takes the script's exit code 2 for wrong input, others for a fault", async (study) => {
  const inputs = await openModelInputs(study.config, study.model);
  const [recipe] = study.config.training.recipes;
  const options = { data: `${study.out}/sft.jsonl`, out: study.out, progress: SILENT };
  await assert.rejects(
    trainRecipe(inputs, recipe!, { ...options, python: fakePython(study.root, 2) }),
    { name: "UsageError", message: "train_lora.py: the last line" },
  );
  await assert.rejects(
    trainRecipe(inputs, recipe!, { ...options, python: fakePython(study.root, 1) }),
    { name: "Error", message: /^Training "qv" failed with code 1: .*the last line$/ },
  );
});

const noVenv = existsSync(VENV_PYTHON) ? "" : " [skipped: no .venv: run deno task setup]";

Deno.test({
  name: `trainRecipe gets one line from the real script for data that is not there${noVenv}`,
  ignore: noVenv !== "",
  async fn(): Promise<void> {
    using study = await writeMiniStudy();
    const inputs = await openModelInputs(study.config, study.model);
    const [recipe] = study.config.training.recipes;
    const options = { data: `${study.root}/none.jsonl`, out: study.out, progress: SILENT };
    await assert.rejects(trainRecipe(inputs, recipe!, options), {
      name: "UsageError",
      message: /^train_lora.py: cannot read the training data .*none.jsonl/,
    });
  },
});

test("plannedTrainingTokens counts prompts and completions, as often as they are seen", async (study) => {
  const inputs = {
    ...await openModelInputs(study.config, study.model),
    ...await openSqlInputs(study.config),
  };
  const [recipe] = study.config.training.recipes;
  const once = plannedTrainingTokens(inputs, recipe!);
  // a token a byte: at least as many as the questions and queries have
  const bytes = inputs.spider.train.map(({ question, query }) => question + query).join("").length;
  assert.ok(once > bytes, `${once} tokens`);
  assert.equal(plannedTrainingTokens(inputs, { ...recipe!, epochs: 3 }), 3 * once);
  assert.equal(plannedTrainingTokens(inputs, { ...recipe!, maxTokens: 10 }), 10);
  assert.equal(plannedTrainingTokens(inputs, { ...recipe!, maxTokens: 10 * once }), once);
});
