import type { InferenceSession } from "onnxruntime-node";
import type { Checkpoint } from "../checkpoint/mod.ts";
import { cacheNames } from "./cpu_graph.ts";
import { type CacheShape, OwnCache, PrefixCache, type RecentTokens } from "./kv_cache.ts";
import {
  type Feeds,
  flag,
  int64,
  NOT_FINITE,
  refuseNotFinite,
  refuseNotFiniteScores,
} from "../graph/mod.ts";
import { layOutSlots } from "./slot_layout.ts";
import type { Variant } from "../engine.ts";

/** One run of the graph over a batch of sequences. */
export interface CpuRun {
  /** New tokens of each sequence, at least one each. */
  readonly sequences: readonly (readonly number[])[];
  /** What all of them share. */
  readonly prefix: PrefixCache;
  /** Their own earlier tokens, a row each; none when left out. */
  readonly past?: OwnCache;
  /** Steps: the first takes the new tokens, each later one the token before it. */
  readonly steps: number;
  /** Ids that end a sequence; none when left out. */
  readonly endTokenIds?: readonly number[];
  /** Token ids whose log-probabilities are wanted. */
  readonly choices?: readonly number[];
  /** The token after each new token of each sequence, whose log-probability is wanted in their place. */
  readonly targets?: readonly (readonly number[])[];
  /** The weights that answer, as the graph's inputs and by name. */
  readonly lora: Feeds;
  /** Names the weights in a message. */
  readonly variant: Variant;
}

/** What a run gives. */
export interface CpuRunResult {
  /** Tokens of each sequence, up to its end token. */
  readonly tokens: readonly (readonly number[])[];
  /** Whether each sequence met an end token. */
  readonly ended: readonly boolean[];
  /** `[B, choices]` of the first step, or `[B, new tokens]` of targets, nats; empty when not asked for. */
  readonly logProbs: readonly (readonly number[])[];
  /** Keys and values of the run's tokens. */
  readonly recent: RecentTokens;
}

/**
 * Tokens that go through the model in one step. Their score matrices should stay in the cores' caches:
 * 256 took a fifth less time than 1,024, and 128 no less than 256.
 */
const PREFILL_TOKENS = 256;
/** Tokens of one sequence in one step: a longer one is taken in chunks. */
const SEQUENCE_CHUNK = 256;

/** Feeds the CPU graph: lists of tokens and caches in, tokens and caches out. */
export class CpuRunner {
  readonly #session: InferenceSession;
  readonly #checkpoint: Checkpoint;
  /** Sizes of the caches. */
  readonly shape: CacheShape;

  /** A runner of a session of the graph that `buildCpuGraph` writes. */
  constructor(session: InferenceSession, checkpoint: Checkpoint) {
    this.#session = session;
    this.#checkpoint = checkpoint;
    this.shape = checkpoint.config;
  }

