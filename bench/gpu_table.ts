import type { PlanEvent } from "../lib/engine/cuda/cuda_engine.ts";

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

/** What transformers measured of one set. */
export interface RivalSet {
  readonly name: string;
  readonly batch_size: number;
  readonly prompts: number;
  readonly seconds: number;
  readonly rates?: Readonly<Record<string, number>>;
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
  rival?: {
    readonly versions: Readonly<Record<string, string>>;
    readonly device: string;
    readonly generate: readonly RivalSet[];
    readonly score: readonly RivalSet[];
  };
}

const TITLES: Readonly<Record<string, string>> = {
  spider: "Spider-dev-like: 1,034 questions, 20 databases, 900 shared + 25, 48 new",
  spider_lora: "the same with a LoRA of rank 16 on all linear layers",
  unshared: "256 prompts of 400 to 700 tokens, nothing shared, 48 new",
  unshared_lora: "the same with the LoRA",
  mmlu_150: "MMLU, 150 questions over 30 subjects, 600 shared + 150",
  mmlu_all: "MMLU, 14,042 questions over 57 subjects, 600 shared + 150",
};

/** The results as a Markdown table: the best repetition of ours against transformers' rate. */
export function gpuTable({ open, ours = {}, rival }: GpuResults): string {
  const sets = [...rival?.generate ?? [], ...rival?.score ?? []];
  const lines = [
    "| work | ours (s) | ours (prompts/s) | transformers (prompts/s) | times |",
    "|---|---|---|---|---|",
  ];
  for (const [name, { prompts, seconds }] of Object.entries(ours)) {
    const best = Math.min(...seconds);
    const set = sets.find((set) => set.name === name.replace(/_lora$/, ""));
    const rate = set ? set.prompts / set.seconds : undefined;
    const shown = set ? `${rate!.toFixed(1)} (batch ${set.batch_size})` : "-";
    const times = rate ? (prompts / best / rate).toFixed(1) : "-";
    lines.push(
      `| ${TITLES[name] ?? name} | ${best.toFixed(2)} | ${(prompts / best).toFixed(1)} ` +
        `| ${shown} | ${times} |`,
    );
  }
  if (open) {
    const gigabytes = (open.checkpointBytes / 1e9).toFixed(1);
    lines.push(`| opening a checkpoint of ${gigabytes} GB | ${open.seconds.toFixed(2)} | | | |`);
  }
  return lines.join("\n");
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
