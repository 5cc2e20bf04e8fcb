import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { StudyConfig } from "../runs/mod.ts";
import {
  copyStudy,
  DATED_TEMPLATE,
  plantAnswer,
  refusal,
  runMini,
  storedRecords,
  writeRunStudy,
} from "./testing/mini_run.ts";
import { assertNear } from "./testing/near.ts";
import { type MiniStudy, writeMiniStudy } from "./testing/mini_study.ts";
import { TINY_CONFIG, TINY_TOKENIZER_CONFIG } from "./testing/tiny_model.ts";
import { openModelInputs } from "./inputs/model_inputs.ts";
import { openStudy } from "./open_study.ts";
import { BASE, sampleIdentity } from "./answers/sample_identity.ts";
import { SILENT } from "../ground/mod.ts";

type Json = Record<string, unknown>;

/** Changes one input of a study: a file, or the config that it gives back. */
type Change = (study: MiniStudy) => StudyConfig | void;

/**
 * How many answers have to be asked again of the study's 6 statements and 6 letters (3 each of the
 * base model and of the adapter); undefined where it depends on what the model said.
 */
type Asked = readonly [sql: number, mmlu: number] | undefined;

type Case = readonly [input: string, asked: Asked, change: Change];

function editText(path: string, edit: (text: string) => string): void {
  const before = Deno.readTextFileSync(path);
  const after = edit(before);
  assert.notEqual(after, before, `${path} is not changed`);
  Deno.writeTextFileSync(path, after);
}

function editJson(path: string, edit: (value: Json) => Json): void {
  editText(path, (text) => JSON.stringify(edit(JSON.parse(text))));
}

/** Changes one byte near a file's end, and gives the file its old time back. */
function editByte(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 2]! ^= 0x40;
  Deno.writeFileSync(path, bytes);
  Deno.utimeSync(path, atime!, mtime!);
  assert.equal(Deno.statSync(path).mtime!.getTime(), mtime!.getTime());
}

function adapter(fields: Json): Change {
  return ({ out }) =>
    editJson(`${out}/training/qv/adapter_config.json`, (config) => ({ ...config, ...fields }));
}

function modelConfig(fields: Json): Change {
  return ({ model }) => editJson(`${model}/config.json`, (config) => ({ ...config, ...fields }));
}

function tokenizerConfig(fields: Json): Change {
  return ({ model }) =>
    editJson(`${model}/tokenizer_config.json`, (config) => ({ ...config, ...fields }));
}

function data(file: string, from: string, to: string): Change {
  return ({ root }) => editText(`${root}/data/${file}`, (text) => text.replaceAll(from, to));
}

function config<Part extends "spider" | "mmlu" | "chat" | "engine">(
  part: Part,
  fields: Partial<StudyConfig[Part]>,
): Change {
  return (study) => ({ ...study.config, [part]: { ...study.config[part], ...fields } });
}

function insertCow({ root }: MiniStudy): void {
  using database = new DatabaseSync(`${root}/data/spider/database/farm/farm.sqlite`);
  database.exec("INSERT INTO cow VALUES ('Berta')");
}

/** Adapters are no part of the claim of a folder: a study may train and add to them. */
const ADAPTER: readonly Case[] = [
  ["alpha", [3, 3], adapter({ lora_alpha: 8 })],
  ["rank pattern", [3, 3], adapter({ r: 4, rank_pattern: { q_proj: 2 } })],
  ["alpha pattern", [3, 3], adapter({ alpha_pattern: { q_proj: 9 } })],
  ["rsLoRA", [3, 3], adapter({ use_rslora: true })],
  ["target modules", [3, 3], adapter({ target_modules: ".*q_proj" })],
  ["layers", [3, 3], adapter({ layers_to_transform: [0] })],
  [
    "weights, their time put back",
    [3, 3],
    ({ out }) => editByte(`${out}/training/qv/adapter_model.safetensors`),
  ],
];