  /**
   * Runs the graph once.
   *
   * @throws {UsageError} If logits or wanted log-probabilities are not finite.
   */
  async run(
    { sequences, prefix, past, steps, endTokenIds = [], choices, targets, lora, variant }: CpuRun,
  ): Promise<CpuRunResult> {
    const own = past ?? new OwnCache(this.shape, sequences.length);
    const start = prefix.tokens.length;
    const layout = layOutSlots(sequences, own.lengths.map((length) => start + length));
    const grid = [layout.batch, layout.slots];
    const names = cacheNames("recent", this.shape.layers);
    const out = await this.#session.run({
      ...lora,
      ...prefix.feeds(),
      ...own.feeds(start),
      tokens: int64(layout.tokens),
      positions: int64(layout.positions),
      slot_token: int64(layout.slotToken, grid),
      slot_position: int64(layout.slotPosition, grid),
      token_slot: int64(layout.tokenSlot),
      last_token: int64(targets ? layout.tokens.map((_, row) => row) : layout.lastToken),
      targets: int64(targets?.flat() ?? []),
      max_new: int64([steps], []),
      end_ids: int64([...endTokenIds, NOT_FINITE]),
      choice_ids: int64(choices ?? [0]),
      want_scores: flag(Boolean(choices ?? targets)),
    }, ["next_tokens", "done", "choice_log_probs", ...names]);
    const data = names.map((name) => out[name]!.data as Float32Array);
    const next = out.next_tokens!.data as BigInt64Array;
    for (const token of next) refuseNotFinite(Number(token), this.#checkpoint, variant);
    const scores = out.choice_log_probs!.data as Float32Array;
    const logProbs = choices || targets
      ? cut(scores, targets?.map(({ length }) => length) ?? sequences.map(() => choices!.length))
      : [];
    for (const row of logProbs) refuseNotFiniteScores(row, this.#checkpoint, variant);
    return {
      tokens: targets ? [] : byRow(next, layout.batch),
      ended: Array.from(out.done!.data as Uint8Array, Boolean),
      logProbs,
      recent: {
        data,
        counts: sequences.map((sequence) => sequence.length),
        slots: layout.slots,
        length: out[names[0]!]!.dims[2]!,
      },
    };
  }

  /** The cache of a shared beginning, from the cache of a part of it. */
  async extendPrefix(
    known: PrefixCache,
    tokens: readonly number[],
    { signal, ...weights }: Pick<CpuRun, "lora" | "variant"> & {
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<PrefixCache> {
    let cache = known;
    while (cache.tokens.length < tokens.length) {
      signal?.throwIfAborted();
      const at = cache.tokens.length;
      const chunk = tokens.slice(at, at + SEQUENCE_CHUNK);
      const { recent } = await this.run({
        sequences: [chunk],
        prefix: cache,
        steps: 1,
        ...weights,
      });
      cache = cache.extend(chunk, recent);
    }
    return cache;
  }

  /**
   * Takes the sequences' first new tokens a few rows at a time and appends them
   * to `past`, whose rows they continue. Gives every row's next token (none
   * where it is an end token) and the wanted log-probabilities: of choices
   * after the last token, or of targets after each.
   *
   * @param call `onRows` is told how many rows are taken, before all of them are.
   */
  async prefill(
    { sequences, prefix, past, endTokenIds, choices, targets, lora, variant }:
      & Omit<CpuRun, "steps">
      & { readonly past: OwnCache },
    { signal, onRows }: {
      readonly signal: AbortSignal | undefined;
      readonly onRows?: (rows: number) => void;
    },
  ): Promise<Omit<CpuRunResult, "recent">> {
    const tokens: (readonly number[])[] = [];
    const ended: boolean[] = [];
    const logProbs: number[][] = [];
    for (let row = 0; row < sequences.length;) {
      const end = this.#batchEnd(sequences, row);
      const batch = sequences.slice(row, end);
      const rows = batch.map((_, b) => row + b);
      const scores = batch.map((): number[] => []);
      // only a sequence that runs alone can be longer than a chunk
      const longest = Math.max(...batch.map(({ length }) => length));
      for (let at = 0; at < longest; at += SEQUENCE_CHUNK) {
        signal?.throwIfAborted();
        const isLast = at + SEQUENCE_CHUNK >= longest;
        const chunk = (lists: readonly (readonly number[])[]): (readonly number[])[] =>
          lists.slice(row, end).map((list) => list.slice(at, at + SEQUENCE_CHUNK));
        const result = await this.run({
          sequences: chunk(sequences),
          prefix,
          past: past.select(rows),
          steps: 1,
          lora,
          variant,
          ...(endTokenIds && isLast ? { endTokenIds } : {}),
          ...(choices && isLast ? { choices } : {}),
          ...(targets ? { targets: chunk(targets) } : {}),
        });
        past.append(row, result.recent);
        for (const [b, values] of result.logProbs.entries()) scores[b]!.push(...values);
        if (!isLast) continue;
        tokens.push(...result.tokens);
        ended.push(...result.ended);
      }
      if (choices || targets) logProbs.push(...scores);
      row = end;
      if (row < sequences.length) onRows?.(row);
    }
    return { tokens, ended, logProbs };
  }

  #batchEnd(sequences: readonly (readonly number[])[], row: number): number {
    let end = row + 1;
    let total = sequences[row]!.length;
    if (total > SEQUENCE_CHUNK) return end;
    while (end < sequences.length) {
      const { length } = sequences[end]!;
      total += length;
      if (length > SEQUENCE_CHUNK || total > PREFILL_TOKENS) break;
      end++;
    }
    return end;
  }
}

/** `[steps, B]` tokens, -1 after the end, as a list a sequence. */
function byRow(next: BigInt64Array, batch: number): number[][] {
  const lists = Array.from({ length: batch }, (): number[] => []);
  for (let at = 0; at < next.length; at++) {
    const token = Number(next[at]);
    if (token >= 0) lists[at % batch]!.push(token);
  }
  return lists;
}

/** Scores as a list a sequence, of these lengths. */
function cut(scores: Float32Array, lengths: readonly number[]): number[][] {
  let at = 0;
  return lengths.map((length) => [...scores.subarray(at, at += length)]);
}
