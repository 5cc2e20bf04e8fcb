import { dirname } from "node:path";
import {
  type Checkpoint,
  type CudaEngine,
  type CudaEngineOptions,
  LINEAR_MODULES,
  openCudaEngine,
  type PlanEvent,
  type Variant,
} from "../lib/engine/mod.ts";
import { UsageError } from "../lib/ground/mod.ts";
import {
  askTransformers,
  makeWeights,
  measureTransformers,
  measureVllm,
  whyNoVllm,
} from "./gpu_rivals.ts";
import type { GpuResults } from "./gpu_table.ts";
import {
  mmluAll,
  mmluSuite,
  randomAdapter,
  spiderLike,
  unshared,
  type Workload,
} from "./gpu_workloads.ts";

/** How a benchmark is run. */
export interface GpuBenchSettings {
  /** The file that results are merged into. */
  readonly out: string;
  /** A Python with torch and transformers. */
  readonly python: string;
  /** A Python with vLLM; without vLLM in it that part is skipped. */
  readonly vllmPython: string;
  readonly print: (line: string) => void;
  readonly engine: CudaEngineOptions;
}

type Completions = readonly (readonly number[])[];

/** Runs of a workload. */
const REPEATS = 3;
const CHOICES = [5, 6, 7, 8];
/** Completions that transformers judges. */
const JUDGED = 24;
const QUESTION_COUNTS = [64, 128, 256, 512, 768, 1034];
const PREFIX_LENGTHS = [0, 250, 500, 750, 1000, 1500, 2000];
const PREFIX_QUESTIONS = 256;
/** What another process takes in the test of scarce memory, and the prompts that then do not fit. */
const HELD_BYTES = 48 * 2 ** 30;
const SCARCE_PROMPTS = 320;
const SCARCE_TOKENS = 4;

/** The parts of the GPU benchmark over one checkpoint; see `benchGpu`. */
export class GpuBench {
  /** What has been measured so far. */
  readonly results: GpuResults;
  readonly #checkpoint: Checkpoint;
  readonly #settings: GpuBenchSettings;
  #runs: Extract<PlanEvent, { kind: "run" }>[] = [];
  /** Our completions by workload, for the judge; too long for the results. */
  readonly #completions = new Map<string, Completions>();

  private constructor(checkpoint: Checkpoint, settings: GpuBenchSettings, results: GpuResults) {
    this.#checkpoint = checkpoint;
    this.#settings = settings;
    this.results = results;
  }

  /** Starts from the results that the file has already. */
  static async open(checkpoint: Checkpoint, settings: GpuBenchSettings): Promise<GpuBench> {
    const text = await Deno.readTextFile(settings.out).catch(() => "{}");
    return new GpuBench(checkpoint, settings, JSON.parse(text));
  }

  /** Makes a folder of random weights of a shape. */
  static make(settings: GpuBenchSettings, shape: string, folder: string): Promise<void> {
    return makeWeights(settings.python, shape, folder);
  }

