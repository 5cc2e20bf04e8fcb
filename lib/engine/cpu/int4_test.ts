import assert from "node:assert/strict";
import { loadAdapter, loraSites } from "../checkpoint/adapter.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { openInt4Checkpoint } from "../checkpoint/int4/open_int4.ts";
import type { Prompt } from "../engine.ts";
import { dequantizedCheckpoint } from "../testing/dequantized_checkpoint.ts";
import { FAMILIES } from "../testing/families.ts";
import {
  engineAnswers,
  largestDifference,
  randomTokens,
  referenceAnswers,
  type ReferenceRun,
  runPython,
  skipUnlessPython,
} from "../testing/reference.ts";
import { openCpuEngine } from "./cpu_engine.ts";

const VOCABULARY = 300;
/** Nats; that of the unrounded weights is 1e-4, with fewer operations in a product. */
const TOLERANCE = 2e-4;
/** Adapters add products of their own; that of the unrounded weights is 1e-3. */
const ADAPTER_TOLERANCE = 1e-3;
const skipped = skipUnlessPython();
/** Adapters of `testdata/tiny_checkpoints.py`, by the base model that each is for. */
const ADAPTERS: readonly (readonly [base: string, adapter: string])[] = [
  ["llama", "qv"],
  ["llama", "all_linear"],
  ["llama_tied_biased", "dora_patterns"],
  ["qwen2_tied", "dora_biased"],
  ["qwen2_tied", "lora_bias_biased"],
  ["gemma3", "gemma3_dora"],
];

let folder: Promise<string> | undefined;

async function makeCheckpoints(): Promise<string> {
  const dir = await Deno.makeTempDir();
  await runPython("tiny_checkpoints.py", dir);
  return dir;
}

interface Pair {
  readonly stored: Checkpoint;
  /** With its linear layers in 4 bits. */
  readonly int4: Checkpoint;
  /** With the same numbers as float32. */
  readonly dequantized: Checkpoint;
}

async function openPair(name: string): Promise<Pair> {
  const dir = await (folder ??= makeCheckpoints());
  const stored = await openCheckpoint(`${dir}/${name}`);
  const int4 = await openInt4Checkpoint(stored);
  const place = await Deno.makeTempDir({ dir });
  return { stored, int4, dequantized: await dequantizedCheckpoint(int4, place) };
}

function testPrompts(): Prompt[] {
  const shared = randomTokens(40, 1, VOCABULARY);
  const suffixes = [1, 20, 5, 9, 30];
  const own = suffixes.map((length, i) => randomTokens(length, i + 3, VOCABULARY));
  return [
    ...own.map((suffix) => ({ prefix: shared, suffix })),
    { prefix: [], suffix: randomTokens(300, 9, VOCABULARY) },
    { prefix: [], suffix: randomTokens(1, 10, VOCABULARY) },
  ];
}

function runOf(checkpoint: Checkpoint): ReferenceRun {
  return {
    checkpoint,
    prompts: testPrompts(),
    maxNewTokens: 12,
    choices: [5, 17, 100, 250],
    texts: [2, 31, 257].map((length, i) => randomTokens(length, i + 77, VOCABULARY)),
  };
}

Deno.test({
  name: `openCpuEngine() with 4-bit weights computes every family as transformers does with the ` +
    `same numbers in float32${skipped}`,
  ignore: skipped !== "",
  fn: async () => {
    const pairs = await Promise.all(FAMILIES.map(openPair));
    const references = await referenceAnswers(pairs.map(({ dequantized }) => runOf(dequantized)));
    for (const [i, { stored, int4 }] of pairs.entries()) {
      const family = FAMILIES[i]!;
      await using engine = await openCpuEngine(int4, { batchSize: 4 });
      const answers = await engineAnswers(engine, runOf(int4));
      assert.deepEqual(answers.tokens, references[i]!.tokens, family);
      const difference = largestDifference(answers.logProbs, references[i]!.logProbs);
      assert(difference < TOLERANCE, `${family}: log-probabilities differ by ${difference}`);
      const ofTexts = largestDifference(answers.textLogProbs, references[i]!.textLogProbs);
      assert(ofTexts < 2 * TOLERANCE, `${family}: those of texts differ by ${ofTexts}`);
      await using unrounded = await openCpuEngine(stored, { batchSize: 4 });
      const others = await engineAnswers(unrounded, { ...runOf(stored), maxNewTokens: 1 });
      assert(largestDifference(answers.logProbs, others.logProbs) > 0.01, "nothing is rounded");
    }
  },
});

Deno.test({
  name: `openCpuEngine() adds an adapter in float to 4-bit weights at any scale${skipped}`,
  ignore: skipped !== "",
  fn: async () => {
    const cases = await Promise.all(ADAPTERS.map(async ([base, name]) => {
      const { int4, dequantized } = await openPair(base);
      const adapter = await loadAdapter(`${await folder}/adapter_${name}`, int4);
      const runs = [0.5, 1, 2].map((scale) => ({
        ...runOf(dequantized),
        variant: { adapter, scale },
      }));
      return { name, int4, adapter, runs };
    }));
    const references = await referenceAnswers(cases.flatMap(({ runs }) => runs));
    for (const { name, int4, adapter, runs } of cases) {
      await using engine = await openCpuEngine(int4, loraSites([adapter]));
      const own = await engineAnswers(engine, runOf(int4));
      for (const run of runs) {
        const { scale } = run.variant;
        const reference = references.shift()!;
        const answers = await engineAnswers(engine, run);
        assert.deepEqual(answers.tokens, reference.tokens, `${name} at ${scale}`);
        const difference = largestDifference(answers.logProbs, reference.logProbs);
        assert(difference < ADAPTER_TOLERANCE, `${name} at ${scale} differs by ${difference}`);
        assert(largestDifference(answers.logProbs, own.logProbs) > 0.05, "it does nothing");
      }
      const off = await engineAnswers(engine, { ...runs[0]!, variant: { adapter, scale: 0 } });
      assert.deepEqual(off, own, "at scale 0 it is the base model, bit for bit");
    }
  },
});

globalThis.addEventListener("unload", () => {
  folder?.then((dir) => Deno.removeSync(dir, { recursive: true }));
});
