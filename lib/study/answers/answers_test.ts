import assert from "node:assert/strict";
import { auditTokens } from "../../engine/tokenizer/audit_tokens.ts";
import { openCpuEngine } from "../../engine/cpu/cpu_engine.ts";
import type { Engine } from "../../engine/engine.ts";
import { openStore, SAMPLES } from "../../runs/mod.ts";
import { type Progress, SILENT } from "../../ground/mod.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { answerMmlu } from "./answer_mmlu.ts";
import { answerProse } from "./answer_prose.ts";
import { answerSql } from "./answer_sql.ts";
import { passagePrompts } from "./study_prompts.ts";
import { openInputs } from "../inputs/inputs.ts";
import { samplePrompt } from "../inputs/sql_inputs.ts";
import { BASE } from "./sample_identity.ts";

const TWICE = { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" };
const OTHER = { db_id: "farm", question: "Names?", query: "SELECT name FROM cow" };

/** An engine that counts the prompts that it is given. */
function counting(engine: Engine): Engine & { prompts: number } {
  return {
    prompts: 0,
    generate(prompts, options): ReturnType<Engine["generate"]> {
      this.prompts += prompts.length;
      return engine.generate(prompts, options);
    },
    choiceLogProbs(prompts, choices, options): ReturnType<Engine["choiceLogProbs"]> {
      this.prompts += prompts.length;
      return engine.choiceLogProbs(prompts, choices, options);
    },
    textLogProbs(texts, options): ReturnType<Engine["textLogProbs"]> {
      this.prompts += texts.length;
      return engine.textLogProbs(texts, options);
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

Deno.test("answerSql asks a repeated question once and answers both", async () => {
  using study = await writeMiniStudy({ spider: { "dev.json": [TWICE, OTHER, TWICE] } });
  const inputs = await openInputs(study.config, study.model);
  await using engine = counting(await openCpuEngine(inputs.checkpoint));
  using store = openStore(`${study.out}/sql.jsonl`, { schema: SAMPLES.sql });
  const samples = await answerSql(inputs, engine, { variant: BASE, store, progress: SILENT });
  assert.deepEqual(samples.map(({ id }) => id), ["dev-0", "dev-1", "dev-2"]);
  assert.equal(samples[0]!.text, samples[2]!.text);
  assert.equal(engine.prompts, 2);
  assert.equal(store.size, 2);
  const renamed = { ...BASE, name: "renamed" };
  const again = await answerSql(inputs, engine, { variant: renamed, store, progress: SILENT });
  assert.equal(engine.prompts, 2);
  assert.deepEqual(again, samples.map((sample) => ({ ...sample, variant: "renamed" })));
});

Deno.test("answerMmlu asks a repeated question once and answers both", async () => {
  const row = "One?,a,b,c,d,C\n";
  using study = await writeMiniStudy({
    mmlu: {
      "test/sociology_test.csv": row + row,
      "test/philosophy_test.csv": "One?,a,b,c,d,C\nTwo?,a,b,c,d,D\n",
    },
  });
  const { mmlu } = study.config;
  const config = { ...study.config, mmlu: { ...mmlu, perCategory: 2 } };
  const inputs = await openInputs(config, study.model);
  const audit = auditTokens(inputs.tokenizer, samplePrompt(inputs));
  await using engine = counting(await openCpuEngine(inputs.checkpoint));
  using store = openStore(`${study.out}/mmlu.jsonl`, { schema: SAMPLES.mmlu });
  const options = { variant: BASE, store, progress: SILENT };
  const samples = await answerMmlu({ ...inputs, audit }, engine, options);
  assert.deepEqual(samples.map(({ id }) => id), inputs.questions.map(({ id }) => id));
  const [first, second] = samples.filter(({ subject }) => subject === "sociology");
  assert.deepEqual([first!.id, second!.id], ["sociology-0", "sociology-1"]);
  assert.deepEqual(first!.logProbs, second!.logProbs);
  assert.equal(engine.prompts, samples.length - 1);
});

Deno.test("answerProse tells how far it is by tokens, as passages differ in length", async () => {
  using study = await writeMiniStudy();
  const passages = ["One.", "Two words and many more of them, one after the other.", "Three."];
  const lines = passages.map((text, i) =>
    `${JSON.stringify({ id: `p-${i}`, kind: "code", topic: "t", text })}\n`
  );
  await Deno.writeTextFile(`${study.root}/data/prose.jsonl`, lines.join(""));
  const inputs = await openInputs(study.config, study.model);
  await using engine = await openCpuEngine(inputs.checkpoint, { batchSize: 1 });
  using store = openStore(`${study.out}/prose.jsonl`, { schema: SAMPLES.prose });
  const told: number[] = [];
  const progress: Progress = {
    ...SILENT,
    update: (_done, _total, _unit, share) => void told.push(share!),
  };
  await answerProse(inputs, engine, { variant: BASE, store, progress });
  const sizes = passagePrompts(inputs).map(({ tokens }) => tokens.length);
  const all = sizes.reduce((sum, size) => sum + size);
  assert.deepEqual(told, [sizes[0]! / all, (sizes[0]! + sizes[1]!) / all, 1]);
  assert.ok(told[0]! < 0.3);
});

Deno.test("answerSql tells that it gets on while a batch is answered, and counts none of it as done", async () => {
  using study = await writeMiniStudy({ config: { engine: { batchSize: 64 } } });
  const inputs = await openInputs(study.config, study.model);
  await using engine = await openCpuEngine(inputs.checkpoint, { batchSize: 64 });
  using store = openStore(`${study.out}/sql.jsonl`, { schema: SAMPLES.sql });
  const told: [number, number][] = [];
  const progress: Progress = {
    ...SILENT,
    update: (done, _total, _unit, share) => void told.push([done, share!]),
  };
  await answerSql(inputs, engine, { variant: BASE, store, progress });
  const within = told.slice(0, -1);
  assert.ok(within.length > 0);
  assert.ok(within.every(([done, share]) => done === 0 && share > 0 && share < 1), `${told}`);
  assert.deepEqual(told.at(-1), [inputs.asked.length, 1]);
});