  /** Everything of ours that needs no adapter, in one session. */
  async measureBase(parts: readonly string[]): Promise<void> {
    const { vocabSize } = this.#checkpoint.config;
    const started = performance.now();
    await using engine = await this.#open();
    this.results.open = {
      seconds: (performance.now() - started) / 1e3,
      checkpointBytes: await bytesOf(this.#checkpoint.files),
      graphBytes: await this.#graphBytes(),
    };
    await this.#time(engine, spiderLike(vocabSize, { questions: 8, databases: 2 }));
    if (parts.includes("ours")) {
      await this.#measure(engine, spiderLike(vocabSize));
      await this.#measure(engine, unshared(vocabSize));
      await this.#measure(engine, mmluSuite(vocabSize));
    }
    if (parts.includes("growth")) await this.#measureGrowth(engine);
    if (parts.includes("mmlu_all")) await this.#measure(engine, mmluAll(vocabSize), { repeats: 1 });
  }

  /** Two workloads with an adapter on all linear layers. */
  async measureAdapter(): Promise<void> {
    const { vocabSize } = this.#checkpoint.config;
    await using engine = await this.#open({ loraModules: LINEAR_MODULES });
    const variant = { adapter: randomAdapter(this.#checkpoint) };
    await this.#time(engine, spiderLike(vocabSize, { questions: 8, databases: 2 }), { variant });
    for (const workload of [spiderLike(vocabSize), unshared(vocabSize)]) {
      await this.#measure(engine, { ...workload, name: `${workload.name}_lora` }, { variant });
    }
  }

  /** Plans with memory that another process takes afterwards: the engine must plan anew and answer all. */
  async measureScarceMemory(): Promise<void> {
    const hold = `import torch, time
x = torch.empty(${HELD_BYTES}, dtype=torch.uint8, device="cuda")
print("held", flush=True)
time.sleep(600)`;
    await using engine = await this.#open();
    const all = unshared(this.#checkpoint.config.vocabSize, SCARCE_PROMPTS);
    const workload = { ...all, maxNewTokens: SCARCE_TOKENS };
    const before: (readonly number[])[] = [];
    const few = { ...workload, prompts: workload.prompts.slice(0, 4) };
    await this.#time(engine, few, { completions: before });
    const planned = engine.memoryPlan.blocks;
    const other = new Deno.Command(this.#settings.python, {
      args: ["-c", hold],
      stdout: "piped",
    }).spawn();
    try {
      const reader = other.stdout.getReader();
      await reader.read();
      await reader.cancel();
      const after: (readonly number[])[] = [];
      await this.#time(engine, workload, { completions: after });
      this.results.memory = {
        heldBytes: HELD_BYTES,
        plannedBlocks: planned,
        blocksThatFitted: engine.memoryPlan.blocks,
        prompts: after.length,
        equalFirstTokens: before.filter((tokens, i) => tokens[0] === after[i]![0]).length,
      };
    } finally {
      other.kill();
      await other.status;
    }
    await this.#save(JSON.stringify(this.results.memory));
  }

  /** Transformers on the same prompts. */
  async measureRival(): Promise<void> {
    this.results.rival = await measureTransformers(this.#settings.python, this.#checkpoint);
    await this.#save("transformers: done");
  }

  /** vLLM on the same prompts, where it is installed. */
  async measureVllm(): Promise<void> {
    const { vllmPython, print } = this.#settings;
    const reason = await whyNoVllm(vllmPython);
    if (reason) return print(`vLLM: skipped, "${vllmPython}" cannot import it: ${reason}`);
    this.results.vllm = await measureVllm(vllmPython, this.#checkpoint);
    await this.#save("vLLM: done");
  }

  /** Both sides' tokens, judged by the same weights in float32; needs our completions of this process. */
  async measureJudgement(): Promise<void> {
    const spider = spiderLike(this.#checkpoint.config.vocabSize);
    const ours = this.#completions.get(spider.name);
    if (!ours) throw new UsageError('Cannot judge: part "judge" needs part "ours"');
    const prompts = spider.prompts.slice(0, JUDGED)
      .map(({ prefix, suffix }) => [...prefix, ...suffix]);
    const { name, maxNewTokens } = spider;
    const answers = await askTransformers(this.#settings.python, this.#checkpoint, {
      generate: [{ name, prompts, max_new_tokens: maxNewTokens, batch_sizes: [JUDGED] }],
      judge: { name, ours: ours.slice(0, JUDGED) },
    });
    this.results.judge = (answers as { judge: GpuResults["judge"] }).judge!;
    await this.#save(JSON.stringify(this.results.judge));
  }

  async #measureGrowth(engine: CudaEngine): Promise<void> {
    const { vocabSize } = this.#checkpoint.config;
    const byQuestions = [];
    for (const questions of QUESTION_COUNTS) {
      const seconds = await this.#time(engine, spiderLike(vocabSize, { questions }));
      byQuestions.push({ x: questions, seconds });
    }
    const byPrefix = [];
    for (const prefix of PREFIX_LENGTHS) {
      const workload = spiderLike(vocabSize, { questions: PREFIX_QUESTIONS, prefix });
      byPrefix.push({ x: prefix, seconds: await this.#time(engine, workload) });
    }
    this.results.growth = { byQuestions, byPrefix, prefixQuestions: PREFIX_QUESTIONS };
    await this.#save("growth: done");
  }

  /** Measures a workload: the seconds of each repetition, and the runs that they took. */
  async #measure(
    engine: CudaEngine,
    workload: Workload,
    { variant = {}, repeats = REPEATS }: {
      readonly variant?: Variant;
      readonly repeats?: number;
    } = {},
  ): Promise<void> {
    const seconds: number[] = [];
    const completions: (readonly number[])[] = [];
    this.#runs = [];
    for (let i = 0; i < repeats; i++) {
      seconds.push(await this.#time(engine, workload, { variant, completions }));
    }
    const { name, prompts } = workload;
    this.#completions.set(name, completions);
    const measurement = { prompts: prompts.length, seconds, runs: this.#runs };
    this.results.ours = { ...this.results.ours, [name]: measurement };
    await this.#save(`${name}: ${seconds.map((s) => s.toFixed(2)).join(", ")} s`);
  }

  /** Seconds that the answers to all prompts take. */
  async #time(
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
      // every completion has its full length, as on the other side
      const options = { maxNewTokens, endTokenIds: [], variant };
      for await (const { index, tokens } of engine.generate(prompts, options)) {
        completions[index] = tokens;
        if (tokens.length === maxNewTokens) answered++;
      }
    }
    if (answered !== prompts.length) {
      throw new Error(`Cannot count this run: ${answered} of ${prompts.length} answers are whole`);
    }
    return (performance.now() - started) / 1e3;
  }

  #open(options: CudaEngineOptions = {}): Promise<CudaEngine> {
    return openCudaEngine(this.#checkpoint, {
      ...this.#settings.engine,
      ...options,
      onPlan: (event) => {
        if (event.kind === "run") this.#runs.push(event);
        this.#settings.print(JSON.stringify(event));
      },
    });
  }

  async #save(line: string): Promise<void> {
    const { out, print } = this.#settings;
    await Deno.mkdir(dirname(out), { recursive: true });
    await Deno.writeTextFile(out, JSON.stringify(this.results, null, 1) + "\n");
    print(line);
  }

  async #graphBytes(): Promise<number> {
    const { dir } = this.#checkpoint;
    const graphs = [...Deno.readDirSync(dir)].filter(({ name }) => name.endsWith(".onnx"));
    const sizes = await Promise.all(graphs.map(({ name }) => bytesOf([`${dir}/${name}`])));
    return Math.max(...sizes);
  }
}

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await Deno.stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