/** Inputs whose change makes the study another one: its folder is refused. */
const CLAIMED: readonly Case[] = [
  [
    "weights, their time put back",
    [6, 6],
    ({ model }) => editByte(`${model}/model.safetensors`),
  ],
  ["rope_theta", [6, 6], modelConfig({ rope_theta: 500 })],
  ["rms_norm_eps", [6, 6], modelConfig({ rms_norm_eps: 1e-2 })],
  ["end tokens of generation_config.json", [6, 6], ({ model }) => {
    const ends = { eos_token_id: [TINY_CONFIG.eos_token_id, 33] };
    Deno.writeTextFileSync(`${model}/generation_config.json`, JSON.stringify(ends));
  }],
  [
    "tokenizer.json",
    [6, 6],
    ({ model }) =>
      editText(
        `${model}/tokenizer.json`,
        (text) => text.replace('"y":', '"new":').replace('"z":', '"y":').replace('"new":', '"z":'),
      ),
  ],
  ["chat template", [6, 0], tokenizerConfig({ chat_template: `x${DATED_TEMPLATE}` })],
  ["chat_template.jinja", [6, 0], ({ model }) => {
    const text = `y${TINY_TOKENIZER_CONFIG.chat_template}`;
    Deno.writeTextFileSync(`${model}/chat_template.jinja`, text);
  }],
  ["decoder", undefined, tokenizerConfig({ clean_up_tokenization_spaces: true })],
  ["a question", [2, 0], data("spider/dev.json", "How many", "So many")],
  ["a gold", [0, 0], data("spider/dev.json", "count(*)", "count(*) + 1")],
  ["a database's schema", [4, 0], data("spider/tables.json", '"cow"', '"calf"')],
  ["a shot", [6, 0], data("spider/train.json", "ongs?", "ongs here?")],
  ["a row", [0, 0], insertCow],
  ["a multiple-choice question", [0, 2], data("mmlu/test/sociology_test.csv", "One?", "Won?")],
  ["a multiple-choice answer", [0, 0], data("mmlu/test/sociology_test.csv", "d,C", "d,D")],
  ["a multiple-choice shot", [0, 2], data("mmlu/dev/sociology_dev.csv", "Dev one", "Dev won")],
  ["spider.shots", [6, 0], config("spider", { shots: 2 })],
  ["spider.maxNewTokens", [6, 0], config("spider", { maxNewTokens: 5 })],
  ["spider.timeoutMs", [0, 0], config("spider", { timeoutMs: 4_000 })],
  ["spider.limit", [0, 0], config("spider", { limit: 2 })],
  ["mmlu.shots", [0, 6], config("mmlu", { shots: 1 })],
  ["mmlu.perCategory", undefined, config("mmlu", { perCategory: null })],
  ["chat.date", [6, 0], config("chat", { date: "2025-01-31" })],
  ["chat.thinking", [6, 0], config("chat", { thinking: true })],
  ["seed", undefined, ({ config }) => ({ ...config, seed: 7 })],
];

/** A study run again in its own folder, and in a new one that has its adapter alone. */
async function runAgain(study: MiniStudy, changed: StudyConfig, asked: Asked): Promise<void> {
  const before = storedRecords(study.out);
  const again = await runMini(changed, study.out);
  const fresh = `${study.root}/fresh`;
  cpSync(`${study.out}/training`, `${fresh}/training`, { recursive: true });
  assertNear(again.outcome, (await runMini(changed, fresh)).outcome);
  if (asked === undefined) return;
  const { sql, mmlu } = storedRecords(study.out);
  assert.deepEqual([sql - before.sql, mmlu - before.mmlu], asked, again.notes.join("\n"));
}

Deno.test("a study that runs again asks again whatever an input changed, and nothing else", async (t) => {
  using study = await writeRunStudy();
  await t.step("nothing", () => runAgain(study, study.config, [0, 0]));
  for (const [input, asked, change] of ADAPTER) {
    await t.step(input, async () => {
      using copy = copyStudy(study);
      await runAgain(copy, change(copy) ?? copy.config, asked);
    });
  }
});

Deno.test("a study refuses the folder of one with another input, and without its run.json asks again", async (t) => {
  using study = await writeRunStudy();
  for (const [input, asked, change] of CLAIMED) {
    await t.step(input, async () => {
      using copy = copyStudy(study);
      const changed = change(copy) ?? copy.config;
      const said = await refusal(runMini(changed, copy.out));
      assert.match(
        said ?? "nothing",
        /^Cannot write to .*: it holds a run that differs in [^\n]*$/,
      );
      Deno.removeSync(`${copy.out}/run.json`);
      Deno.removeSync(`${copy.out}/plan.json`);
      await runAgain(copy, changed, asked);
    });
  }
});

