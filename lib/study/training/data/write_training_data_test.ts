import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Completion, Engine, Prompt } from "../../../engine/mod.ts";
import { type Progress, SILENT, UsageError } from "../../../ground/mod.ts";
import { OUTSIDE_TRAIN_SPLIT, validateConfig } from "../../../runs/mod.ts";
import { type SpiderExample, sqlPrompt } from "../../../spider/mod.ts";
import { type ModelInputs, openModelInputs } from "../../inputs/model_inputs.ts";
import { openSqlInputs, type SqlInputs } from "../../inputs/sql_inputs.ts";
import { promptHash } from "../../answers/sample_identity.ts";
import { type MiniStudy, writeMiniStudy } from "../../testing/mini_study.ts";
import { TINY_TOKENIZER_CONFIG } from "../../testing/tiny_model.ts";
import { loadGeneralPrompts } from "./general_prompts.ts";
import { ANCHOR_SHARE } from "./general_records.ts";
import { type TrainingManifest, trainingManifestLines } from "./training_manifest.ts";
import { writeTrainingData } from "./write_training_data.ts";

type Inputs = ModelInputs & SqlInputs;

// deno-lint-ignore no-explicit-any -- records as they lie in the file
type Line = Record<string, any>;

function test(name: string, fn: (study: MiniStudy) => Promise<void>): void {
  Deno.test(name, async () => {
    using study = await writeMiniStudy();
    await fn(study);
  });
}

async function open(study: MiniStudy, change: Line = {}): Promise<Inputs> {
  const { spider = {}, training = {} } = change;
  const config = validateConfig({
    ...study.config,
    spider: { ...study.config.spider, ...spider },
    training: { ...study.config.training, ...training },
  }, { path: "test" });
  return { ...await openModelInputs(config, study.model), ...await openSqlInputs(config) };
}

function examples(count: number, dbId = "choir", first = 0): SpiderExample[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `train-${first + i}`,
    dbId,
    question: `Song ${first + i}?`,
    query: `SELECT title FROM song LIMIT ${first + i}`,
  }));
}

function withTrain(inputs: Inputs, train: readonly SpiderExample[]): Inputs {
  return { ...inputs, spider: { ...inputs.spider, train } };
}

interface Written {
  readonly manifest: TrainingManifest;
  readonly notes: readonly string[];
  lines(name?: string): Line[];
}

async function write(
  study: MiniStudy,
  inputs: Inputs,
  engine?: () => Promise<Engine>,
): Promise<Written> {
  const notes: string[] = [];
  const progress: Progress = { ...SILENT, note: (text) => void notes.push(text) };
  const path = `${study.root}/samples/sft.jsonl`;
  Deno.mkdirSync(`${study.root}/samples`, { recursive: true });
  const { manifest } = await writeTrainingData(inputs, {
    path,
    progress,
    open: engine ?? (() => assert.fail("nothing is to be asked")),
  });
  return {
    manifest,
    notes,
    lines: (name = "sft.jsonl") =>
      Deno.readTextFileSync(`${study.root}/samples/${name}`).trim().split("\n")
        .map((line) => JSON.parse(line)),
  };
}

