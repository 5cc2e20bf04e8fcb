import type { PlanEvent } from "../lib/engine/mod.ts";

/** One workload of ours. */
export interface Measurement {
  readonly prompts: number;
  /** Wall-clock seconds of each repetition. */
  readonly seconds: readonly number[];
  readonly runs: readonly Extract<PlanEvent, { kind: "run" }>[];
}

/** One point of a growth curve. */
export interface GrowthPoint {
  readonly x: number;
  readonly seconds: number;
}

/** What another program measured of one set. */
export interface RivalSet {
  readonly name: string;
  /** Prompts at once: the batch of transformers, the most sequences of vLLM. */
  readonly batch_size: number;
  readonly prompts: number;
  readonly seconds: number;
  /** Prompts a second by prompts at once. */
  readonly rates?: Readonly<Record<string, number>>;
}

/** What another program measured, with which versions of what it is made of. */
export interface RivalResults {
  readonly versions: Readonly<Record<string, string>>;
  readonly device: string;
  readonly generate: readonly RivalSet[];
  readonly score: readonly RivalSet[];
}

/** Tokens judged, those that are the best, and the distances of all from the best. */
export interface Judgement {
  readonly tokens: number;
  readonly best: number;
  readonly largest: number;
  readonly mean: number;
}

/** The benchmark's file. */
export interface GpuResults {
  open?: {
    readonly seconds: number;
    readonly checkpointBytes: number;
    readonly graphBytes: number;
  };
  ours?: Readonly<Record<string, Measurement>>;
  growth?: {
    readonly byQuestions: readonly GrowthPoint[];
    readonly byPrefix: readonly GrowthPoint[];
    readonly prefixQuestions: number;
  };
  /** How far, in nats, tokens are from the best token after the same tokens. */
  judge?: Readonly<Record<"ours" | "transformers", Judgement>>;
  memory?: {
    readonly heldBytes: number;
    readonly plannedBlocks: number;
    readonly blocksThatFitted: number;
    readonly prompts: number;
    readonly equalFirstTokens: number;
  };
  /** Transformers. */
  rival?: RivalResults;
  vllm?: RivalResults;
}

const TITLES: Readonly<Record<string, string>> = {
  spider: "Spider-dev-like: 1,034 questions, 20 databases, 900 shared + 25, 48 new",
  spider_lora: "the same with a LoRA of rank 16 on all linear layers",
  unshared: "256 prompts of 400 to 700 tokens, nothing shared, 48 new",
  unshared_lora: "the same with the LoRA",
  mmlu_150: "MMLU, 150 questions over 30 subjects, 600 shared + 150",
  mmlu_all: "MMLU, 14,042 questions over 57 subjects, 600 shared + 150",
};

/** The results as a Markdown table: the best repetition of ours against the rivals' rates. */
export function gpuTable({ open, ours = {}, rival, vllm }: GpuResults): string {
  const lines = [
    "| work | ours (s) | ours (prompts/s) | transformers (prompts/s) | times transformers " +
    "| vLLM (prompts/s) | times vLLM |",
    "|---|---|---|---|---|---|---|",
  ];
  // "the same" in a title is the row above it
  for (const name of Object.keys(TITLES)) {
    if (!ours[name]) continue;
    const { prompts, seconds } = ours[name];
    const best = Math.min(...seconds);
    const rate = prompts / best;
    const cells = [TITLES[name]!, best.toFixed(2), rate.toFixed(1)];
    for (const side of [rival, vllm]) cells.push(...against(side, name, rate));
    lines.push(row(cells));
  }
  if (open) {
    const gigabytes = (open.checkpointBytes / 1e9).toFixed(1);
    const title = `opening a checkpoint of ${gigabytes} GB`;
    lines.push(row([title, open.seconds.toFixed(2), "", "", "", "", ""]));
  }
  return lines.join("\n");
}

/** A rival's rate and how many times it ours is; rivals run without an adapter. */
function against(rival: RivalResults | undefined, name: string, ours: number): [string, string] {
  const plain = name.replace(/_lora$/, "");
  const sets = [...rival?.generate ?? [], ...rival?.score ?? []];
  const set = sets.find((set) => set.name === plain);
  if (!set) return ["-", "-"];
  const rate = set.prompts / set.seconds;
  const note = `${set.batch_size} at once${name === plain ? "" : ", no LoRA"}`;
  return [`${rate.toFixed(1)} (${note})`, (ours / rate).toFixed(1)];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Intercept and slope of the straight line through the points, by least squares, and its R². */
export function straightLine(
  points: readonly GrowthPoint[],
): { readonly intercept: number; readonly slope: number; readonly r2: number } {
  const n = points.length;
  if (n < 2) throw new RangeError(`Cannot fit a line: there are ${n} points`);
  const mean = (f: (p: GrowthPoint) => number): number =>
    points.reduce((sum, p) => sum + f(p), 0) / n;
  const [x, y] = [mean((p) => p.x), mean((p) => p.seconds)];
  const covariance = mean((p) => (p.x - x) * (p.seconds - y));
  const slope = covariance / mean((p) => (p.x - x) ** 2);
  const intercept = y - slope * x;
  const residual = mean((p) => (p.seconds - intercept - slope * p.x) ** 2);
  return { intercept, slope, r2: 1 - residual / mean((p) => (p.seconds - y) ** 2) };
}

/** The straight line through the points, in words. */
export function fitText(points: readonly GrowthPoint[], unit: string): string {
  const { intercept, slope, r2 } = straightLine(points);
  const cost = `${intercept.toFixed(2)} s + ${(1e3 * slope).toFixed(2)} ms a ${unit}`;
  return `${cost}, R² ${r2.toFixed(4)}`;
}
