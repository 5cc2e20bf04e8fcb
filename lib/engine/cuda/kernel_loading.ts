import type { Checkpoint } from "../checkpoint/mod.ts";
import type { Engine, Prompt } from "../engine.ts";

/**
 * Sequences of the steps that are computed, in their order. A product takes another kernel for other
 * numbers of rows, and sequences of a run end one by one.
 */
const SIZES = [
  ...[1000, 960, 928, 896, 864, 832, 800, 768, 736, 704, 672, 640, 608, 576, 544, 512, 448, 384],
  ...[320, 256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1],
];
/** So many beginnings are shared by the prompts, as by the questions of as many databases. */
const PREFIXES = 20;
/** Tokens of a prefix; with all prompts together enough for decoding in bundles to pay. */
const PREFIX_TOKENS = 1000;
const SUFFIX_TOKENS = 16;

/** Bytes that its runs may take of the device; as many again are left for its own weights and the library. */
export const KERNEL_LOADING_BYTES = 12 * 2 ** 30;

/**
 * The first layer of a checkpoint as a checkpoint: its products have the shapes of all layers', so a
 * session over it loads the kernels that one over all of them will take.
 */
export function firstLayer(checkpoint: Checkpoint): Checkpoint {
  return { ...checkpoint, config: { ...checkpoint.config, layers: 1 } };
}

/**
 * Loads the kernels of a first run while another session opens. CUDA loads a kernel when it is first
 * called, which takes some milliseconds, and a first run of a thousand sequences calls some two
 * hundred; what one session has loaded is there for all of the process.
 *
 * What goes wrong is not told: the first run loads what is missing.
 */
export class KernelLoading {
  readonly #done: Promise<void>;
  #ends = false;

  /**
   * Begins.
   *
   * @param open Opens an engine over the first layer; nothing where there is no memory for it.
   * @param contextLength Most tokens of a prompt.
   */
  constructor(open: () => Promise<Engine | undefined>, contextLength: number) {
    this.#done = this.#load(open, contextLength).catch(() => undefined);
  }

  /** Ends after the step in hand; its memory is free then. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ends = true;
    await this.#done;
  }

  async #load(open: () => Promise<Engine | undefined>, contextLength: number): Promise<void> {
    await using engine = await open();
    if (!engine) return;
    const prompts = madeUpPrompts(contextLength);
    const options = { maxNewTokens: 2, endTokenIds: [] };
    for (const size of SIZES) {
      if (this.#ends) return;
      await Array.fromAsync(engine.generate(prompts.slice(0, size), options));
    }
  }
}

/** As many prompts as the largest step has sequences, of tokens that every vocabulary has. */
function madeUpPrompts(contextLength: number): Prompt[] {
  const length = Math.max(1, Math.min(PREFIX_TOKENS, contextLength - 2 * SUFFIX_TOKENS));
  const prefixes = Array.from({ length: PREFIXES }, (_, i) => new Array<number>(length).fill(i));
  return Array.from({ length: SIZES[0]! }, (_, i) => ({
    prefix: prefixes[i % PREFIXES]!,
    suffix: new Array<number>(SUFFIX_TOKENS).fill(i % PREFIXES),
  }));
}
