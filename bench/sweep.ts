/**
 * Times a sweep as it is typed: the base model and one adapter at several scales, all questions of
 * both kinds, from the command to its last file, and how much of that the GPU worked:
 *
 *     deno task bench sweep --adapter-path DIR [--model DIR] [--data-root DIR] [--device cpu|cuda]
 *       [--scale LIST] [--limit N] [--devices N] [--out FILE]
 *
 * It runs `lab compare` in an empty folder, so nothing is stored beforehand, and notes when each
 * step begins. Beside it `nvidia-smi` says ten times a second in what share of the time before a
 * kernel ran on the first GPU that is seen; without `nvidia-smi` no share is given. A variant costs
 * what the steps of its name take; what is left is start-up, judging at the end, numbers and files.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { visibleGpus } from "../lib/engine/mod.ts";
import { checkOutputFile, REPOSITORY_ROOT, UsageError, writeAtomic } from "../lib/ground/mod.ts";
import { markdownTable } from "../lib/report/mod.ts";
import { eachLine, runCommand } from "../lib/setup/mod.ts";
import {
  type DeviceSample,
  deviceShare,
  type Step,
  stepsOf,
  type TimedLine,
} from "./_sweep_steps.ts";

const SCALES = "0.2,0.4,0.6,0.8,1";
const SAMPLE_MS = 100;
/** Asked with both halves of an evaluation whole: 972 questions of Spider, 14,042 of MMLU. */
const MEASURES = "sql,mmlu";

/** The flags that are handed on to `lab compare` as they are given. */
const HANDED_ON = [
  "model",
  "adapter-path",
  "data-root",
  "device",
  "scale",
  "limit",
  "devices",
] as const;

/**
 * Runs the benchmark and gives its table to `print`.
 *
 * @throws {UsageError} If there is no adapter, or the comparison refuses its input.
 */
export async function benchSweep(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(HANDED_ON.map((name) => [name, text])),
      scale: { ...text, default: SCALES },
      out: text,
    },
  });
  const given = values as Readonly<Record<string, string | undefined>>;
  if (given["adapter-path"] === undefined) {
    throw new UsageError("bench sweep: give --adapter-path DIR");
  }
  if (given["out"] !== undefined) checkOutputFile(given["out"]);
  const folder = Deno.makeTempDirSync({ prefix: "lab-bench-" });
  try {
    const flags = HANDED_ON.flatMap((name) =>
      given[name] === undefined ? [] : [`--${name}`, given[name]]
    );
    // a smaller run draws its questions of each category
    const all = given["limit"] === undefined ? ["--all"] : [];
    const wanted = ["compare", ...flags, ...all, "--only", MEASURES, "--out", `${folder}/results`];
    const { lines, samples, seconds } = await timedRun(wanted);
    const steps = stepsOf(lines, seconds);
    const rows = [...steps, { name: "everything", from: 0, to: seconds }];
    print(sweepTable(rows, samples));
    if (given["out"] !== undefined) {
      writeAtomic(given["out"], `${JSON.stringify({ seconds, steps, samples })}\n`);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A row a step: when it began, how long it took, and how much of that the GPU worked. */
function sweepTable(rows: readonly Step[], samples: readonly DeviceSample[]): string {
  return markdownTable(
    [
      { title: "step", align: "left" },
      { title: "begins (s)", align: "right" },
      { title: "seconds", align: "right" },
      { title: "GPU working %", align: "right" },
    ],
    rows.map((step) => {
      const share = deviceShare(step, samples);
      return [
        step.name,
        step.from.toFixed(1),
        (step.to - step.from).toFixed(1),
        share === undefined ? "" : (100 * share).toFixed(0),
      ];
    }),
  );
}

/** Runs the command, and notes its lines and the GPU's work with seconds since its start. */
async function timedRun(
  args: readonly string[],
): Promise<{ lines: TimedLine[]; samples: DeviceSample[]; seconds: number }> {
  const [gpu] = await visibleGpus();
  const started = performance.now();
  const now = (): number => (performance.now() - started) / 1_000;
  const lines: TimedLine[] = [];
  const samples: DeviceSample[] = [];
  const end = new AbortController();
  const watched = gpu === undefined ? undefined : watchGpu(gpu, end.signal, (share) => {
    samples.push({ at: now(), share });
  });
  try {
    const { code, killedBy, lastLines } = await runCommand(
      Deno.execPath(),
      ["run", "-A", "--quiet", `${REPOSITORY_ROOT}/lib/cli/main.ts`, ...args],
      { cwd: REPOSITORY_ROOT, onLine: (line) => lines.push({ at: now(), text: line }) },
    );
    const last = lastLines.at(-1)?.trim() ?? "it said nothing";
    if (code === 2) throw new UsageError(`bench sweep: ${last.replace(/^error: /, "")}`);
    if (killedBy !== undefined) throw new Error(`lab compare was ended by signal ${killedBy}`);
    if (code !== 0) throw new Error(`lab compare ended with code ${code}: ${last}`);
    return { lines, samples, seconds: now() };
  } finally {
    end.abort();
    await watched;
  }
}

/** Hands on again and again how much a GPU works, 0 to 1, until it is aborted; never without `nvidia-smi`. */
async function watchGpu(
  gpu: string,
  signal: AbortSignal,
  take: (share: number) => void,
): Promise<void> {
  const query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("nvidia-smi", {
      args: [...query, `--id=${gpu}`, `--loop-ms=${SAMPLE_MS}`],
      stdout: "piped",
      stderr: "null",
      signal,
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await eachLine(child.stdout, (line) => {
    if (/^\s*\d+\s*$/.test(line)) take(Number(line) / 100);
  });
}
