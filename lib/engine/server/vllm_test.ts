import assert from "node:assert/strict";
import { EMBEDDED_MODEL_DIR } from "../../setup/embedded_model.ts";
import { VENV_PYTHON } from "../../setup/python_env.ts";
import { loadAdapter } from "../checkpoint/adapter.ts";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import { openCpuEngine } from "../cpu/cpu_engine.ts";
import { loadTokenizer } from "../tokenizer/load_tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Engine, Prompt } from "../engine.ts";
import {
  type Answers,
  engineAnswers,
  largestDifference,
  randomTokens,
  referenceAnswers,
  type ReferenceRun,
} from "../testing/reference.ts";
import { whyNoVllm, writeProgress } from "../testing/vllm_env.ts";
import { MAX_MODEL_LEN, startVllm } from "../testing/vllm_server.ts";
import { scoreChoices, type ScoringMethod } from "./choice_scoring.ts";
import { openServerEngine } from "./server_engine.ts";
import { ServerClient } from "./server_client.ts";

const skipped = whyNoVllm();

/**
 * Nats for each token, in float32 on all sides, with other orders of summation: far above what was
 * seen. It holds for words, not for any ids: of 2,047 random ones, with the random adapter, a
 * single token of transformers in float32 is 1.3e-3 away from transformers in float64.
 */
const LOG_PROB_TOLERANCE = 1e-3;
const MAX_NEW = 32;
/** The longest text that the server takes: one token is generated beside it. */
const LONGEST_TEXT = MAX_MODEL_LEN - 1;

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