Deno.test("a study refuses a folder whose run.json was given its hash and not its inputs", async () => {
  using study = await writeRunStudy();
  const path = `${study.out}/run.json`;
  const old = JSON.parse(Deno.readTextFileSync(path));
  const changed = { ...study.config, seed: 7 };
  const { folder } = await openStudy(changed, { out: `${study.root}/other`, progress: SILENT });
  Deno.writeTextFileSync(path, JSON.stringify({ ...old, hash: folder.hash }));
  assert.match(await refusal(runMini(changed, study.out)) ?? "", /differs in "seed" \(42 there/);
});

Deno.test("the device is a part of a study's folder and of every answer's key", async () => {
  using study = await writeMiniStudy();
  await openStudy(study.config, { out: study.out, progress: SILENT });
  const cuda = { ...study.config, engine: { ...study.config.engine, device: "cuda" as const } };
  assert.match(
    await refusal(openStudy(cuda, { out: study.out, progress: SILENT })) ?? "",
    /differs in "engine.device"/,
  );
  const inputs = await openModelInputs(study.config, study.model);
  const key = (config: StudyConfig): string =>
    sampleIdentity({ ...inputs, config }, BASE, { prefix: [1], suffix: [2] }, {}).key;
  assert.notEqual(key(cuda), key(study.config));
});

Deno.test("4-bit weights are a part of a study's folder and of every answer's key; the word stored is not", async () => {
  using study = await writeMiniStudy();
  await openStudy(study.config, { out: study.out, progress: SILENT });
  const withWeights = (weights: "stored" | "int4"): StudyConfig => ({
    ...study.config,
    engine: { ...study.config.engine, weights },
  });
  assert.match(
    await refusal(openStudy(withWeights("int4"), { out: study.out, progress: SILENT })) ?? "",
    /differs in "engine.weights"/,
  );
  await openStudy(withWeights("stored"), { out: study.out, progress: SILENT });
  const key = async (config: StudyConfig): Promise<string> => {
    const inputs = await openModelInputs(config, study.model);
    return sampleIdentity(inputs, BASE, { prefix: [1], suffix: [2] }, {}).key;
  };
  assert.notEqual(await key(withWeights("int4")), await key(study.config));
  assert.equal(await key(withWeights("stored")), await key(study.config));
});

Deno.test("an answer that was right is judged anew on other rows, on another gold and on another database", async (t) => {
  using study = await writeRunStudy();
  await plantAnswer(study, "dev-0", "SELECT 0");
  const right = async (study: MiniStudy): Promise<number> =>
    (await runMini(study.config, study.out)).summary.variants[0]!.sql!.success;
  assert.equal(await right(study), 1);
  const changes: readonly (readonly [string, Change])[] = [
    ["a row", insertCow],
    ["the gold", data("spider/dev.json", "count(*)", "count(*) + 1")],
    ["the database, its schema the same", ({ root }) => {
      const spider = `${root}/data/spider`;
      editText(`${spider}/tables.json`, (text) => {
        const tables = JSON.parse(text) as { readonly db_id: string }[];
        const farm = tables.find(({ db_id }) => db_id === "farm")!;
        return JSON.stringify([...tables, { ...farm, db_id: "barn" }]);
      });
      cpSync(`${spider}/database/farm`, `${spider}/database/barn`, { recursive: true });
      Deno.renameSync(`${spider}/database/barn/farm.sqlite`, `${spider}/database/barn/barn.sqlite`);
      using database = new DatabaseSync(`${spider}/database/barn/barn.sqlite`);
      database.exec("INSERT INTO cow VALUES ('Berta')");
      editText(`${spider}/dev.json`, (text) => text.replace('"farm"', '"barn"'));
    }],
  ];
  for (const [what, change] of changes) {
    await t.step(what, async () => {
      using copy = copyStudy(study);
      change(copy);
      assert.match(await refusal(right(copy)) ?? "", /holds a run that differs in input/);
      Deno.removeSync(`${copy.out}/run.json`);
      Deno.removeSync(`${copy.out}/plan.json`);
      assert.equal(await right(copy), 0);
    });
  }
});
