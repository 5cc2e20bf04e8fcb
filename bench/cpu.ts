/**
 * The CPU benchmark: questions that share a prefix, ours against transformers'
 * `generate` in float32 at its best batch size, same weights, same prompts, one
 * run. Ours is timed before the rival and after it, because a machine that
 * others share changes its speed; the ratio takes the mean. Seconds of
 * processor time, which others touch less, stand beside those of the clock.
 *
 *     deno task bench cpu [--questions 64] [--prefix 600] [--new 32]
 *         [--batch N] [--threads N] [--no-rival] [--out FILE.json]
 *
 * Prints a table; --out also writes JSON.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  type Checkpoint,
  loadTokenizer,
  openCheckpoint,
  openCpuEngine,
  type Prompt,
} from "../lib/engine/mod.ts";
import { UsageError } from "../lib/ground/mod.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MODEL = `${ROOT}models/smollm2-135m-instruct`;
const PYTHON = `${ROOT}.venv/bin/python`;

/** One timing of one side. */
export interface CpuTiming {
  readonly seconds: number;
  /** Processor time of all threads. */
  readonly cpuSeconds: number;
  readonly tokens: readonly (readonly number[])[];
}

interface Rival extends CpuTiming {
  readonly batchSize: number;
  readonly promptsPerSecondByBatchSize: Readonly<Record<string, number>>;
  readonly peakResidentBytes: number;
}

const SCHEMA = "stadium(stadium_id, location, name, capacity, highest, lowest, average)\n" +
  "singer(singer_id, name, country, song_name, song_release_year, age, is_male)\n" +
  "concert(concert_id, concert_name, theme, stadium_id, year)\n" +
  "singer_in_concert(concert_id, singer_id)\n";
const SOLVED = [
  ["How many singers are there?", "SELECT count(*) FROM singer"],
  ["List the name and the age of all singers.", "SELECT name, age FROM singer"],
  ["Which stadium has the highest capacity?", "SELECT name FROM stadium ORDER BY capacity DESC"],
] as const;

