import {
  adaptedLayers,
  type Adapter,
  type Checkpoint,
  LINEAR_MODULES,
  type LoraFactors,
  type Prompt,
} from "../lib/engine/mod.ts";
import { pcg32 } from "../lib/stats/mod.ts";

/** Prompts of random tokens in a shape that stands for a real job. */
export interface Workload {
  readonly name: string;
  readonly prompts: readonly Prompt[];
  /** 0 for a workload that is scored and not continued. */
  readonly maxNewTokens: number;
}

const NEW_TOKENS = 48;
const SEED = 42;
const MMLU_QUESTIONS = 14_042;
const MMLU_SUBJECTS = 57;

/** Spider's dev set: questions over databases whose schema and examples are shared. */
export function spiderLike(
  vocabSize: number,
  { questions = 1034, databases = 20, prefix = 900, suffix = 25 } = {},
): Workload {
  const prompts = shared(vocabSize, { count: questions, groups: databases, prefix, suffix });
  return { name: "spider", prompts, maxNewTokens: NEW_TOKENS };
}

/** Prompts of 400 to 700 tokens that share nothing. */
export function unshared(vocabSize: number, count = 256): Workload {
  const random = pcg32(SEED);
  const prompts = Array.from({ length: count }, () => ({
    prefix: [],
    suffix: tokens(random, vocabSize, 400 + Math.floor(random() * 301)),
  }));
  return { name: "unshared", prompts, maxNewTokens: NEW_TOKENS };
}

/** 150 MMLU questions over 30 subjects, four shots of 150 tokens shared in each. */
export function mmluSuite(vocabSize: number): Workload {
  const prompts = shared(vocabSize, { count: 150, groups: 30, prefix: 600, suffix: 150 });
  return { name: "mmlu_150", prompts, maxNewTokens: 0 };
}

/** As many questions and subjects as all of MMLU's test set has. */
export function mmluAll(vocabSize: number): Workload {
  const prompts = shared(vocabSize, {
    count: MMLU_QUESTIONS,
    groups: MMLU_SUBJECTS,
    prefix: 600,
    suffix: 150,
  });
  return { name: "mmlu_all", prompts, maxNewTokens: 0 };
}

/** A LoRA of random factors on all linear layers: the cost of one, not its effect. */
export function randomAdapter(checkpoint: Checkpoint, rank = 16): Adapter {
  const random = pcg32(SEED);
  const values = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => 0.02 * random() - 0.01);
  const factors = new Map<string, LoraFactors>();
  for (const layer of adaptedLayers(checkpoint, LINEAR_MODULES)) {
    const [out, inner] = checkpoint.tensors.get(`${layer}.weight`)!.shape as [number, number];
    factors.set(layer, { a: values(rank * inner), b: values(out * rank), rank });
  }
  return { dir: "random", hash: "random", modules: LINEAR_MODULES, terms: [], factors };
}

function shared(
  vocabSize: number,
  { count, groups, prefix, suffix }: {
    readonly count: number;
    readonly groups: number;
    readonly prefix: number;
    readonly suffix: number;
  },
): Prompt[] {
  const random = pcg32(SEED);
  const prefixes = Array.from({ length: groups }, () => tokens(random, vocabSize, prefix));
  return Array.from({ length: count }, (_, i) => ({
    prefix: prefixes[i % groups]!,
    suffix: tokens(random, vocabSize, suffix),
  }));
}

/** Ids without the first and last few, which a vocabulary keeps for special tokens. */
function tokens(random: () => number, vocabSize: number, count: number): number[] {
  return Array.from({ length: count }, () => 10 + Math.floor(random() * (vocabSize - 20)));
}
