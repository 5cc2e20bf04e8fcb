/**
 * The GPU benchmark: this engine against transformers' `generate`, on the same
 * random weights and the same prompts, in one run.
 *
 *     deno task bench gpu [--shape mistral-7b] [--checkpoint DIR] [--out results/bench/gpu.json]
 *         [--python .venv/bin/python] [--only make,open,spider,...] [--profile PREFIX] [--plain-decode]
 *
 * Without `--only` it does everything: weights are made when the folder is not
 * there, our side is measured, then transformers' side at the best of several
 * batch sizes, and transformers judges our tokens. Results of a part are merged
 * into the file, so that parts can be run one at a time.
 */
import { parseArgs } from "node:util";
import { dirname } from "node:path";
import { openCheckpoint } from "../lib/engine/checkpoint.ts";
import type { Checkpoint } from "../lib/engine/checkpoint.ts";
import { type CudaEngine, openCudaEngine, type PlanEvent } from "../lib/engine/cuda/cuda_engine.ts";
import { LINEAR_MODULES } from "../lib/engine/decoder_config.ts";
import type { Variant } from "../lib/engine/types.ts";
import { gpuTable } from "./gpu_table.ts";
import type { GpuResults, Measurement } from "./gpu_table.ts";
import {
  mmluAll,
  mmluSuite,
  randomAdapter,
  spiderLike,
  unshared,
  type Workload,
} from "./gpu_workloads.ts";

const PARTS = ["make", "open", "spider", "unshared", "mmlu", "lora", "growth", "mmlu_all", "rival"];
/** Runs of a workload; the first also grows the memory arena. */
const REPEATS = 2;
const CHOICES = [5, 6, 7, 8];
const JUDGED = 24;
const QUESTION_COUNTS = [64, 128, 256, 512, 768, 1034];
const PREFIX_LENGTHS = [0, 250, 500, 750, 1000, 1500, 2000];
const PREFIX_QUESTIONS = 256;

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    shape: { type: "string", default: "mistral-7b" },
    checkpoint: { type: "string" },
    out: { type: "string", default: "results/bench/gpu.json" },
    python: { type: "string", default: ".venv/bin/python" },
    only: { type: "string" },
    profile: { type: "string" },
    "plain-decode": { type: "boolean", default: false },
  },
});
/** Every run of the engine so far. */
const runs: Extract<PlanEvent, { kind: "run" }>[] = [];
const only = flags.only?.split(",") ?? PARTS;
const unknown = only.find((part) => !PARTS.includes(part));
if (unknown) throw new RangeError(`Cannot run part "${unknown}": parts are ${PARTS.join(", ")}`);
const folder = flags.checkpoint ?? `models/random-${flags.shape}`;
const results = await readResults();

if (only.includes("make") && !await exists(`${folder}/config.json`)) {
  await python("make", flags.shape, folder);
}
const checkpoint = await openCheckpoint(folder);
const { vocabSize } = checkpoint.config;
await oursWithout();
if (only.includes("lora")) await oursWith();
if (only.includes("rival")) await rival();
await save();
say(gpuTable(results));

/** Everything of ours that needs no adapter, in one session. */
async function oursWithout(): Promise<void> {
  const parts = ["open", "spider", "unshared", "mmlu", "growth", "mmlu_all"];
  if (!parts.some((part) => only.includes(part))) return;
  const started = performance.now();
  await using engine = await open(checkpoint, []);
  results.open = {
    seconds: (performance.now() - started) / 1e3,
    checkpointBytes: await bytesOf(checkpoint.files),
    graphBytes: await graphBytes(),
  };
  say(`open: ${results.open.seconds.toFixed(2)} s`);
  await measure(engine, spiderLike(vocabSize, { questions: 8, databases: 2 }), { warm: true });
  if (only.includes("spider")) await measure(engine, spiderLike(vocabSize), { keep: true });
  if (only.includes("unshared")) await measure(engine, unshared(vocabSize), { keep: true });
  if (only.includes("mmlu")) await measure(engine, mmluSuite(vocabSize));
  await save();
  if (only.includes("growth")) await growth(engine);
  if (only.includes("mmlu_all")) await measure(engine, mmluAll(vocabSize), { repeats: 1 });
  await save();
}

async function oursWith(): Promise<void> {
  await using engine = await open(checkpoint, LINEAR_MODULES);
  const variant = { adapter: randomAdapter(checkpoint) };
  const warm = spiderLike(vocabSize, { questions: 8, databases: 2 });
  await measure(engine, warm, { warm: true, variant });
  await measure(engine, { ...spiderLike(vocabSize), name: "spider_lora" }, { variant });
  await measure(engine, { ...unshared(vocabSize), name: "unshared_lora" }, { variant });
}

async function growth(engine: CudaEngine): Promise<void> {
  const byQuestions = [];
  for (const questions of QUESTION_COUNTS) {
    const seconds = await time(engine, spiderLike(vocabSize, { questions }));
    byQuestions.push({ x: questions, seconds });
  }
  const byPrefix = [];
  for (const prefix of PREFIX_LENGTHS) {
    const workload = spiderLike(vocabSize, { questions: PREFIX_QUESTIONS, prefix });
    byPrefix.push({ x: prefix, seconds: await time(engine, workload) });
  }
  results.growth = { byQuestions, byPrefix, prefixQuestions: PREFIX_QUESTIONS };
  await save();
}

