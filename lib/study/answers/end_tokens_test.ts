import assert from "node:assert/strict";
import { openCpuEngine } from "../../engine/cpu/cpu_engine.ts";
import { EMBEDDED_MODEL, skipUnless } from "../../engine/testing/reference.ts";
import type { Engine } from "../../engine/engine.ts";
import { openStore, SAMPLES } from "../../runs/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { type MiniStudyFiles, writeMiniStudy } from "../testing/mini_study.ts";
import { TINY_CONFIG, TINY_TOKENIZER_CONFIG } from "../testing/tiny_model.ts";
import { type AnsweredSql, answerSql } from "./answer_sql.ts";
import { openInputs, type StudyInputs } from "../inputs/inputs.ts";
import { openModelInputs } from "../inputs/model_inputs.ts";
import { BASE } from "./sample_identity.ts";
import { tokenAuditFacts } from "../inputs/token_audit_facts.ts";

/** The token that ends a turn in the tiny model's template, and one that never ends anything. */
const TURN_END = TINY_CONFIG.eos_token_id;
const OTHER = 5;
const WORDS = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";

async function inputsOf(model: NonNullable<MiniStudyFiles["model"]>): Promise<StudyInputs> {
  using study = await writeMiniStudy({ model });
  return await openInputs(study.config, study.model);
}

const baseModel = { "config.json": { ...TINY_CONFIG, eos_token_id: OTHER } };

Deno.test("openModelInputs ends completions at the template's turn end beside the model's own", async () => {
  using study = await writeMiniStudy({ model: baseModel });
  const { checkpoint, endTokenIds, modelHashes } = await openModelInputs(study.config, study.model);
  assert.deepEqual(endTokenIds, [OTHER, TURN_END]);
  assert.deepEqual(checkpoint.config.endTokenIds, [OTHER]);
  // the model's files are the same: what is added is not in any of them
  assert.ok(!("generation_config.json" in modelHashes));
});

Deno.test("openModelInputs leaves end tokens as they are where the turn end is one", async () => {
  const { endTokenIds } = await inputsOf({});
  assert.deepEqual(endTokenIds, [TURN_END]);
  const twice = { "config.json": { ...TINY_CONFIG, eos_token_id: [TURN_END, OTHER, TURN_END] } };
  assert.deepEqual((await inputsOf(twice)).endTokenIds, [TURN_END, OTHER, TURN_END]);
});

Deno.test("openModelInputs ends at the tokenizer's end token where the template writes none, as training does", async () => {
  const files = { ...baseModel, "tokenizer_config.json": withTemplate(WORDS) };
  const { endTokenIds } = await inputsOf(files);
  assert.deepEqual(endTokenIds, [OTHER, TURN_END]);
});

Deno.test("tokenAuditFacts() tell the end of a turn, and whether the model's configuration has it", async () => {
  const end = `<|im_end|> (${TURN_END})`;
  const usual = tokenAuditFacts(await inputsOf({}));
  assert.deepEqual([usual["end of a turn"], usual["end tokens"]], [end, end]);
  const added = tokenAuditFacts(await inputsOf(baseModel));
  assert.match(
    added["end of a turn"]!,
    /^<\|im_end\|> \(\d+\), which the model's .* does not name/,
  );
  assert.match(added["end tokens"]!, /^\S+ \(5\), <\|im_end\|> \(\d+\)$/);
  const files = { ...baseModel, "tokenizer_config.json": withTemplate(WORDS) };
  assert.match(
    tokenAuditFacts(await inputsOf(files))["end of a turn"]!,
    /^none: answers end at \S+ \(5\), <\|im_end\|> \(\d+\)$/,
  );
  assert.equal(usual["reasoning mode of the template"], "off");
  assert.equal(usual["date in the template"], "2024-07-26");
});