/** Answers the n-th prompt with "Answer n."; cuts every 10th and says nothing to every 11th. */
function fakeEngine({ tokenizer }: ModelInputs, asked: Prompt[] = []): () => Promise<Engine> {
  const engine: Engine = {
    async *generate(prompts): AsyncIterable<Completion> {
      for (const [index, prompt] of prompts.entries()) {
        asked.push(prompt);
        const tokens = tokenizer.encode(index % 11 === 0 ? " \n" : `Answer ${index}. `);
        await Promise.resolve();
        yield { index, tokens, finishReason: index % 10 === 1 ? "length" : "stop" };
      }
    },
    choiceLogProbs: () => assert.fail("no letters are asked"),
    textLogProbs: () => assert.fail("no texts are asked"),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return () => Promise.resolve(engine);
}

test("writeTrainingData() writes the same bytes for one seed, and other orders for others", async (study) => {
  const inputs = await open(study);
  const bytes = async (seed: number, limit: number | null = null): Promise<string> => {
    const config = {
      ...inputs.config,
      seed,
      training: { ...inputs.config.training, examples: limit },
    };
    const { manifest, lines } = await write(study, { ...inputs, config });
    assert.equal(lines().length, manifest.files["sft.jsonl"]!.sql);
    return JSON.stringify(lines());
  };
  const first = await bytes(42);
  const records = JSON.parse(first) as Line[];
  assert.deepEqual(
    records.map(({ completion }) => completion[0].content).sort(),
    inputs.spider.train.map(({ query }) => query).sort(),
  );
  for (const { prompt, completion, ...rest } of records) {
    assert.equal(prompt.at(-1).role, "user");
    assert.deepEqual(completion.map(({ role }: Line) => role), ["assistant"]);
    assert.deepEqual(Object.keys(rest), ["prompt_sha256"], "no mark on what is plain");
  }
  const orders = new Set<string>();
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) orders.add(await bytes(seed));
  assert.equal(orders.size, 2, "two examples have two orders");
  assert.equal(JSON.parse(await bytes(42, 1)).length, 1);
  assert.equal(await bytes(42), first);
});

test("writeTrainingData() says which token ids the evaluation's prompt comes to, on the first records", async (study) => {
  const inputs = withTrain(await open(study), examples(40));
  const { lines } = await write(study, inputs);
  const hashes = lines().map((record) => record.prompt_sha256);
  const asked = inputs.spider.train.map((example) =>
    promptHash(inputs.tokenizer.encodeConversation(
      sqlPrompt(example, { schemas: inputs.spider.schemas }),
    ))
  );
  assert.equal(hashes.length, 40);
  assert.ok(hashes.slice(0, 32).every((hash) => asked.includes(hash)));
  assert.ok(hashes.slice(32).every((hash) => hash === undefined));
});

test("writeTrainingData() merges the system's turn where the model's template refuses it", async (study) => {
  const chat_template = "{% for m in messages %}{% if m.role == 'system' %}" +
    "{{ raise_exception('no system') }}{% endif %}<|im_start|>{{ m.content }}<|im_end|>" +
    "{% endfor %}";
  Deno.writeTextFileSync(
    `${study.model}/tokenizer_config.json`,
    JSON.stringify({ ...TINY_TOKENIZER_CONFIG, chat_template }),
  );
  const inputs = await open(study);
  const [record] = (await write(study, inputs)).lines();
  const { prompt, prompt_sha256 } = record!;
  assert.deepEqual(prompt.map(({ role }: Line) => role), ["user"]);
  assert.match(prompt[0].content, /^Write one SQLite query .*\n\n\w+\(/);
  const asked = inputs.tokenizer.encodeConversation({ messages: prompt, sharedLength: 0 });
  assert.equal(prompt_sha256, promptHash(asked));
});

test("writeTrainingData() leaves out repeats, dev's questions and golds that fail, and counts them", async (study) => {
  const inputs = await open(study);
  const [devQuestion] = inputs.spider.dev;
  const odd: SpiderExample[] = [
    {
      id: "train-100",
      dbId: "choir",
      question: "song 0",
      query: "SELECT title FROM song LIMIT 0;",
    },
    { id: "train-101", dbId: "choir", question: devQuestion!.question, query: "SELECT 1" },
    { id: "train-102", dbId: "choir", question: "Composers?", query: "SELECT composer FROM song" },
    { id: "train-103", dbId: "choir", question: "Both?", query: "SELECT 1; SELECT 2" },
  ];
  const { manifest, lines } = await write(study, withTrain(inputs, [...examples(10), ...odd]));
  assert.deepEqual(manifest.examples, {
    released: 14,
    repeats: 1,
    devQuestions: 1,
    shots: 0,
    failingGolds: 2,
    withoutValues: {},
    heldOut: 0,
    usable: 10,
    drawn: 10,
  });
  assert.equal(lines().length, 10);
  assert.deepEqual(manifest.golds.failing.map(({ id }) => id), ["train-102", "train-103"]);
  assert.equal(manifest.golds.checked, 12);
  const told = trainingManifestLines(manifest);
  assert.match(
    told[0]!,
    /^training examples: 14; of them 1 repeat another, 1 ask a question of dev's on another database, 2 have a gold that fails; 10 to train on$/,
  );
  assert.match(told[1]!, /^golds run: 12, 2 fail \(train-102 on choir: no such column: composer; /);
});

test("writeTrainingData() keeps what is on a missing database, and tells that its golds were not run", async (study) => {
  const inputs = withTrain(await open(study), examples(6));
  Deno.removeSync(inputs.spider.databasePath("choir"));
  const { manifest, lines } = await write(study, inputs);
  assert.equal(lines().length, 6);
  assert.deepEqual(manifest.golds, {
    checked: 0,
    failing: [],
    unfinished: [],
    unchecked: [{ dbId: "choir", examples: 6, reason: "there is no database file" }],
  });
  assert.ok(
    trainingManifestLines(manifest)
      .includes("golds not run: 6 on choir, kept: there is no database file"),
  );
});

test("writeTrainingData() keeps what is on a damaged database, with the reason", async (study) => {
  const inputs = withTrain(await open(study), examples(6));
  Deno.writeTextFileSync(inputs.spider.databasePath("choir"), "no database, but a file of text");
  const { golds } = (await write(study, inputs)).manifest;
  assert.deepEqual([golds.checked, golds.failing, golds.unchecked.length], [0, [], 1]);
  assert.match(golds.unchecked[0]!.reason, /not a database/);
});

test("writeTrainingData() refuses dev's databases before anything is written", async (study) => {
  const inputs = await open(study);
  const leak = withTrain(inputs, [...examples(5), ...examples(1, "farm", 50)]);
  await assert.rejects(write(study, leak), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /train-50 is on "farm"/);
    return true;
  });
  assert.ok(!existsSync(`${study.root}/samples/sft.jsonl`));
});

