import assert from "node:assert/strict";
import { FAMILIES } from "../testing/families.ts";
import { loadAdapter } from "../checkpoint/adapter.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import { openCpuEngine } from "../cpu/cpu_engine.ts";
import { engineAnswers, largestDifference, randomTokens, runPython } from "../testing/reference.ts";
import type { Engine, Prompt, Variant } from "../engine.ts";
import { type CudaEngineOptions, openCudaEngine } from "./cuda_engine.ts";
import { firstLayer } from "./kernel_loading.ts";

// These tests need an NVIDIA GPU: `deno task test-gpu` sets LAB_GPU.
const onGpu = Deno.env.get("LAB_GPU") === "1";
const skipped = onGpu ? "" : " [skipped: no GPU asked for by LAB_GPU]";
const VOCABULARY = 300;
const MAX_NEW_TOKENS = 20;
const CHOICES = [5, 17, 100, 250];
/**
 * Largest distance in nats of a letter's log-probability from float32's, and of
 * a chosen token's from the best token's. These weights are drawn so wide that
 * logits reach tens of nats; rounding to 8 bits (bfloat16) or 11 (float16)
 * shows in tenths or hundredths.
 */
const TOLERANCE = { bfloat16: 1, float16: 0.15 } as const;

let folder: Promise<string> | undefined;

/** The folder of the tiny checkpoints: LAB_TINY_CHECKPOINTS, or made by transformers. */
function checkpoints(): Promise<string> {
  return folder ??= makeCheckpoints();
}

async function makeCheckpoints(): Promise<string> {
  const given = Deno.env.get("LAB_TINY_CHECKPOINTS");
  if (given) return given;
  const dir = await Deno.makeTempDir();
  await runPython("tiny_checkpoints.py", dir);
  return dir;
}

/** Prompts in groups: with short and long prefixes, a prefix of whole blocks, and none. */
function testPrompts(): Prompt[] {
  const lengths: [prefix: number, suffixes: number[]][] = [
    [40, [1, 20, 5, 9, 5, 30, 2]],
    [530, [3, 7]],
    [512, [4, 300]],
    [0, [6, 13, 1]],
  ];
  return lengths.flatMap(([length, suffixes], group) => {
    const prefix = randomTokens(length, group + 1, VOCABULARY);
    return suffixes.map((count, i) => ({
      prefix,
      suffix: randomTokens(count, 100 * group + i + 9, VOCABULARY),
    }));
  });
}

/** How far the engine's tokens are, in nats, from the tokens that the reference finds best: the largest distance. */
async function largestGap(
  reference: Engine,
  prompts: readonly Prompt[],
  { tokens, ends, variant = {} }: {
    readonly tokens: readonly (readonly number[])[];
    readonly ends: readonly number[];
    readonly variant?: Variant;
  },
): Promise<number> {
  const vocabulary = Array.from({ length: VOCABULARY }, (_, id) => id);
  const steps = prompts.flatMap(({ prefix, suffix }, i) =>
    tokens[i]!.map((token, k) => ({
      token,
      prompt: {
        prefix: [...prefix, ...suffix.slice(0, -1)],
        suffix: [suffix.at(-1)!, ...tokens[i]!.slice(0, k)],
      },
    }))
  );
  let largest = 0;
  const asked = steps.map(({ prompt }) => prompt);
  const scores = reference.choiceLogProbs(asked, vocabulary, { variant });
  for await (const { index, logProbs } of scores) {
    assert.ok(!ends.includes(steps[index]!.token));
    largest = Math.max(largest, Math.max(...logProbs) - logProbs[steps[index]!.token]!);
  }
  assert.ok(steps.length > 0);
  return largest;
}

function open(checkpoint: Checkpoint, options: CudaEngineOptions = {}): ReturnType<
  typeof openCudaEngine
> {
  return openCudaEngine(checkpoint, { contextLength: 1024, freeBytes: 2 ** 31, ...options });
}

