import assert from "node:assert/strict";
import type { Gauge } from "../../runs/mod.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { NO_TEMPLATE } from "../testing/tiny_model.ts";
import { openInputs } from "./inputs.ts";
import { openMmluInputs } from "./mmlu_inputs.ts";
import { openModelInputs } from "./model_inputs.ts";
import { openSqlInputs, samplePrompt } from "./sql_inputs.ts";

Deno.test("openInputs opens and hashes all that a study reads, and draws by the seed", async () => {
  using study = await writeMiniStudy();
  const inputs = await openInputs(study.config, study.model);
  assert.deepEqual(inputs.asked.map(({ id }) => id), ["dev-0", "dev-1", "dev-2"]);
  assert.equal(inputs.drawn.length, 3);
  assert.equal(inputs.shots.length, 1);
  assert.ok(inputs.spider.train.includes(inputs.shots[0]!));
  assert.deepEqual(inputs.questions.map(({ category }) => category), [
    "STEM",
    "Humanities",
    "Social sciences",
  ]);
  assert.deepEqual(Object.keys(inputs.hashes).sort(), [
    "mmlu/dev/astronomy_dev.csv",
    "mmlu/dev/philosophy_dev.csv",
    "mmlu/dev/sociology_dev.csv",
    "mmlu/test/astronomy_test.csv",
    "mmlu/test/philosophy_test.csv",
    "mmlu/test/sociology_test.csv",
    "model/config.json",
    "model/model.safetensors",
    "model/tokenizer.json",
    "model/tokenizer_config.json",
    "prose/prose.jsonl",
    "spider/database/farm/farm.sqlite",
    "spider/database/music/music.sqlite",
    "spider/dev.json",
    "spider/tables.json",
    "spider/train.json",
  ]);
  assert.equal(new Set(inputs.audit.letterIds).size, 4);
  const again = await openInputs(study.config, study.model);
  assert.deepEqual(again.hashes, inputs.hashes);
  assert.deepEqual(again.questions, inputs.questions);
});

Deno.test("openInputs takes a model without a chat template where no chat prompt is written", async () => {
  using study = await writeMiniStudy({ model: { "tokenizer_config.json": NO_TEMPLATE } });
  const { recipes } = study.config.training;
  assert.ok(recipes.length > 0, "the study trains something");
  const open = (measures: readonly Gauge[], trained: typeof recipes = []) =>
    openInputs(
      { ...study.config, measures, training: { ...study.config.training, recipes: trained } },
      study.model,
    );
  const { audit } = await open(["mmlu", "prose"]);
  assert.equal(new Set(audit.letterIds).size, 4);
  assert.deepEqual(audit.chatMarkers, {});
  await assert.rejects(open(["sql", "prose"]), /has no chat template/);
  await assert.rejects(open(["prose"], recipes), /has no chat template/);
});

Deno.test("openSqlInputs draws as many as the limit, fewer never from other examples", async () => {
  using study = await writeMiniStudy();
  const { config } = study;
  const draw = async (limit: number | null, seed = 42): Promise<string[]> => {
    const changed = { ...config, seed, spider: { ...config.spider, limit } };
    return (await openSqlInputs(changed)).drawn.map(({ id }) => id);
  };
  const two = await draw(2);
  assert.equal(two.length, 2);
  const [one] = await draw(1);
  assert.ok(two.includes(one!), "a larger sample holds the smaller one");
  assert.equal((await draw(null)).length, 3);
  assert.equal((await draw(99)).length, 3);
});

Deno.test("openSqlInputs leaves out examples of missing databases, and keeps them among the drawn", async () => {
  using study = await writeMiniStudy();
  await Deno.remove(`${study.root}/data/spider/database/music`, { recursive: true });
  const { drawn, asked, spider } = await openSqlInputs(study.config);
  assert.deepEqual(drawn.map(({ id }) => id), ["dev-0", "dev-1", "dev-2"]);
  assert.deepEqual(asked.map(({ id }) => id), ["dev-0", "dev-2"]);
  assert.deepEqual(spider.missingDatabases, [{ dbId: "music", examples: 1 }]);
});

Deno.test("openSqlInputs refuses when nothing can be asked or a database is damaged", async () => {
  using study = await writeMiniStudy();
  const farm = `${study.root}/data/spider/database/farm/farm.sqlite`;
  await Deno.truncate(farm, 10);
  await assert.rejects(openSqlInputs(study.config), {
    name: "UsageError",
    message: `Cannot use the database "${farm}": it is not an SQLite file`,
  });
  await Deno.remove(`${study.root}/data/spider/database`, { recursive: true });
  await assert.rejects(openSqlInputs(study.config), {
    name: "UsageError",
    message: /the databases of all 3 are missing$/,
  });
});

Deno.test("openSqlInputs refuses databases whose path has a comma, before any model is asked", async () => {
  using study = await writeMiniStudy();
  const path = `${study.root}/data/spi,der`;
  await Deno.rename(`${study.root}/data/spider`, path);
  const config = { ...study.config, spider: { ...study.config.spider, path } };
  await assert.rejects(openSqlInputs(config), {
    name: "UsageError",
    message: /spi,der\/database\/farm\/farm.sqlite": its path has a comma: move or rename/,
  });
});

Deno.test("openMmluInputs draws as many questions of each category as the config says", async () => {
  using study = await writeMiniStudy();
  const { config } = study;
  assert.equal((await openMmluInputs(config)).questions.length, 3);
  const more = { ...config, mmlu: { ...config.mmlu, perCategory: 2 } };
  await assert.rejects(openMmluInputs(more), { name: "UsageError", message: /Humanities 1/ });
});

Deno.test("samplePrompt is the first question's, with the shots before it", async () => {
  using study = await writeMiniStudy();
  const sql = await openSqlInputs(study.config);
  const { messages } = samplePrompt(sql);
  assert.match(messages.at(-1)!.content, /How many cows\?/);
  const roles = messages.map(({ role }) => role).join(" ");
  assert.match(roles, /user assistant user$/);
  assert.ok(messages.some(({ content }) => content.includes(sql.shots[0]!.question)));
});

Deno.test("openModelInputs names the model's files with their hashes", async () => {
  using study = await writeMiniStudy();
  const { modelHashes, checkpoint } = await openModelInputs(study.config, study.model);
  assert.equal(checkpoint.config.layers, 1);
  assert.match(modelHashes["model.safetensors"]!, /^[0-9a-f]{64}$/);
});