test("writeTrainingData() refuses a training split of which nothing is left", async (study) => {
  const inputs = withTrain(await open(study), [{ ...examples(1)[0]!, query: "SELEC" }]);
  await assert.rejects(write(study, inputs), /none of the 1 training examples is left/);
});

test("writeTrainingData() asks few-shot with the evaluation's own shots, which it leaves out", async (study) => {
  const few = await open(study, { training: { prompt: "few-shot" } });
  const { manifest, lines } = await write(study, few);
  const [shot] = few.shots;
  assert.equal(manifest.examples.shots, 1);
  assert.deepEqual(manifest.prompt, { version: "sql-1", form: "few-shot", shots: [shot!.id] });
  const other = few.spider.train.find(({ id }) => id !== shot!.id)!;
  const { schemas } = few.spider;
  assert.deepEqual(
    lines().map(({ prompt }) => prompt),
    [sqlPrompt(other, { schemas, shots: few.shots }).messages],
  );
});

test("writeTrainingData() asks half of a mixed training with shots, by seed", async (study) => {
  const inputs = await open(study, { training: { prompt: "mixed" } });
  const shot = examples(1)[0]!;
  const train = examples(101);
  const turns = async (seed: number): Promise<string> => {
    const config = { ...inputs.config, seed };
    const { lines } = await write(study, withTrain({ ...inputs, config, shots: [shot] }, train));
    const withShots = lines().filter(({ prompt }) => prompt.length === 4);
    assert.equal(lines().length, 100);
    assert.ok(withShots.length === 50 || withShots.length === 51, `${withShots.length}`);
    return withShots.map(({ completion }) => completion[0].content).sort().join();
  };
  const first = await turns(1);
  assert.notEqual(await turns(2), first);
  assert.equal(await turns(1), first);
});