/** Transformers on the same prompts, and its judgement of our tokens. */
async function rival(): Promise<void> {
  const spider = spiderLike(vocabSize);
  const free = unshared(vocabSize);
  const mmlu = mmluSuite(vocabSize);
  const flat = ({ prompts }: Workload): number[][] =>
    prompts.map(({ prefix, suffix }) => [...prefix, ...suffix]);
  const judged = results.completions?.spider?.slice(0, JUDGED);
  const sizes = { max_new_tokens: spider.maxNewTokens, batch_sizes: [64, 128, 256], trial: 256 };
  const job = {
    generate: [
      { name: "unshared", prompts: flat(free), ...sizes },
      { name: "spider", prompts: flat(spider), ...sizes, batch_sizes: [64, 128] },
    ],
    score: [{ name: "mmlu_150", prompts: flat(mmlu), batch_size: 25 }],
    ...(judged
      ? { judge: { prompts: flat(spider).slice(0, judged.length), completions: judged } }
      : {}),
  };
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/job.json`, JSON.stringify(job));
  await python("answer", folder, `${dir}/job.json`, `${dir}/out.json`);
  results.rival = JSON.parse(await Deno.readTextFile(`${dir}/out.json`));
}

/** Measures a workload: each repetition's seconds, the runs it took, and its completions where kept. */
async function measure(
  engine: CudaEngine,
  workload: Workload,
  { variant = {}, repeats = REPEATS, warm = false, keep = false }: {
    readonly variant?: Variant;
    readonly repeats?: number;
    readonly warm?: boolean;
    readonly keep?: boolean;
  } = {},
): Promise<void> {
  const seconds: number[] = [];
  let completions: (readonly number[])[] = [];
  const before = runs.length;
  for (let i = 0; i < (warm ? 1 : repeats); i++) {
    completions = [];
    seconds.push(await time(engine, workload, { variant, completions }));
  }
  if (warm) return;
  const { name, prompts } = workload;
  const measurement: Measurement = {
    prompts: prompts.length,
    seconds,
    runs: runs.slice(before),
  };
  results.ours = { ...results.ours, [name]: measurement };
  if (keep) results.completions = { ...results.completions, [name]: completions };
  say(`${name}: ${seconds.map((s) => s.toFixed(2)).join(", ")} s`);
}

async function time(
  engine: CudaEngine,
  { prompts, maxNewTokens }: Workload,
  { variant = {}, completions = [] }: {
    readonly variant?: Variant;
    readonly completions?: (readonly number[])[];
  } = {},
): Promise<number> {
  const started = performance.now();
  let answered = 0;
  if (maxNewTokens === 0) {
    for await (const { logProbs } of engine.choiceLogProbs(prompts, CHOICES, { variant })) {
      if (logProbs.every((value) => value < 0)) answered++;
    }
  } else {
    for await (const { index, tokens } of engine.generate(prompts, { maxNewTokens, variant })) {
      completions[index] = tokens;
      if (tokens.length === maxNewTokens) answered++;
    }
  }
  if (answered !== prompts.length) {
    throw new Error(`Cannot count this run: ${answered} of ${prompts.length} answers are whole`);
  }
  return (performance.now() - started) / 1e3;
}

function open(
  checkpoint: Checkpoint,
  loraModules: typeof LINEAR_MODULES | [],
): Promise<CudaEngine> {
  return openCudaEngine(checkpoint, {
    loraModules,
    endTokenIds: [], // every completion has its full length, as on the other side
    onPlan: note,
    groupsQueries: !flags["plain-decode"],
    ...(flags.profile ? { profile: flags.profile } : {}),
  });
}

async function python(...args: string[]): Promise<void> {
  const script = new URL("transformers_rival.py", import.meta.url).pathname;
  const { success } = await new Deno.Command(flags.python, { args: [script, ...args] }).spawn()
    .status;
  if (!success) throw new Error(`Cannot go on: ${flags.python} ${args[0]} failed`);
}

function note(event: PlanEvent): void {
  if (event.kind === "run") runs.push(event);
  say(JSON.stringify(event));
}

async function readResults(): Promise<GpuResults> {
  if (!await exists(flags.out)) return {};
  return JSON.parse(await Deno.readTextFile(flags.out));
}

async function save(): Promise<void> {
  await Deno.mkdir(dirname(flags.out), { recursive: true });
  await Deno.writeTextFile(flags.out, JSON.stringify(results, null, 1) + "\n");
}

async function graphBytes(): Promise<number> {
  let largest = 0;
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".onnx")) largest = Math.max(largest, await bytesOf([`${folder}/${name}`]));
  }
  return largest;
}

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await Deno.stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function say(line: string): void {
  // deno-lint-ignore no-console
  console.error(line);
}