/** The first text-to-SQL questions of the committed sample. */
async function sampleQuestions(count: number): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}spider_db/sample/dev.json`);
  const questions = (JSON.parse(text) as { question: string }[]).map(({ question }) => question);
  if (count > questions.length) {
    throw new UsageError(`Cannot ask ${count} questions: the sample has ${questions.length}`);
  }
  return questions.slice(0, count);
}

/** Prompts of `prefixLength` shared tokens and a question of the sample each. */
async function makePrompts(count: number, prefixLength: number): Promise<Prompt[]> {
  const tokenizer = await loadTokenizer(MODEL);
  let text = "Write one SQLite query for each question.\n";
  for (let i = 0; tokenizer.encode(text).length < prefixLength; i++) {
    const [question, sql] = SOLVED[i % SOLVED.length]!;
    text += `\n${SCHEMA}Question: ${question}\nSQL: ${sql}\n`;
  }
  const prefix = tokenizer.encode(text).slice(0, prefixLength);
  return (await sampleQuestions(count)).map((question) => ({
    prefix,
    suffix: tokenizer.encode(`\nQuestion: ${question}\nSQL:`),
  }));
}

async function timeOurs(
  checkpoint: Checkpoint,
  prompts: readonly Prompt[],
  { maxNewTokens, options }: {
    readonly maxNewTokens: number;
    readonly options: Parameters<typeof openCpuEngine>[1];
  },
): Promise<CpuTiming & { readonly openSeconds: number }> {
  const opening = performance.now();
  await using engine = await openCpuEngine(checkpoint, options);
  const [start, cpuStart] = [performance.now(), await cpuSeconds()];
  const tokens: (readonly number[])[] = [];
  // no end token: both sides write every token that is asked for
  for await (const completion of engine.generate(prompts, { maxNewTokens, endTokenIds: [] })) {
    tokens[completion.index] = completion.tokens;
  }
  const seconds = (performance.now() - start) / 1000;
  const cpu = await cpuSeconds() - cpuStart;
  return { tokens, seconds, cpuSeconds: cpu, openSeconds: (start - opening) / 1000 };
}

async function timeRival(
  prompts: readonly Prompt[],
  job: { readonly max_new_tokens: number; readonly threads: number },
): Promise<Rival> {
  const folder = await Deno.makeTempDir();
  try {
    const ids = prompts.map(({ prefix, suffix }) => [...prefix, ...suffix]);
    const content = JSON.stringify({ model: MODEL, prompts: ids, ...job });
    await Deno.writeTextFile(`${folder}/job.json`, content);
    const script = `${ROOT}bench/transformers_generate.py`;
    const { success } = await new Deno.Command(PYTHON, {
      args: [script, `${folder}/job.json`, `${folder}/result.json`],
      env: { HF_HUB_OFFLINE: "1" },
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("the transformers side failed");
    return JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Processor time that this process has used, all threads together. */
async function cpuSeconds(): Promise<number> {
  const stat = await Deno.readTextFile("/proc/self/stat");
  // the fields after the name in brackets, which may hold spaces; ticks are hundredths of a second
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The largest resident memory that this process has had, in bytes. */
async function peakResidentBytes(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status");
  return Number(status.match(/VmHWM:\s+(\d+) kB/)?.[1] ?? 0) * 1024;
}

function countEqual(x: CpuTiming["tokens"], y: CpuTiming["tokens"]): number {
  return x.flatMap((row, i) => row.filter((token, j) => token === y[i]![j])).length;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Runs the benchmark; the table goes to `print`, the JSON into the file of `--out`. */
export async function benchCpu(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      questions: { type: "string", default: "64" },
      prefix: { type: "string", default: "600" },
      new: { type: "string", default: "32" },
      batch: { type: "string" },
      threads: { type: "string" },
      rival: { type: "boolean", default: true },
      out: { type: "string" },
    },
  });
  const [questions, prefix, maxNewTokens] = [values.questions, values.prefix, values.new].map(
    Number,
  ) as [number, number, number];
  const checkpoint = await openCheckpoint(MODEL);
  const prompts = await makePrompts(questions, prefix);
  const options = {
    ...(values.batch ? { batchSize: Number(values.batch) } : {}),
    ...(values.threads ? { threads: Number(values.threads) } : {}),
  };
  const ours = [await timeOurs(checkpoint, prompts, { maxNewTokens, options })];
  const peak = await peakResidentBytes();
  print(`ours: ${ours[0]!.seconds.toFixed(2)} s, ${(peak / 2 ** 30).toFixed(2)} GiB`);
  const result: Record<string, unknown> = {
    model: "SmolLM2-135M-Instruct, float32",
    questions,
    prefixTokens: prefix,
    suffixTokens: prompts.reduce((n, { suffix }) => n + suffix.length, 0),
    newTokens: maxNewTokens,
    threads: navigator.hardwareConcurrency,
  };
  if (values.rival) {
    const threads = navigator.hardwareConcurrency;
    const rival = await timeRival(prompts, { max_new_tokens: maxNewTokens, threads });
    ours.push(await timeOurs(checkpoint, prompts, { maxNewTokens, options }));
    const mean = average(ours.map(({ seconds }) => seconds));
    const cpu = average(ours.map(({ cpuSeconds }) => cpuSeconds));
    const total = rival.tokens.flat().length;
    const equal = countEqual(rival.tokens, ours[0]!.tokens);
    const { tokens: _, ...timing } = rival;
    Object.assign(result, {
      transformers: timing,
      ratio: rival.seconds / mean,
      cpuRatio: rival.cpuSeconds / cpu,
      tokensEqual: equal,
      tokensCompared: total,
    });
    print("side                      seconds  CPU seconds   questions/s   peak GiB");
    const row = (name: string, seconds: number, cpu: number, bytes: number): void => {
      const cells = [[seconds, 9], [cpu, 13], [questions / seconds, 14], [bytes / 2 ** 30, 11]];
      const text = (cells as [number, number][]).map(([x, width]) => x.toFixed(2).padStart(width));
      print(name.padEnd(24) + text.join(""));
    };
    row("this engine (mean of 2)", mean, cpu, peak);
    const rivalName = `transformers (batch ${rival.batchSize})`;
    row(rivalName, rival.seconds, rival.cpuSeconds, rival.peakResidentBytes);
    print(
      `${(rival.seconds / mean).toFixed(1)} times by the clock, ` +
        `${(rival.cpuSeconds / cpu).toFixed(1)} times by processor time; ` +
        `${equal} of ${total} tokens equal`,
    );
  }
  result.ours = {
    seconds: ours.map(({ seconds }) => seconds),
    cpuSeconds: ours.map(({ cpuSeconds }) => cpuSeconds),
    openSeconds: ours.map(({ openSeconds }) => openSeconds),
    peakResidentBytes: peak,
  };
  if (values.out) await Deno.writeTextFile(values.out, JSON.stringify(result, null, 2) + "\n");
}
