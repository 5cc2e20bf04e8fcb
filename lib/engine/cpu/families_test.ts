import assert from "node:assert/strict";
import { FAMILIES } from "../testing/families.ts";
import { loadAdapter } from "../checkpoint/adapter.ts";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
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
import type { Prompt } from "../engine.ts";

const VOCABULARY = 300;
const TOLERANCE = 1e-4;
const MAX_NEW_TOKENS = 20;
const CHOICES = [5, 17, 100, 250];
const skipped = skipUnlessPython();

/**
 * Prompts in groups large and small: on a short prefix, on one longer than a
 * chunk, on prefixes that part from a common trunk or are it, and on none, one
 * of those longer than a chunk.
 */
function testPrompts(): Prompt[] {
  const short = randomTokens(40, 1, VOCABULARY);
  const long = randomTokens(530, 2, VOCABULARY);
  const lengths: [prefix: number[], suffixes: number[]][] = [
    [short, [1, 20, 5, 9, 5, 30, 2]],
    [long, [3, 7]],
    [short.slice(0, 30), [4]],
    [[...short.slice(0, 30), 7, 8, 9], [6]],
    [[...short.slice(0, 30), ...long.slice(0, 25)], [2]],
    [[], [6, 520, 1]],
  ];
  return lengths.flatMap(([prefix, suffixes], group) =>
    suffixes.map((length, i) => ({
      prefix,
      suffix: randomTokens(length, 100 * group + i + 3, VOCABULARY),
    }))
  );
}

let folder: Promise<string> | undefined;

async function makeCheckpoints(): Promise<string> {
  const dir = await Deno.makeTempDir();
  await runPython("tiny_checkpoints.py", dir);
  return dir;
}

async function withRuns(
  test: (runs: ReferenceRun[]) => Promise<void>,
  names: readonly string[],
): Promise<void> {
  const dir = await (folder ??= makeCheckpoints());
  const runs = await Promise.all(names.map(async (name) => ({
    checkpoint: await openCheckpoint(`${dir}/${name}`),
    prompts: testPrompts(),
    maxNewTokens: MAX_NEW_TOKENS,
    choices: CHOICES,
    // some share a run, some are longer than a chunk of it
    texts: [2, 31, 600, 3, 257, 120].map((length, i) => randomTokens(length, i + 77, VOCABULARY)),
  })));
  await test(runs);
}

Deno.test({
  name: `openCpuEngine() computes every family as transformers does${skipped}`,
  ignore: skipped !== "",
  fn: () =>
    withRuns(async (runs) => {
      const references = await referenceAnswers(runs);
      for (const [i, run] of runs.entries()) {
        await using engine = await openCpuEngine(run.checkpoint, { batchSize: 4 });
        const answers = await engineAnswers(engine, run);
        assert.deepEqual(answers.tokens, references[i]!.tokens, FAMILIES[i]!);
        const difference = largestDifference(answers.logProbs, references[i]!.logProbs);
        assert(difference < TOLERANCE, `${FAMILIES[i]}: log-probabilities differ by ${difference}`);
        const ofTexts = largestDifference(answers.textLogProbs, references[i]!.textLogProbs);
        assert(ofTexts < 2 * TOLERANCE, `${FAMILIES[i]}: those of texts differ by ${ofTexts}`);
      }
      // sequences that end at different steps and ones that go on: rows leave the batch
      const lengths = new Set(references.flatMap(({ tokens }) => tokens.map((row) => row.length)));
      assert(lengths.size > 5 && lengths.has(MAX_NEW_TOKENS));
    }, FAMILIES),
});

Deno.test({
  name: `openCpuEngine() with an adapter computes what PEFT merges, at any scale${skipped}`,
  ignore: skipped !== "",
  fn: () =>
    withRuns(async ([base]) => {
      const dir = await folder;
      const runs: ReferenceRun[] = [base!];
      for (const name of ["qv", "all_linear"]) {
        const adapter = await loadAdapter(`${dir}/adapter_${name}`, base!.checkpoint);
        runs.push({ ...base!, variant: { adapter } });
        runs.push({ ...base!, variant: { adapter, scale: 0.5 } });
      }
      const references = await referenceAnswers(runs);
      await using engine = await openCpuEngine(base!.checkpoint, {
        loraModules: LINEAR_MODULES,
      });
      const own = await engineAnswers(engine, base!);
      for (const [i, run] of runs.entries()) {
        const answers = await engineAnswers(engine, run);
        assert.deepEqual(answers.tokens, references[i]!.tokens);
        assert(largestDifference(answers.logProbs, references[i]!.logProbs) < TOLERANCE);
        if (!run.variant) continue;
        assert(largestDifference(answers.logProbs, own.logProbs) > 0.1, "the adapter does nothing");
        const off = await engineAnswers(engine, {
          ...run,
          variant: { ...run.variant, scale: 0 },
        });
        assert.deepEqual(off, own);
      }
    }, ["llama"]),
});

Deno.test({
  name: `openCpuEngine() refuses an adapter whose modules it was not opened for${skipped}`,
  ignore: skipped !== "",
  fn: () =>
    withRuns(async ([run]) => {
      const adapter = await loadAdapter(`${await folder}/adapter_qv`, run!.checkpoint);
      await using engine = await openCpuEngine(run!.checkpoint, {
        loraModules: ["self_attn.q_proj"],
      });
      const generation = engine.generate(run!.prompts, { maxNewTokens: 1, variant: { adapter } });
      await assert.rejects(() => generation.next(), /opened without self_attn.v_proj/);
    }, ["llama"]),
});

globalThis.addEventListener("unload", () => {
  folder?.then((dir) => Deno.removeSync(dir, { recursive: true }));
});
