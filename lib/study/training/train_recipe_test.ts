import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { resolve } from "node:path";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { VENV_PYTHON } from "../../setup/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { openModelInputs } from "../inputs/model_inputs.ts";
import { openSqlInputs } from "../inputs/sql_inputs.ts";
import { plannedTraining, recordLengths, trainRecipe } from "./train_recipe.ts";

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

test("trainRecipe asks for kernels of a fixed order where the study does", async (study) => {
  const inputs = await openModelInputs(study.config, study.model);
  const [recipe] = study.config.training.recipes;
  const planned = async (deterministic: boolean): Promise<unknown> => {
    const training = { ...study.config.training, deterministic };
    await trainRecipe({ ...inputs, config: { ...study.config, training } }, recipe!, {
      data: `${study.out}/sft.jsonl`,
      out: `${study.out}/training/qv`,
      progress: SILENT,
      python: fakePython(study.root, 0),
    });
    return planOf(study).deterministic;
  };
  assert.deepEqual([await planned(true), await planned(false)], [true, undefined]);
});

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
  const [script, flag, path, resume] = argumentsOf(study);
  assert.equal(script, `${REPOSITORY_ROOT}/training/train_lora.py`);
  assert.deepEqual([flag, resume], ["--plan", "--resume"]);
  assert.ok(!path!.startsWith("/"));
  const { model, data, out: folder, ...settings } = planOf(study);
  for (const place of [model, data, folder]) assert.ok(!String(place).startsWith("/"));
  assert.match(`${model} ${data} ${folder}`, /\/model .*\/sft.jsonl .*\/training\/qv$/);
  assert.deepEqual(settings, {
    version: 1,
    rank: 16,
    alpha: 8,
    dropout: 0.05,
    targetModules: "q_proj,v_proj",
    learningRate: 0.001,
    epochs: 1,
    maxTokens: 600,
    batchSize: 4,
    gradientAccumulation: 1,
    maxLength: 512,
    quantization: "none",
    seed: 42,
    date: "2024-07-26",
    thinking: false,
  });
});

function argumentsOf(study: MiniStudy): string[] {
  return Deno.readTextFileSync(`${study.root}/arguments`).trim().split("\n");
}

/** The plan that the script was given. */
function planOf(study: MiniStudy): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(resolve(REPOSITORY_ROOT, argumentsOf(study)[2]!)));
}

test("trainRecipe hands on what a recipe and the chat may have, under the script's names", async (study) => {
  const config = { ...study.config, chat: { thinking: true, date: "2026-01-31" } };
  const inputs = await openModelInputs(config, study.model);
  const [recipe] = config.training.recipes;
  const options = { data: `${study.out}/sft.jsonl`, out: study.out, progress: SILENT };
  const more = {
    targetModules: "all-linear",
    useRslora: true,
    useDora: true,
    klWeight: 0.1,
    replayShare: 0.05,
    checkpoints: 4,
    earlyStopping: { patience: 2 },
    allowLeftOut: 0.2,
  } as const;
  await trainRecipe(inputs, { ...recipe!, ...more }, {
    ...options,
    python: fakePython(study.root, 0),
  });
  const { replayShare: _inTheData, earlyStopping, ...same } = more;
  const plan = planOf(study);
  for (const [name, value] of Object.entries(same)) assert.equal(plan[name], value, name);
  assert.equal(plan["earlyStoppingPatience"], earlyStopping.patience);
  assert.deepEqual([plan["date"], plan["thinking"]], ["2026-01-31", true]);
  assert.ok(!("replayShare" in plan) && !("name" in plan));
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

test("plannedTraining() counts tokens and steps, as often as examples are seen", async (study) => {
  const inputs = {
    ...await openModelInputs(study.config, study.model),
    ...await openSqlInputs(study.config),
  };
  const [recipe] = study.config.training.recipes;
  const lengths = recordLengths(inputs);
  const once = plannedTraining(lengths, recipe!).tokens;
  // a token a byte: at least as many as the questions and queries have
  const bytes = inputs.spider.train.map(({ question, query }) => question + query).join("").length;
  assert.ok(once > bytes, `${once} tokens`);
  const { length: examples } = inputs.spider.train;
  assert.equal(examples, 2);
  const batch = { ...recipe!, batchSize: 2, gradientAccumulation: 2 };
  assert.deepEqual(plannedTraining(lengths, { ...batch, epochs: 3 }), {
    tokens: 3 * once,
    steps: 2,
  });
  assert.deepEqual(plannedTraining(lengths, { ...batch, maxTokens: 10 }), { tokens: 10, steps: 1 });
  // it ends in its first epoch, however many there may be
  const ended = { ...recipe!, batchSize: 1, gradientAccumulation: 1, epochs: 1000, maxTokens: 10 };
  assert.deepEqual(plannedTraining(lengths, ended), { tokens: 10, steps: 1 });
  assert.equal(plannedTraining(lengths, { ...batch, maxTokens: 10 * once }).tokens, once);
});

test("trainRecipe says at the end that the training was unstable", async (study) => {
  const inputs = await openModelInputs(study.config, study.model);
  const [recipe] = study.config.training.recipes;
  const out = `${study.out}/training/qv`;
  const said = async (peak: number): Promise<string | undefined> => {
    const notes: string[] = [];
    Deno.mkdirSync(out, { recursive: true });
    const lines = Array.from(
      { length: 30 },
      (_, i) =>
        `${JSON.stringify({ step: i + 1, loss: i < 15 ? 1 : peak, gradient_norm: 2.04 })}\n`,
    );
    Deno.writeTextFileSync(`${out}/loss.jsonl`, lines.join(""));
    await trainRecipe(inputs, recipe!, {
      data: `${study.out}/sft.jsonl`,
      out,
      progress: { ...SILENT, note: (text) => void notes.push(text) },
      python: fakePython(study.root, 0),
    });
    return notes.at(-1);
  };
  assert.equal(await said(1.9), "train_lora.py: the last line");
  assert.equal(
    await said(4),
    "qv: unstable: the mean cross entropy of the ten steps up to step 25 was 4.0 times that of the first " +
      "ten, and the largest gradient norm was 2.0; lower its learning rate, and train again",
  );
});