test("writeTrainingData() marks what is on held-out databases, and trains on none of them", async (study) => {
  const inputs = await open(study, { training: { heldOutDatabases: 2, examples: 5 } });
  const path = inputs.spider.databasePath("choir");
  const names = ["a", "b", "c", "d"];
  const schema = inputs.spider.schemas.get("choir")!;
  const train = names.flatMap((dbId, i) => examples(4, dbId, 10 * i));
  const spider = {
    ...inputs.spider,
    train,
    schemas: new Map([...inputs.spider.schemas, ...names.map((dbId) => [dbId, schema] as const)]),
    databasePath: () => path,
  };
  const { manifest, lines } = await write(study, { ...inputs, spider });
  const held = lines().filter(({ part }) => part === "held_out");
  assert.equal(manifest.heldOutDatabases.length, 2);
  assert.deepEqual(manifest.files["sft.jsonl"], {
    ...manifest.files["sft.jsonl"],
    sql: 5,
    heldOut: 8,
    origin: "train split only",
  });
  assert.equal(held.length, 8);
  const number = ({ completion }: Line): number => Number(completion[0].content.split(" ").at(-1));
  const databases = (records: readonly Line[]): string[] =>
    [...new Set(records.map((record) => names[Math.floor(number(record) / 10)]!))].sort();
  assert.deepEqual(databases(held), manifest.heldOutDatabases);
  const trained = lines().filter(({ part }) => part === undefined);
  assert.equal(trained.length, 5);
  assert.ok(databases(trained).every((dbId) => !manifest.heldOutDatabases.includes(dbId)));
});

test("writeTrainingData() makes nothing again that is there, and all of it where anything changed", async (study) => {
  const inputs = withTrain(await open(study), examples(6));
  const { manifest } = await write(study, inputs);
  const again = await write(study, inputs);
  assert.deepEqual(again.notes, ["training data: reused sft.jsonl"]);
  assert.deepEqual(again.manifest, manifest);
  const path = `${study.root}/samples/sft.jsonl`;
  const bytes = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, bytes.replace("SELECT", "select"));
  assert.deepEqual((await write(study, inputs)).notes, []);
  assert.equal(Deno.readTextFileSync(path), bytes);
  Deno.writeTextFileSync(path.replace(".jsonl", ".manifest.json"), "{");
  assert.deepEqual((await write(study, inputs)).notes, []);
  const seeded = { ...inputs, config: { ...inputs.config, seed: 7 } };
  assert.deepEqual((await write(study, seeded)).notes, []);
  Deno.removeSync(inputs.spider.databasePath("choir"));
  const { golds } = (await write(study, seeded)).manifest;
  assert.equal(golds.unchecked.length, 1);
});

const REPLAY = { name: "replay", learningRate: 1e-3, replayShare: 0.1 };
const KL = { name: "kl", learningRate: 1e-3, klWeight: 0.1 };

