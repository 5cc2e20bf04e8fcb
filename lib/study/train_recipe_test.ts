import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { SILENT } from "../ground/mod.ts";
import { VENV_PYTHON } from "../setup/mod.ts";
import { type MiniStudy, writeMiniStudy } from "./testing/mini_study.ts";
import { openModelInputs, openSqlInputs } from "./inputs.ts";
import { TINY_TOKENIZER_CONFIG } from "./testing/tiny_model.ts";
import { promptHash } from "./sample_identity.ts";
import { sqlPrompt } from "../spider/mod.ts";
import { plannedTrainingTokens, trainRecipe, writeSftData } from "./train_recipe.ts";

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

test("writeSftData writes the same bytes for one seed, and other orders for others", async (study) => {
  const sql = {
    ...await openModelInputs(study.config, study.model),
    ...await openSqlInputs(study.config),
  };
  const write = (seed: number, examples: number | null = null): string => {
    const config = { ...study.config, seed, training: { ...study.config.training, examples } };
    const path = `${study.root}/sft.jsonl`;
    const count = writeSftData(config, sql, path);
    const text = Deno.readTextFileSync(path);
    assert.equal(text.split("\n").length - 1, count);
    return text;
  };
  const first = write(42);
  assert.equal(write(42), first);
  const records = first.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map(({ completion }) => completion[0].content).sort(),
    sql.spider.train.map(({ query }) => query).sort(),
  );
  for (const { prompt, completion } of records) {
    assert.equal(prompt.at(-1).role, "user");
    assert.deepEqual(completion.map(({ role }: { role: string }) => role), ["assistant"]);
  }
  const orders = new Set([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => write(seed)));
  assert.equal(orders.size, 2, "two examples have two orders");
  assert.equal(write(42, 1).trim().split("\n").length, 1);
});

test("writeSftData says which token ids the evaluation's prompt comes to, on the first records", async (study) => {
  const model = await openModelInputs(study.config, study.model);
  const sql = await openSqlInputs(study.config);
  const [example] = sql.spider.train;
  const train = Array.from({ length: 40 }, (_, i) => ({ ...example!, id: `train-${i}` }));
  const path = `${study.root}/sft.jsonl`;
  writeSftData(study.config, { ...model, spider: { ...sql.spider, train } }, path);
  const records = Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line));
  const asked = model.tokenizer.encodeConversation(
    sqlPrompt(example!, { schemas: sql.spider.schemas }),
  );
  const hashes = records.map((record) => record.prompt_sha256);
  assert.equal(hashes.length, 40);
  assert.deepEqual(new Set(hashes.slice(0, 32)), new Set([promptHash(asked)]));
  assert.ok(records.slice(32).every((record) => !("prompt_sha256" in record)));
});

test("writeSftData merges the system's turn where the model's template refuses it", async (study) => {
  const chat_template = "{% for m in messages %}{% if m.role == 'system' %}" +
    "{{ raise_exception('no system') }}{% endif %}<|im_start|>{{ m.content }}<|im_end|>" +
    "{% endfor %}";
  Deno.writeTextFileSync(
    `${study.model}/tokenizer_config.json`,
    JSON.stringify({ ...TINY_TOKENIZER_CONFIG, chat_template }),
  );
  const inputs = {
    ...await openModelInputs(study.config, study.model),
    ...await openSqlInputs(study.config),
  };
  const path = `${study.root}/sft.jsonl`;
  writeSftData(study.config, inputs, path);
  const [record] = Deno.readTextFileSync(path).split("\n");
  const { prompt, prompt_sha256 } = JSON.parse(record!);
  assert.deepEqual(prompt.map(({ role }: { role: string }) => role), ["user"]);
  assert.match(prompt[0].content, /^Write one SQLite query .*\n\n\w+\(/);
  const asked = inputs.tokenizer.encodeConversation({ messages: prompt, sharedLength: 0 });
  assert.equal(prompt_sha256, promptHash(asked));
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
