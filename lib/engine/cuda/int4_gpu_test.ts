import assert from "node:assert/strict";
import { loadAdapter, loraSites } from "../checkpoint/adapter.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { openInt4Checkpoint } from "../checkpoint/int4/open_int4.ts";
import { openCpuEngine } from "../cpu/cpu_engine.ts";
import type { Prompt } from "../engine.ts";
import { FAMILIES } from "../testing/families.ts";
import { engineAnswers, largestDifference, randomTokens, runPython } from "../testing/reference.ts";
import { type CudaEngineOptions, openCudaEngine } from "./cuda_engine.ts";

// These tests need an NVIDIA GPU: `deno task test-gpu` sets LAB_GPU.
const onGpu = Deno.env.get("LAB_GPU") === "1";
const skipped = onGpu ? "" : " [skipped: no GPU asked for by LAB_GPU]";
const VOCABULARY = 300;
/** As with unrounded weights: logits of these models reach tens of nats. */
const TOLERANCE = { bfloat16: 1, float16: 0.15 } as const;

let folder: Promise<string> | undefined;

async function makeCheckpoints(): Promise<string> {
  const dir = await Deno.makeTempDir();
  await runPython("tiny_checkpoints.py", dir);
  return dir;
}

/** One row alone, which has a kernel of its own, and many, for which a weight is unpacked. */
const PROMPT_SETS: readonly (readonly Prompt[])[] = [
  [{ prefix: [], suffix: randomTokens(1, 1, VOCABULARY) }],
  [1, 20, 5, 300].map((length, i) => ({
    prefix: randomTokens(40, 2, VOCABULARY),
    suffix: randomTokens(length, i + 3, VOCABULARY),
  })),
];

/** Compares letters and texts on the GPU with the CPU's, with the same weights in 4 bits. */
async function compare(
  checkpoint: Checkpoint,
  { options, variant = {} }: {
    readonly options: CudaEngineOptions & { readonly halfType: keyof typeof TOLERANCE };
    readonly variant?: Parameters<typeof engineAnswers>[1]["variant"];
  },
): Promise<void> {
  const int4 = await openInt4Checkpoint(checkpoint);
  const { loraModules = [], loraTerms = [], halfType } = options;
  await using cpu = await openCpuEngine(int4, { loraModules, loraTerms, contextLength: 1024 });
  await using gpu = await openCudaEngine(int4, {
    contextLength: 1024,
    freeBytes: 2 ** 31,
    ...options,
  });
  for (const prompts of PROMPT_SETS) {
    const texts = prompts.map(({ prefix, suffix }) => [...prefix, 7, ...suffix]);
    const run = { prompts, maxNewTokens: 8, choices: [5, 17, 100, 250], texts, variant };
    const [expected, found] = [await engineAnswers(cpu, run), await engineAnswers(gpu, run)];
    const difference = largestDifference(found.logProbs, expected.logProbs);
    assert.ok(difference <= TOLERANCE[halfType], `letters differ by ${difference}`);
    const ofTexts = largestDifference(found.textLogProbs, expected.textLogProbs);
    assert.ok(ofTexts <= 2 * TOLERANCE[halfType], `texts differ by ${ofTexts}`);
  }
}

for (const family of FAMILIES) {
  for (const halfType of ["bfloat16", "float16"] as const) {
    Deno.test({
      name: `openCudaEngine() with 4-bit weights computes ${family} in ${halfType} as the CPU ` +
        `does${skipped}`,
      ignore: !onGpu,
      fn: async () => {
        const checkpoint = await openCheckpoint(
          `${await (folder ??= makeCheckpoints())}/${family}`,
        );
        await compare(checkpoint, { options: { halfType } });
      },
    });
  }
}

Deno.test({
  name: `openCudaEngine() adds an adapter to 4-bit weights as the CPU does${skipped}`,
  ignore: !onGpu,
  fn: async () => {
    const dir = await (folder ??= makeCheckpoints());
    const checkpoint = await openCheckpoint(`${dir}/llama`);
    for (const name of ["all_linear", "dora"]) {
      const adapter = await loadAdapter(`${dir}/adapter_${name}`, checkpoint);
      const options = { ...loraSites([adapter]), halfType: "float16" } as const;
      for (const scale of [0.5, 1]) {
        await compare(checkpoint, { options, variant: { adapter, scale } });
      }
    }
  },
});

globalThis.addEventListener("unload", () => {
  folder?.then((dir) => Deno.removeSync(dir, { recursive: true }));
});