for (const family of FAMILIES) {
  for (
    const [halfType, decoding] of [
      ["bfloat16", "grouped"],
      ["bfloat16", "bundled"],
      ["float16", "grouped"],
      ["float16", "bundled"],
    ] as const
  ) {
    Deno.test({
      name:
        `openCudaEngine() computes ${family} in ${halfType}, ${decoding}, as the CPU does${skipped}`,
      ignore: !onGpu,
      fn: async () => {
        const checkpoint = await openCheckpoint(`${await checkpoints()}/${family}`);
        await using cpu = await openCpuEngine(checkpoint, { contextLength: 1024 });
        const limits = { sequences: 5, prefillTokens: 400 };
        const loadsKernels = decoding === "bundled";
        await using gpu = await open(checkpoint, { halfType, decoding, loadsKernels, ...limits });
        const texts = [2, 31, 600, 3, 257, 120].map((length, i) =>
          randomTokens(length, i + 77, VOCABULARY)
        );
        const run = {
          prompts: testPrompts(),
          maxNewTokens: MAX_NEW_TOKENS,
          choices: CHOICES,
          texts,
        };
        const expected = await engineAnswers(cpu, run);
        const answers = await engineAnswers(gpu, run);
        const difference = largestDifference(answers.logProbs, expected.logProbs);
        const ends = checkpoint.config.endTokenIds;
        const gap = await largestGap(cpu, run.prompts, { tokens: answers.tokens, ends });
        const same = answers.tokens.filter((t, i) =>
          t.join() === expected.tokens[i]!.join()
        ).length;
        const lengths = answers.tokens.map((list) => list.length);
        const ofTexts = answers.textLogProbs.map((row, i) =>
          row.reduce((sum, value, k) => sum + value - expected.textLogProbs[i]![k]!, 0) / row.length
        );
        const off = Math.max(...ofTexts.filter((_, i) => texts[i]!.length > 30).map(Math.abs));
        const line =
          `${family} ${halfType} ${decoding}: log-probability ${difference.toFixed(4)}, ` +
          `gap ${gap.toFixed(4)}, ${same} of ${lengths.length} completions equal, ` +
          `texts ${off.toFixed(5)} nats a token`;
        await Deno.stderr.write(new TextEncoder().encode(`${line}\n`));
        assert.ok(difference <= TOLERANCE[halfType], line);
        assert.ok(gap <= TOLERANCE[halfType], line);
        // what is loaded by it beside the opening is loaded in silence
        await using first = await open(firstLayer(checkpoint), { halfType, decoding, ...limits });
        const one = first.generate(run.prompts, { maxNewTokens: 2, endTokenIds: [] });
        assert.equal((await Array.fromAsync(one)).length, run.prompts.length);
        assert.ok(off <= TOLERANCE[halfType] / 4, line);
        assert.ok(new Set(lengths).size > 1, "some completions end early");
      },
    });
  }
}

/** Texts of the length of passages; a short one's mean says less. */
const FLOAT32_TEXTS = [31, 600, 257, 120].map((length, i) =>
  randomTokens(length, i + 77, VOCABULARY)
);

for (const family of FAMILIES) {
  Deno.test({
    name: `openCpuEngine() computes ${family} in float32 on a GPU as on the CPU${skipped}`,
    ignore: !onGpu,
    fn: async () => {
      assert.equal(Deno.env.get("NVIDIA_TF32_OVERRIDE"), "0", "float32 without TF32 is asked for");
      const checkpoint = await openCheckpoint(`${await checkpoints()}/${family}`);
      await using cpu = await openCpuEngine(checkpoint, { contextLength: 1024 });
      await using gpu = await openCpuEngine(checkpoint, { contextLength: 1024, provider: "cuda" });
      const run = {
        prompts: testPrompts(),
        maxNewTokens: MAX_NEW_TOKENS,
        choices: CHOICES,
        texts: FLOAT32_TEXTS,
      };
      const expected = await engineAnswers(cpu, run);
      const answers = await engineAnswers(gpu, run);
      const letters = largestDifference(answers.logProbs, expected.logProbs);
      const off = Math.max(...answers.textLogProbs.map((row, i) =>
        Math.abs(
          row.reduce((sum, value, k) => sum + value - expected.textLogProbs[i]![k]!, 0) /
            row.length,
        )
      ));
      const line = `${family} float32 on a GPU: log-probability ${letters.toExponential(1)}, ` +
        `texts ${off.toExponential(1)} nats a token`;
      await Deno.stderr.write(new TextEncoder().encode(`${line}\n`));
      assert.deepEqual(answers.tokens, expected.tokens, line);
      assert.ok(off <= 1e-3 && letters <= 1e-2, line);
      assert.ok(off + letters > 0, "a GPU adds in another order");
    },
  });
}

Deno.test({
  name: `CudaEngine writes the same tokens in every way of decoding${skipped}`,
  ignore: !onGpu,
  fn: async () => {
    for (const family of ["llama", "qwen2_tied", "qwen3"]) {
      const checkpoint = await openCheckpoint(`${await checkpoints()}/${family}`);
      // many of one prefix, so that a bundle fills more than a tile of the kernel
      const prefix = randomTokens(300, 7, VOCABULARY);
      const prompts = Array.from({ length: 150 }, (_, i): Prompt => ({
        prefix,
        suffix: randomTokens(1 + i % 23, 50 + i, VOCABULARY),
      }));
      const run = { prompts, maxNewTokens: MAX_NEW_TOKENS, choices: CHOICES };
      const tokens = new Map<string, readonly (readonly number[])[]>();
      let bundled = 0;
      for (const decoding of ["plain", "grouped", "bundled"] as const) {
        await using gpu = await open(checkpoint, {
          halfType: "float16",
          decoding,
          onPlan: (event) => {
            if (event.kind === "run") bundled += event.bundles ?? 0;
          },
        });
        tokens.set(decoding, (await engineAnswers(gpu, run)).tokens);
      }
      assert.ok(bundled > 1, `${bundled} bundles`);
      const lengths = new Set(tokens.get("plain")!.map((list) => list.length));
      assert.ok(lengths.size > 1, "some completions end early");
      for (const decoding of ["grouped", "bundled"]) {
        const same = tokens.get(decoding)!.filter((list, i) =>
          list.join() === tokens.get("plain")![i]!.join()
        ).length;
        // sums in another order may turn a near tie
        assert.ok(same >= 0.95 * prompts.length, `${family} ${decoding}: ${same} equal`);
      }
    }
  },
});

