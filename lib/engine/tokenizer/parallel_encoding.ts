import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { askWorker } from "../../ground/mod.ts";
import type { OwnIds } from "./shared_prefixes.ts";

/** A text in two parts, of which others may begin with the first one too. */
export type TextParts = readonly [shared: string, own: string];

/** What a thread is given, slice by slice. */
export interface TextsToEncode {
  /** Folder of the tokenizer. */
  readonly dir: string;
  /** What texts begin with, each once. */
  readonly shared: readonly string[];
  /** Of each text which it begins with, and what follows. */
  readonly texts: readonly (readonly [shared: number, own: string])[];
}

/** What it gives back, of each text the ids behind those of its shared part. */
export interface EncodedTexts {
  /** How many ids each has in common with its shared part alone. */
  readonly shared: Int32Array<ArrayBuffer>;
  /** How many follow. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** Those that follow, one text after another. */
  readonly own: Int32Array<ArrayBuffer>;
}

/** A thread loads the tokenizer anew, which takes as long as encoding about so many texts. */
const TEXTS_A_THREAD = 1_000;
/** Each takes about 0.2 GB with a vocabulary of 150,000 words. */
const MOST_THREADS = 4;

/** How many threads are worth it for so many texts; below 2 none is. */
export function threadsFor(texts: number, cores: number = availableParallelism()): number {
  return Math.min(MOST_THREADS, cores - 1, Math.floor(texts / TEXTS_A_THREAD));
}

/** Texts that a thread is handed at once: one that begins late, or is slow, takes fewer. */
const SLICE = 256;
/** Texts that this thread encodes before it looks whether another one waits for a slice. */
const OWN_SLICE = 32;

/** Texts that lie beside each other, and the place of the first. */
interface Slice {
  readonly start: number;
  readonly texts: readonly TextParts[];
}

/** Threads that encode, each with a tokenizer of its own, which it loads as soon as there is a thread. */
export class EncodingThreads implements Disposable {
  readonly #dir: string;
  readonly #threads: readonly { readonly worker: Worker; readonly loaded: Promise<unknown> }[];

  /**
   * Starts the threads.
   *
   * @param dir Folder of the tokenizer, which `canPart` holds of.
   */
  constructor(dir: string, count: number) {
    this.#dir = dir;
    this.#threads = Array.from({ length: count }, () => {
      const worker = new Worker(import.meta.resolve("./encode_worker.ts"), { type: "module" });
      return { worker, loaded: this.#encoded(worker, []) };
    });
  }

  /**
   * Has each thread encode the slices that it takes, until there are no more or the thread fails.
   *
   * @returns The slices that threads failed at.
   */
  async encode(
    take: () => Slice | undefined,
    done: (slice: Slice, encoded: readonly OwnIds[]) => void,
  ): Promise<readonly Slice[]> {
    const failed: Slice[] = [];
    await Promise.all(this.#threads.map(async ({ worker, loaded }) => {
      if (!await loaded) return;
      for (let slice = take(); slice; slice = take()) {
        const encoded = await this.#encoded(worker, slice.texts);
        if (encoded) done(slice, encoded);
        else return void failed.push(slice);
      }
    }));
    return failed;
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    for (const { worker } of this.#threads) worker.terminate();
  }

  /** The ids of each text; nothing where the thread fails or has ended. */
  async #encoded(
    worker: Worker,
    texts: readonly TextParts[],
  ): Promise<readonly OwnIds[] | undefined> {
    const begins = [...new Set(texts.map(([shared]) => shared))];
    const numbers = new Map(begins.map((shared, number) => [shared, number]));
    const work: TextsToEncode = {
      dir: this.#dir,
      shared: begins,
      texts: texts.map(([shared, own]) => [numbers.get(shared)!, own]),
    };
    const encoded = await askWorker<EncodedTexts | undefined>(worker, work).catch(() => undefined);
    if (!encoded) return undefined;
    const { shared, lengths, own } = encoded;
    let at = 0;
    return Array.from(lengths, (length, i) => ({
      length: shared[i]!,
      own: Array.from(own.subarray(at, at += length)),
    }));
  }
}

/** How items are encoded by {@linkcode encodeInThreads}. */
export interface Encoding<Item> {
  /** Those that encode beside this one; without them this one comes back to its other work now and then. */
  readonly threads?: EncodingThreads | undefined;
  /** The text of an item, which is made when it is encoded. */
  partsOf(item: Item): TextParts;
  /** Encodes a text in this thread. */
  encode(parts: TextParts): OwnIds;
  /** Is given the ids of each item, in no order. */
  done(index: number, shared: string, ids: OwnIds): void;
}

/**
 * Encodes the texts of items in several threads and in this one, without special tokens round them,
 * as a `PieceEncoder` does. What a thread fails at is encoded here, to fail in the same place or not
 * at all.
 */
export async function encodeInThreads<Item>(
  items: readonly Item[],
  { threads, partsOf, encode, done }: Encoding<Item>,
): Promise<void> {
  let next = 0;

  function take(size: number): Slice | undefined {
    if (next >= items.length) return undefined;
    const start = next;
    next += size;
    return { start, texts: items.slice(start, next).map(partsOf) };
  }

  const sliceDone = ({ start, texts }: Slice, encoded: readonly OwnIds[]): void => {
    for (const [i, ids] of encoded.entries()) done(start + i, texts[i]![0], ids);
  };

  const encodeSlice = (slice: Slice): void => sliceDone(slice, slice.texts.map(encode));

  async function encodeHere(): Promise<void> {
    for (let slice = take(OWN_SLICE); slice; slice = take(OWN_SLICE)) {
      encodeSlice(slice);
      await setImmediate();
    }
  }

  /** Of what cannot be encoded no other thread need go on. */
  const endAll = (error: unknown): never => {
    next = items.length;
    throw error;
  };
  const there = threads?.encode(() => take(SLICE), sliceDone).catch(endAll);
  const [here, failed] = await Promise.allSettled([encodeHere().catch(endAll), there]);
  if (here.status === "rejected") throw here.reason;
  if (failed.status === "rejected") throw failed.reason;
  failed.value?.forEach(encodeSlice);
}
