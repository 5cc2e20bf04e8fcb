import assert from "node:assert/strict";
import { storeLine } from "../../runs/_store_lines.ts";
import { contentKey } from "../../ground/mod.ts";

import { SAMPLES, type SqlSample } from "../../runs/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { type ModelInputs, openModelInputs } from "../inputs/model_inputs.ts";
import { fittingSqlSample, openAnswers } from "./open_answers.ts";

async function withModel(
  test: (model: ModelInputs, path: string) => void,
): Promise<void> {
  using study = await writeMiniStudy();
  Deno.mkdirSync(study.out);
  test(await openModelInputs(study.config, study.model), `${study.out}/sql.jsonl`);
}

function sample({ tokenizer }: ModelInputs, text: string): SqlSample {
  const tokens = tokenizer.encode(text);
  return {
    key: contentKey({ text }),
    id: "dev-0",
    dbId: "farm",
    variant: "base",
    promptHash: contentKey({}),
    promptTokens: 3,
    tokens,
    text: tokenizer.decode(tokens),
    finishReason: "stop",
  };
}

Deno.test("openAnswers() with fittingSqlSample() takes back what it was given, odd characters too", () =>
  withModel((model, path) => {
    const samples = ["SELECT 1", "", "SELECT 'ü\u0000\u2028'"].map((text) => sample(model, text));
    {
      using store = openAnswers(path, fittingSqlSample(model), SILENT);
      store.append(samples);
    }
    using store = openAnswers(path, fittingSqlSample(model), SILENT);
    assert.deepEqual([...store.values()], samples);
  }));

Deno.test("openAnswers() with fittingSqlSample() refuses a token beyond the vocabulary before it is stored", () =>
  withModel((model, path) => {
    using store = openAnswers(path, fittingSqlSample(model), SILENT);
    const right = sample(model, "SELECT 1");
    const { vocabSize } = model.checkpoint.config;
    const wrong = { ...right, tokens: [...right.tokens.slice(1), vocabSize] };
    assert.throws(() => store.append([wrong]), {
      name: "UsageError",
      message: new RegExp(
        `"tokens\\[${wrong.tokens.length - 1}\\]" must be a token of the model's`,
      ),
    });
    assert.equal(Deno.readTextFileSync(path), "");
  }));

Deno.test("openAnswers() with fittingSqlSample() asks again for a text that its tokens do not say, and notes the line", () =>
  withModel((model, path) => {
    const right = sample(model, "SELECT 1");
    const other = { ...sample(model, "SELECT 2"), text: "SELECT 3" };
    Deno.writeTextFileSync(path, storeLine(right) + storeLine(other));
    const notes: string[] = [];
    const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
    using store = openAnswers(path, fittingSqlSample(model), progress);
    assert.deepEqual([...store.values()], [right]);
    assert.match(notes.join("\n"), /line 2 \("text" must be what the tokens say: .*SELECT 3/);
  }));

Deno.test("openAnswers() asks again for log-probabilities above 0", () =>
  withModel((_, path) => {
    const scores = {
      key: contentKey({}),
      id: "sociology-0",
      subject: "sociology",
      category: "Social sciences",
      variant: "base",
      promptHash: contentKey({}),
      promptTokens: 3,
      logProbs: [-1, -2, 0.1, -3],
    };
    Deno.writeTextFileSync(path, storeLine(scores));
    const notes: string[] = [];
    const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
    using store = openAnswers(path, SAMPLES.mmlu, progress);
    assert.equal(store.size, 0);
    assert.match(notes.join("\n"), /line 1 \("logProbs\[2\]" must be a number <= 0: .* 0.1\)/);
  }));
