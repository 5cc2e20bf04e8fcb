import assert from "node:assert/strict";
import { type Adapter, loadAdapter, loraSites } from "./adapter.ts";
import { openCheckpoint } from "./checkpoint.ts";
import {
  type Answers,
  engineAnswers,
  largestDifference,
  randomTokens,
  referenceAnswers,
  type ReferenceRun,
  runPython,
  skipUnlessPython,
} from "../testing/reference.ts";
import { openCpuEngine } from "../cpu/cpu_engine.ts";
import type { Prompt } from "../engine.ts";

const VOCABULARY = 300;
/** Nats. */
const TOLERANCE = 1e-3;
const skipped = skipUnlessPython();

/** Adapters of `testdata/tiny_checkpoints.py`, by the base model that each is for. */
const KINDS: readonly (readonly [base: string, adapters: readonly string[]])[] = [
  ["llama", ["rank_pattern", "rank_first", "alpha_pattern", "alpha_first"]],
  ["llama", ["rslora", "rslora_patterns"]],
  ["llama", ["dora", "lora_bias", "lora_bias_patterns"]],
  ["llama_tied_biased", ["dora_patterns"]],
  ["qwen2_tied", ["rank_all", "alpha_all", "rslora_layers", "dora_biased", "lora_bias_biased"]],
  ["mistral", ["dora_half"]],
  ["gemma3", ["gemma3", "gemma3_dora"]],
];
/** Adapters with biases of their own, on layers that have none to merge them into. */
const CANNOT_MERGE = ["lora_bias", "lora_bias_patterns"];

function testPrompts(): Prompt[] {
  return [[30, 4], [30, 1], [0, 12], [0, 1]].map(([shared, own], i) => ({
    prefix: randomTokens(shared!, 1, VOCABULARY),
    suffix: randomTokens(own!, i + 2, VOCABULARY),
  }));
}

let folder: Promise<string> | undefined;

async function makeCheckpoints(): Promise<string> {
  const dir = await Deno.makeTempDir();
  await runPython("tiny_checkpoints.py", dir);
  return dir;
}

interface Case {
  readonly adapters: readonly Adapter[];
  /** The base model alone. */
  readonly own: ReferenceRun;
  readonly runs: readonly (ReferenceRun & {
    readonly variant: { readonly adapter: Adapter; readonly scale: number };
  })[];
}

async function makeCase([base, names]: (typeof KINDS)[number]): Promise<Case> {
  const dir = await (folder ??= makeCheckpoints());
  const checkpoint = await openCheckpoint(`${dir}/${base}`);
  const own: ReferenceRun = {
    checkpoint,
    prompts: testPrompts(),
    maxNewTokens: 6,
    choices: [5, 17, 100, 250],
  };
  const adapters = await Promise.all(
    names.map((name) => loadAdapter(`${dir}/adapter_${name}`, checkpoint)),
  );
  const runs = adapters.flatMap((adapter, i) =>
    [1, 0.5].flatMap((scale) => {
      const run = { ...own, variant: { adapter, scale } };
      const beside = { ...run, merge: false };
      return CANNOT_MERGE.includes(names[i]!) ? [beside] : [run, beside];
    })
  );
  return { adapters, own, runs };
}

/** Of all cases, in one process: most of its time goes into its start. */
let references: Promise<Answers[]> | undefined;

async function makeReferences(): Promise<Answers[]> {
  const cases = await Promise.all(KINDS.map(makeCase));
  return await referenceAnswers(cases.flatMap(({ own, runs }) => [own, ...runs]));
}

for (const [at, [, names]] of KINDS.entries()) {
  Deno.test({
    name: `openCpuEngine() computes ${names.join(", ")} as PEFT does, at any scale${skipped}`,
    ignore: skipped !== "",
    async fn(): Promise<void> {
      const cases = await Promise.all(KINDS.slice(0, at + 1).map(makeCase));
      const { adapters, own, runs } = cases.pop()!;
      const before = cases.reduce((n, { runs }) => n + 1 + runs.length, 0);
      const expected = (await (references ??= makeReferences())).slice(before);
      await using engine = await openCpuEngine(own.checkpoint, loraSites(adapters));
      const bare = await engineAnswers(engine, own);
      assert(largestDifference(bare.logProbs, expected[0]!.logProbs) < TOLERANCE);
      for (const [i, run] of runs.entries()) {
        const label = `${run.variant.adapter.dir} at ${run.variant.scale}`;
        const answers = await engineAnswers(engine, run);
        assert.deepEqual(answers.tokens, expected[i + 1]!.tokens, label);
        const difference = largestDifference(answers.logProbs, expected[i + 1]!.logProbs);
        assert(difference < TOLERANCE, `${label}: ${difference} nats`);
        assert(largestDifference(answers.logProbs, bare.logProbs) > 0.1, `${label} does nothing`);
      }
      for (const adapter of adapters) {
        const off = await engineAnswers(engine, { ...own, variant: { adapter, scale: 0 } });
        assert.deepEqual(off, bare);
      }
    },
  });
}

Deno.test({
  name:
    `openCpuEngine() with room for DoRA and biases computes the base model and plain adapters alike${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const dir = await (folder ??= makeCheckpoints());
    for (const base of ["llama", "qwen2_tied"]) {
      const checkpoint = await openCheckpoint(`${dir}/${base}`);
      const names = base === "llama"
        ? ["all_linear", "dora", "lora_bias"]
        : ["rank_all", "dora_biased", "lora_bias_biased"];
      const adapters = await Promise.all(
        names.map((name) => loadAdapter(`${dir}/adapter_${name}`, checkpoint)),
      );
      const plain = adapters[0]!;
      await using roomy = await openCpuEngine(checkpoint, loraSites(adapters));
      await using narrow = await openCpuEngine(checkpoint, loraSites([plain]));
      await using bare = await openCpuEngine(checkpoint);
      const run = { prompts: testPrompts(), maxNewTokens: 6, choices: [5, 17, 100] };
      assert.deepEqual(await engineAnswers(roomy, run), await engineAnswers(bare, run));
      const variant = { adapter: plain };
      assert.deepEqual(
        await engineAnswers(roomy, { ...run, variant }),
        await engineAnswers(narrow, { ...run, variant }),
      );
    }
  },
});

Deno.test({
  name: `openCpuEngine() refuses an adapter with terms that it was not opened for${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const dir = await (folder ??= makeCheckpoints());
    const checkpoint = await openCheckpoint(`${dir}/llama`);
    const terms: Record<string, RegExp> = {
      dora: /opened without gain/,
      lora_bias: /opened without bias/,
    };
    for (const [name, message] of Object.entries(terms)) {
      const adapter: Adapter = await loadAdapter(`${dir}/adapter_${name}`, checkpoint);
      const { loraModules } = loraSites([adapter]);
      await using engine = await openCpuEngine(checkpoint, { loraModules });
      const scores = engine.choiceLogProbs(testPrompts(), [1], { variant: { adapter } });
      await assert.rejects(() => scores.next(), message);
    }
  },
});

globalThis.addEventListener("unload", () => {
  folder?.then((dir) => Deno.removeSync(dir, { recursive: true }));
});
