import { fileURLToPath } from "node:url";
import type { Checkpoint } from "../lib/engine/mod.ts";
import type { RivalResults, RivalSet } from "./gpu_table.ts";
import { mmluSuite, spiderLike, unshared, type Workload } from "./gpu_workloads.ts";

/** Whole prompts, with nothing said about what they share. */
interface PromptSet {
  readonly name: string;
  readonly prompts: readonly (readonly number[])[];
}

/** What transformers is tried with: prompts of a batch, and how many prompts to choose with. */
const BATCHES = { batch_sizes: [64, 128, 256], trial: 256 };
const SCORED_BATCH = 25;
/** What vLLM is tried with: most sequences at once, and tokens of a step. */
const VLLM_SEQUENCES = [256, 1024];
const VLLM_STEP_TOKENS = 16_384;

/** Makes a folder of random weights of a shape, with a Python that has transformers. */
export function makeWeights(python: string, shape: string, folder: string): Promise<void> {
  return runScript(python, "transformers_rival.py", ["make", shape, folder]);
}

/** Transformers' `generate` and forward passes, each set at the best of its batch sizes. */
export async function measureTransformers(
  python: string,
  checkpoint: Checkpoint,
): Promise<RivalResults> {
  const { generate, score } = rivalJob(checkpoint);
  const job = {
    generate: generate.map((set) => ({ ...set, ...BATCHES })),
    score: score.map((set) => ({ ...set, batch_size: SCORED_BATCH })),
  };
  return await askTransformers(python, checkpoint, job) as RivalResults;
}

/** What transformers answers to a job; `transformers_rival.py` says what a job holds. */
export function askTransformers(
  python: string,
  { dir }: Checkpoint,
  job: unknown,
): Promise<unknown> {
  return ask(job, (files) => runScript(python, "transformers_rival.py", ["answer", dir, ...files]));
}

/** vLLM with its prefix cache, each set at the better of two counts of sequences at once. */
export async function measureVllm(python: string, checkpoint: Checkpoint): Promise<RivalResults> {
  const runs: RivalResults[] = [];
  for (const max_num_seqs of VLLM_SEQUENCES) {
    const limits = { max_num_seqs, max_num_batched_tokens: VLLM_STEP_TOKENS };
    const answer = await ask(
      { ...rivalJob(checkpoint), ...limits },
      (files) => runScript(python, "vllm_rival.py", [checkpoint.dir, ...files]),
    );
    runs.push(answer as RivalResults);
  }
  return {
    ...runs[0]!,
    generate: fastestSets(runs.map(({ generate }) => generate)),
    score: fastestSets(runs.map(({ score }) => score)),
  };
}

/** Why a Python cannot run vLLM; undefined if it can. */
export async function whyNoVllm(python: string): Promise<string | undefined> {
  try {
    const command = new Deno.Command(python, { args: ["-c", "from vllm import LLM"] });
    const { success, stderr } = await command.output();
    return success ? undefined : new TextDecoder().decode(stderr).trim().split("\n").at(-1)!;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "no such program";
    throw error;
  }
}

/** Of sets that several runs measured, in the same order, the fastest of each with the rates of all. */
export function fastestSets(runs: readonly (readonly RivalSet[])[]): RivalSet[] {
  return runs[0]!.map((_, i) => {
    const same = runs.map((sets) => sets[i]!);
    const best = same.reduce((a, b) => b.seconds < a.seconds ? b : a);
    const rates = same.map((set) => [set.batch_size, set.prompts / set.seconds]);
    return { ...best, rates: Object.fromEntries(rates) };
  });
}

/** What every rival is asked to continue and to score. */
function rivalJob({ config: { vocabSize } }: Checkpoint): {
  readonly generate: readonly (PromptSet & { readonly max_new_tokens: number })[];
  readonly score: readonly PromptSet[];
} {
  const set = ({ name, prompts }: Workload): PromptSet => ({
    name,
    prompts: prompts.map(({ prefix, suffix }) => [...prefix, ...suffix]),
  });
  return {
    generate: [unshared(vocabSize), spiderLike(vocabSize)].map((workload) => ({
      ...set(workload),
      max_new_tokens: workload.maxNewTokens,
    })),
    score: [set(mmluSuite(vocabSize))],
  };
}

async function ask(
  job: unknown,
  run: (files: readonly [job: string, out: string]) => Promise<void>,
): Promise<unknown> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/job.json`, JSON.stringify(job));
    await run([`${dir}/job.json`, `${dir}/out.json`]);
    return JSON.parse(await Deno.readTextFile(`${dir}/out.json`));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function runScript(python: string, name: string, args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { success } = await new Deno.Command(python, { args: [script, ...args] }).spawn().status;
  if (!success) throw new Error(`Cannot go on: "${python} ${name}" failed`);
}