test("writeTrainingData() adds the base model's answers for recipes that want them, and says so", async (study) => {
  const plain = { name: "plain", learningRate: 1e-3 };
  const opened = await open(study, { training: { recipes: [plain, REPLAY, KL] } });
  const inputs = withTrain(opened, examples(360));
  const asked: Prompt[] = [];
  const { manifest, lines } = await write(study, inputs, fakeEngine(inputs, asked));
  const { prompts } = loadGeneralPrompts();
  assert.equal(asked.length, prompts.length);
  const general = manifest.general!;
  // some that were cut are empty: they are no anchors either
  assert.deepEqual(
    general.cut,
    prompts.filter((_, i) => i % 10 === 1 && i % 11 !== 0).map(({ id }) => id),
  );
  assert.deepEqual(general.empty, prompts.filter((_, i) => i % 11 === 0).map(({ id }) => id));
  assert.equal(general.answers, prompts.length - general.cut.length - general.empty.length);
  assert.deepEqual(general.answeredBy, inputs.modelHashes);

  assert.deepEqual(Object.keys(manifest.files), [
    "sft.jsonl",
    "sft-replay0.1.jsonl",
    `sft-anchor${ANCHOR_SHARE}.jsonl`,
  ]);
  const [sft, replay, anchor] = Object.values(manifest.files);
  assert.deepEqual([sft!.origin, sft!.recipes], ["train split only", ["plain"]]);
  assert.deepEqual([replay!.origin, replay!.recipes], [OUTSIDE_TRAIN_SPLIT, ["replay"]]);
  assert.deepEqual([anchor!.origin, anchor!.recipes], [OUTSIDE_TRAIN_SPLIT, ["kl"]]);
  assert.deepEqual([replay!.sql, replay!.replay, replay!.anchor], [360, 40, 0]);
  assert.deepEqual([anchor!.sql, anchor!.replay, anchor!.anchor], [360, 0, 19]);

  const records = lines("sft-replay0.1.jsonl");
  assert.deepEqual(records.slice(0, 360), lines());
  const used = new Set([...general.cut, ...general.empty]);
  const texts = new Map(prompts.map(({ id, prompt }, i) => [prompt, { id, i }]));
  for (const { prompt, completion, kind } of records.slice(360)) {
    assert.equal(kind, "replay");
    assert.equal(prompt.length, 1);
    const { id, i } = texts.get(prompt[0].content)!;
    assert.ok(!used.has(id), "no answer that was cut or is empty");
    assert.deepEqual(completion, [{ role: "assistant", content: `Answer ${i}.` }]);
  }
  assert.equal(new Set(records.slice(360).map(({ prompt }) => prompt[0].content)).size, 40);
  const told = trainingManifestLines(manifest);
  assert.equal(
    told.at(-3),
    `sft-replay0.1.jsonl: 360 records, 40 replay, ${OUTSIDE_TRAIN_SPLIT} (replay)`,
  );
  assert.match(
    told.find((line) => line.startsWith("general prompts: "))!,
    /answered by .* tokens \(as anchors alone\) and .* empty \(not used\)$/,
  );
  // before the training: a few anchors, and replay of a few answers
  assert.match(told.at(-1)!, /^The 19 general records of an epoch of "kl" are all that its share/);
  const notes = (answers: number): string =>
    trainingManifestLines({ ...manifest, general: { ...general, answers } }).join("\n");
  assert.doesNotMatch(notes(30), /of an epoch of "replay"/);
  assert.match(notes(29), /epoch of "replay" are drawn from 29 answers of the base model alone/);
});

test("writeTrainingData() asks the base model once, and another base model anew", async (study) => {
  const opened = await open(study, { training: { recipes: [REPLAY] } });
  const inputs = withTrain(opened, examples(36));
  await write(study, inputs, fakeEngine(inputs));
  const other = { ...inputs, config: { ...inputs.config, seed: 9 } };
  const reused = await write(study, other); // another seed: no engine is opened
  assert.ok(reused.notes.some((note) => /reused 176 of 176 stored answers/.test(note)));
  const asked: Prompt[] = [];
  const modelHashes = { ...inputs.modelHashes, "model.safetensors": "0".repeat(64) };
  const { manifest } = await write(study, { ...inputs, modelHashes }, fakeEngine(inputs, asked));
  assert.equal(asked.length, 176);
  assert.deepEqual(manifest.general!.answeredBy, modelHashes);
});

test("writeTrainingData() repeats answers where an epoch wants more than there are", async (study) => {
  const recipes = [{ ...REPLAY, replayShare: 0.5, klWeight: 0.2 }];
  const inputs = withTrain(await open(study, { training: { recipes } }), examples(400));
  const { manifest, lines } = await write(study, inputs, fakeEngine(inputs));
  const [, file] = Object.entries(manifest.files)[1]!;
  assert.deepEqual([file.sql, file.replay, file.anchor], [400, 400, 400]);
  const all = lines(Object.keys(manifest.files)[1]);
  for (const kind of ["replay", "anchor"]) {
    const times = Map.groupBy(
      all.filter((record) => record.kind === kind),
      ({ prompt }) => prompt[0].content,
    );
    const { answers, cut } = manifest.general!;
    assert.equal(times.size, kind === "replay" ? answers : answers + cut.length);
    const counts = [...times.values()].map(({ length }) => length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, "each as often as the others");
  }
});