Deno.test({
  name: `CudaEngine gives the same answers with and without a shared prefix${skipped}`,
  ignore: !onGpu,
  fn: async () => {
    const checkpoint = await openCheckpoint(`${await checkpoints()}/mistral`);
    await using gpu = await open(checkpoint, { halfType: "float16" });
    const prompts = testPrompts();
    const plain = prompts.map(({ prefix, suffix }) => ({
      prefix: [],
      suffix: [...prefix, ...suffix],
    }));
    const run = { maxNewTokens: MAX_NEW_TOKENS, choices: CHOICES };
    const shared = await engineAnswers(gpu, { ...run, prompts });
    const alone = await engineAnswers(gpu, { ...run, prompts: plain });
    assert.deepEqual(shared.tokens, alone.tokens);
    assert.ok(largestDifference(shared.logProbs, alone.logProbs) < 0.05);
  },
});

Deno.test({
  name: `CudaEngine with an adapter at scale 0 is the base model${skipped}`,
  ignore: !onGpu,
  fn: async () => {
    const dir = await checkpoints();
    const checkpoint = await openCheckpoint(`${dir}/llama`);
    const adapter = await loadAdapter(`${dir}/adapter_all_linear`, checkpoint);
    await using gpu = await open(checkpoint, { loraModules: LINEAR_MODULES });
    await using bare = await open(checkpoint);
    const run = { prompts: testPrompts(), maxNewTokens: MAX_NEW_TOKENS, choices: CHOICES };
    const base = await engineAnswers(bare, run);
    const none = await engineAnswers(gpu, run);
    const zero = await engineAnswers(gpu, { ...run, variant: { adapter, scale: 0 } });
    assert.deepEqual(none.tokens, base.tokens);
    assert.deepEqual(zero.tokens, base.tokens);
    assert.ok(largestDifference(zero.logProbs, base.logProbs) < 1e-3);
  },
});

const ADAPTERS = [
  ["llama", "qv"],
  ["llama", "all_linear"],
  ["llama", "rslora_patterns"],
  ["llama", "dora"],
  ["qwen2_tied", "dora_biased"],
  ["llama", "lora_bias"],
  ["qwen2_tied", "lora_bias_biased"],
  ["gemma3", "gemma3"],
  ["gemma3", "gemma3_dora"],
] as const;
for (const [base, name] of ADAPTERS) {
  Deno.test({
    name: `CudaEngine applies the adapter ${name} as the CPU does${skipped}`,
    ignore: !onGpu,
    fn: async () => {
      const dir = await checkpoints();
      const checkpoint = await openCheckpoint(`${dir}/${base}`);
      const adapter = await loadAdapter(`${dir}/adapter_${name}`, checkpoint);
      const { terms } = adapter;
      const options = { loraModules: LINEAR_MODULES, loraTerms: terms, contextLength: 1024 };
      await using cpu = await openCpuEngine(checkpoint, options);
      await using gpu = await open(checkpoint, {
        ...options,
        halfType: "float16",
        decoding: "bundled",
      });
      const run = { prompts: testPrompts(), maxNewTokens: MAX_NEW_TOKENS, choices: CHOICES };
      const ends = checkpoint.config.endTokenIds;
      const off = await engineAnswers(gpu, { ...run, variant: { adapter, scale: 0 } });
      const none = await engineAnswers(gpu, run);
      assert.deepEqual(off.tokens, none.tokens);
      assert.ok(largestDifference(off.logProbs, none.logProbs) < 1e-3);
      for (const scale of [0.5, 1]) {
        const variant = { adapter, scale };
        const expected = await engineAnswers(cpu, { ...run, variant });
        const answers = await engineAnswers(gpu, { ...run, variant });
        const base = await engineAnswers(cpu, run);
        const difference = largestDifference(answers.logProbs, expected.logProbs);
        assert.ok(difference <= TOLERANCE.float16, `${name} at ${scale}: ${difference}`);
        assert.ok(largestDifference(base.logProbs, expected.logProbs) > 0.5);
        const gap = await largestGap(cpu, run.prompts, { tokens: answers.tokens, ends, variant });
        assert.ok(
          gap <= TOLERANCE.float16,
          `${name} at ${scale}: a token ${gap} nats from the best`,
        );
      }
    },
  });
}