/** What an engine writes to each question of a study, judged as a study does. */
async function answered(
  inputs: StudyInputs,
  texts: readonly (readonly [text: string, reason: "stop" | "length"])[],
  ends?: (readonly number[] | undefined)[],
): Promise<AnsweredSql[]> {
  const out = await Deno.makeTempDir();
  try {
    const tokens = texts.map(([text]) => inputs.tokenizer.encode(text));
    const engine = writing(tokens, texts.map(([, reason]) => reason), ends);
    using store = openStore(`${out}/sql.jsonl`, { schema: SAMPLES.sql });
    return await answerSql(inputs, engine, { variant: BASE, store, progress: SILENT });
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

Deno.test("answerSql tells which completions were cut inside their reasoning part", async () => {
  const samples = await answered(await inputsOf({}), [
    ["<think>How many", "length"],
    ["<think>x</think>SELECT 1", "length"],
    ["<think>and so on", "stop"],
  ]);
  assert.deepEqual(samples.map(({ cutInReasoning }) => cutInReasoning), [true, false, false]);
});

Deno.test("answerSql knows that a prompt has opened the reasoning part itself", async () => {
  const chat_template = `${TINY_TOKENIZER_CONFIG.chat_template}` +
    "{% if add_generation_prompt %}<think>\n{% endif %}";
  const inputs = await inputsOf({
    "tokenizer_config.json": { ...TINY_TOKENIZER_CONFIG, chat_template },
  });
  const samples = await answered(inputs, [
    ["SELECT name FROM cow is a draft", "length"],
    ["draft</think>SELECT 1", "length"],
    ["draft</think>SELECT 1", "stop"],
  ]);
  assert.deepEqual(samples.map(({ cutInReasoning }) => cutInReasoning), [true, false, false]);
});

Deno.test("answerSql has completions end at the model's own end tokens and the turn end", async () => {
  const ends: (readonly number[] | undefined)[] = [];
  const texts = Array.from({ length: 3 }, () => ["SELECT 1", "stop"] as const);
  await answered(await inputsOf(baseModel), texts, ends);
  assert.deepEqual(ends, [[OTHER, TURN_END]]);
});

Deno.test("answerSql names a sample by its end tokens too", async () => {
  const inputs = await inputsOf({});
  const texts = Array.from({ length: 3 }, () => ["SELECT 1", "stop"] as const);
  const other = { ...inputs, endTokenIds: [...inputs.endTokenIds, OTHER] };
  const [one] = await answered(inputs, texts);
  const [two] = await answered(other, texts);
  assert.notEqual(one!.key, two!.key);
  assert.equal(one!.promptHash, two!.promptHash);
});

const noModel = skipUnless(`${EMBEDDED_MODEL}/model.safetensors`);

Deno.test({
  name: `a model whose configuration names another end token answers as with its own${noModel}`,
  ignore: noModel !== "",
  async fn(): Promise<void> {
    using study = await writeMiniStudy();
    const dir = `${study.root}/base`;
    await Deno.mkdir(dir);
    for (const file of ["model.safetensors", "tokenizer.json", "tokenizer_config.json"]) {
      await Deno.symlink(`${EMBEDDED_MODEL}/${file}`, `${dir}/${file}`);
    }
    const config = JSON.parse(await Deno.readTextFile(`${EMBEDDED_MODEL}/config.json`));
    await Deno.writeTextFile(`${dir}/config.json`, JSON.stringify({ ...config, eos_token_id: 0 }));
    const [own, base] = [
      await openModelInputs(study.config, EMBEDDED_MODEL),
      await openModelInputs(study.config, dir),
    ];
    assert.deepEqual(base.endTokenIds, [0, 2]);
    const prompt = own.tokenizer.encodeConversation({
      messages: [{ role: "user", content: "What is the capital of France?" }],
      sharedLength: 0,
    });
    const answers = [];
    for (const { checkpoint, endTokenIds } of [own, base]) {
      await using engine = await openCpuEngine(checkpoint, { contextLength: 96 });
      for await (const answer of engine.generate([prompt], { maxNewTokens: 24, endTokenIds })) {
        answers.push(answer);
      }
    }
    assert.deepEqual(answers[1], answers[0]);
    assert.equal(answers[0]!.finishReason, "stop");
  },
});

function withTemplate(chat_template: string): Record<string, unknown> {
  return { ...TINY_TOKENIZER_CONFIG, chat_template };
}

/** An engine that writes the given tokens, one list a prompt, and notes where it was to end. */
function writing(
  answers: readonly (readonly number[])[],
  reasons: readonly ("stop" | "length")[],
  ends: (readonly number[] | undefined)[] = [],
): Engine {
  return {
    async *generate(prompts, { endTokenIds }): ReturnType<Engine["generate"]> {
      ends.push(endTokenIds);
      for (const index of prompts.keys()) {
        yield { index, tokens: answers[index]!, finishReason: reasons[index]! };
      }
    },
    async *choiceLogProbs(): ReturnType<Engine["choiceLogProbs"]> {},
    async *textLogProbs(): ReturnType<Engine["textLogProbs"]> {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