/** Texts to score, of the kinds that a tokenizer cuts into tokens of unlike length. */
const TEXTS: readonly string[] = [
  "The tide had gone out so far that the boats lay on their sides in the mud, and the men who " +
  "had meant to leave that morning sat on the wall and waited for the water to come back.",
  "Para cozer um ovo, ponha-o em água fria, leve-a ao lume e conte seis minutos a partir da fervura.",
  "def median(values):\n    ordered = sorted(values)\n    middle = len(ordered) // 2\n" +
  "    if len(ordered) % 2:\n        return ordered[middle]\n" +
  "    return (ordered[middle - 1] + ordered[middle]) / 2\n",
  "A train leaves at 09:47 and needs 2 h 38 min: it arrives at 12:25. A ticket costs 31.50, so " +
  "four of them cost 126.00.",
  "日本の首都は東京です。 Ω = 1 kΩ ± 5 % 🙂",
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
  name: `openServerEngine() on a real vLLM answers as transformers and the ONNX engine do, ` +
    `adapters, scales and texts too${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const work = await Deno.makeTempDir({ prefix: "vllm_test_" });
    const runs = await makeRuns(`${work}/random-adapter`);
    const { checkpoint, prompts, choices } = runs[0]!;
    writeProgress.step("transformers and the ONNX engine: the same questions");
    const references = await referenceAnswers(runs);
    // the three variants are three models, or their comparison would say nothing
    assert.equal(new Set(references.map(({ tokens }) => JSON.stringify(tokens))).size, runs.length);
    {
      await using engine = await openCpuEngine(checkpoint, { loraModules: LINEAR_MODULES });
      await compare("the ONNX engine", engine, runs, references);
    }

    await using server = await startVllm(EMBEDDED_MODEL_DIR, writeProgress);
    const options = {
      url: server.url,
      modelId: "HuggingFaceTB/SmolLM2-135M-Instruct",
      checkpoint,
      tokenizer: await loadTokenizer(EMBEDDED_MODEL_DIR),
    };
    await using engine = await openServerEngine({ ...options, concurrency: 8 });
    assert.equal(engine.facts.scoring, "logprob_token_ids");
    assert.equal(engine.facts.maxModelLen, MAX_MODEL_LEN);
    await compare("vLLM", engine, runs.map((run) => ({ ...run, texts: [] })), references);
    {
      // with LoRA turned on, vLLM for the CPU ends where several requests want the log-probabilities
      // of prompts at once: https://github.com/vllm-project/vllm/issues/16668
      await using single = await openServerEngine({ ...options, concurrency: 1 });
      await compare("vLLM", single, runs.map((run) => ({ ...run, prompts: [] })), references);
    }

    const client = new ServerClient(server.url);
    const { prefix, suffix } = prompts[0]!;
    const model = engine.facts.name;
    for (const method of ["logprob_token_ids", "allowed_token_ids"] satisfies ScoringMethod[]) {
      const request = { model, prompt: [...prefix, ...suffix], choices };
      const scores = await scoreChoices(client, request, { scoring: { method, top: 1 } });
      const difference = largestDifference([scores], [references[0]!.logProbs[0]!]);
      assert.ok(difference < LOG_PROB_TOLERANCE, `${method} differs by ${difference} nats`);
    }
    await engine[Symbol.asyncDispose]();
    const models = await client.request("/v1/models") as { data: unknown[] };
    assert.equal(models.data.length, 1, "the adapters were taken off the server");
    await Deno.remove(work, { recursive: true });
  },
});

/** The base model, a random adapter, and half of it, all asked the same. */
async function makeRuns(adapterDir: string): Promise<ReferenceRun[]> {
  const { success } = await new Deno.Command(VENV_PYTHON, {
    args: ["-c", MAKE_ADAPTER, EMBEDDED_MODEL_DIR, adapterDir],
    stderr: "null",
  }).output();
  assert.ok(success, "PEFT made no adapter");
  const checkpoint = await openCheckpoint(EMBEDDED_MODEL_DIR);
  const tokenizer = await loadTokenizer(EMBEDDED_MODEL_DIR);
  const adapter = await loadAdapter(adapterDir, checkpoint);
  const prompts = makePrompts(tokenizer);
  const texts = makeTexts(tokenizer, prompts[0]!);
  const choices = ["A", "B", "C", "D"].map((letter) => tokenizer.encode(` ${letter}`)[0]!);
  const same = { checkpoint, prompts, texts, choices, maxNewTokens: MAX_NEW };
  return [same, { ...same, variant: { adapter } }, { ...same, variant: { adapter, scale: 0.5 } }];
}

/**
 * Texts to score: sentences, the shortest and the longest text that there can be (their words in
 * another order, so that copying tells little), and three that the server may have in its prefix
 * cache, which has no log-probabilities: a prompt that it has answered before, and two with the same
 * beginning, of which one is the beginning of the other.
 */
function makeTexts(tokenizer: Tokenizer, { prefix, suffix }: Prompt): number[][] {
  const words = TEXTS.join(" ").split(" ");
  const shuffled = randomTokens(LONGEST_TEXT, 1, words.length).map((i) => words[i]!);
  const long = tokenizer.encode(shuffled.join(" ")).slice(0, LONGEST_TEXT);
  const sentences = TEXTS.map((text) => [...tokenizer.beginTokens, ...tokenizer.encode(text)]);
  return [...sentences, [...prefix, ...suffix], long.slice(0, 2), long, long.slice(0, 700)];
}

/**
 * Asks an engine all runs and compares every token and log-probability with the reference's. A run
 * without prompts or texts is compared in the others alone.
 */
async function compare(
  name: string,
  engine: Engine,
  runs: readonly ReferenceRun[],
  references: readonly Answers[],
): Promise<void> {
  const start = performance.now();
  let ofChoices: Compared = { count: 0, worst: 0 };
  let ofTexts: Compared = { count: 0, worst: 0 };
  for (const [i, run] of runs.entries()) {
    const answers = await engineAnswers(engine, run);
    const expected = references[i]!;
    if (run.prompts.length > 0) {
      assert.deepEqual(answers.tokens, expected.tokens, `${name}: variant ${i}`);
      ofChoices = compared(ofChoices, answers.logProbs, expected.logProbs);
    }
    if (run.texts!.length > 0) {
      ofTexts = compared(ofTexts, answers.textLogProbs, expected.textLogProbs);
    }
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  for (const [what, { count, worst }] of Object.entries({ letters: ofChoices, texts: ofTexts })) {
    if (count === 0) continue;
    writeProgress.note(
      `${name} beside transformers: largest difference of ${count} log-probabilities of ${what} ` +
        `${worst.toExponential(1)} nats (${seconds} s in all)`,
    );
    assert.ok(worst < LOG_PROB_TOLERANCE, `${name}: ${what} differ by ${worst} nats`);
  }
}

/** How many log-probabilities were compared, and their largest difference in nats. */
interface Compared {
  readonly count: number;
  readonly worst: number;
}

function compared(
  { count, worst }: Compared,
  own: Answers["logProbs"],
  expected: Answers["logProbs"],
): Compared {
  assert.deepEqual(own.map((row) => row.length), expected.map((row) => row.length));
  return {
    count: count + own.flat().length,
    worst: Math.max(worst, largestDifference(own, expected)),
  };
}

function makePrompts(tokenizer: Tokenizer): Prompt[] {
  return QUESTIONS.map((question) =>
    tokenizer.encodeConversation({
      messages: [{ role: "user", content: `${SCHEMA}${question} Write one SQL query.` }],
      sharedLength: SCHEMA.length,
    })
  );
}