/** The engine of a model that ends no answer; `text` in place of what it writes. */
async function endless(inputs: Inputs, tokens?: readonly number[]): Promise<Engine> {
  const engine = await fakeEngine(inputs)();
  return {
    ...engine,
    async *generate(...args): AsyncIterable<Completion> {
      for await (const one of engine.generate(...args)) {
        yield { ...one, ...(tokens ? { tokens } : {}), finishReason: "length" };
      }
    },
  };
}

test("writeTrainingData() refuses replay of a model that ends no answer", async (study) => {
  for (const recipe of [REPLAY, { ...REPLAY, klWeight: 0.1 }]) {
    const inputs = withTrain(await open(study, { training: { recipes: [recipe] } }), examples(36));
    await assert.rejects(write(study, inputs, () => endless(inputs)), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(
        error.message,
        /answers none of 176 prompts to its end within 256 tokens: leave out .* replayShare$/,
      );
      return true;
    });
  }
});

test("writeTrainingData() takes answers that were cut as anchors, and refuses those of a silent model", async (study) => {
  const inputs = withTrain(await open(study, { training: { recipes: [KL] } }), examples(360));
  await assert.rejects(write(study, inputs, () => endless(inputs, [])), {
    name: "UsageError",
    message: /writes nothing to any of 176 prompts: leave out the recipes with klWeight$/,
  });
  Deno.removeSync(`${study.root}/samples/general.jsonl`);
  const { manifest, lines } = await write(study, inputs, () => endless(inputs));
  const file = `sft-anchor${ANCHOR_SHARE}.jsonl`;
  assert.equal(manifest.general!.answers, 0);
  assert.equal(manifest.files[file]!.anchor, 19);
  const anchors = lines(file).filter(({ kind }) => kind === "anchor");
  assert.equal(new Set(anchors.map(({ prompt }) => prompt[0].content)).size, 19);
  assert.ok(anchors.every(({ completion }) => completion[0].content !== ""));
});

test("writeTrainingData() shows values and keys in training as the evaluation shows them", async (study) => {
  const plain = await open(study);
  using database = new DatabaseSync(plain.spider.databasePath("choir"));
  database.exec("INSERT INTO song VALUES ('Gloria'), ('Kyrie'), ('Gloria')");
  const inputs = await open(study, {
    spider: { schema: { foreignKeys: false, cellValues: 1 } },
    training: { prompt: "few-shot" },
  });
  assert.deepEqual(inputs.shots, plain.shots, "the shots are those of the default");
  const { manifest, lines } = await write(study, inputs);
  assert.equal(manifest.prompt.version, "sql-1-nokeys-values1");
  const [, shot, , last] = lines()[0]!.prompt as readonly { readonly content: string }[];
  for (const turn of [shot, last]) assert.match(turn!.content, /^song\(title: 'Gloria'\)\n\nQ/);
  const { schemas } = inputs.spider;
  const asked = sqlPrompt(inputs.asked[0]!, { schemas, shots: inputs.shots }).messages;
  assert.equal(asked[1]!.content, shot!.content);
  assert.equal(schemas.get("music")!.foreignKeys.length, 0);
});

test("writeTrainingData() leaves out what has no database to show values of, and counts it", async (study) => {
  Deno.removeSync((await open(study)).spider.databasePath("choir"));
  await assert.rejects(
    open(study, { spider: { schema: { cellValues: 1 } } }),
    /the training split has 0: ask for fewer|no training split/,
  );
  const inputs = await open(study, { spider: { schema: { cellValues: 1 }, shots: 0 } });
  assert.deepEqual(inputs.spider.withoutValues, [{ dbId: "choir", examples: 2 }]);
  await assert.rejects(write(study, inputs), /the data have no training split/);
  const { manifest } = await write(study, withTrain(inputs, examples(3)));
  assert.deepEqual(manifest.examples.withoutValues, { choir: 2 });
});
