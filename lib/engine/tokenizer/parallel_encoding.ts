import { availableParallelism } from "node:os";
import { askWorker, sleep } from "../../ground/mod.ts";

/** What a thread is given, slice by slice. */
export interface TextsToEncode {
  /** Folder of the tokenizer. */
  readonly dir: string;
  readonly texts: readonly string[];
}

/** What it gives back: the ids of all texts one after another, and how many each has. */
export interface EncodedTexts {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly lengths: Int32Array<ArrayBuffer>;
}

/** A thread loads the tokenizer anew, which takes as long as encoding about so many texts. */
const TEXTS_A_THREAD = 1_000;
/** Each takes about 0.2 GB with a vocabulary of 150,000 words. */
const MOST_THREADS = 4;

/** How many threads are worth it for so many texts; below 2 none is. */
export function threadsFor(texts: number, cores: number = availableParallelism()): number {
  return Math.min(MOST_THREADS, cores - 1, Math.floor(texts / TEXTS_A_THREAD));
}

/** Texts that are handed out at once: a thread that begins late, or is slow, takes fewer. */
const SLICE = 256;

/**
 * Encodes texts in several threads and in this one, without special tokens round them, as a
 * `PieceEncoder` does. This thread comes back to its other work after each slice. What a thread
 * fails at is encoded here, to fail in the same place or not at all.
 *
 * @param dir Folder of the tokenizer, which `canPart` holds of.
 * @param encode Encodes a text in this thread.
 * @returns The ids of each text.
 */
export async function encodeInThreads(
  dir: string,
  texts: readonly string[],
  { threads, encode }: {
    /** How many beside this one; with 0 it encodes all, and other work goes on between slices. */
    readonly threads: number;
    encode(text: string): number[];
  },
): Promise<number[][]> {
  const encoded: number[][] = [];
  const left: number[] = [];
  let next = 0;
  const take = (): number | undefined => next < texts.length ? (next += SLICE) - SLICE : undefined;
  const sliceAt = (start: number): readonly string[] => texts.slice(start, start + SLICE);
  const encodeSlice = (start: number): void => {
    for (const [i, text] of sliceAt(start).entries()) encoded[start + i] = encode(text);
  };

  async function encodeHere(): Promise<void> {
    try {
      for (let start = take(); start !== undefined; start = take()) {
        encodeSlice(start);
        await sleep(0);
      }
    } finally {
      next = texts.length; // of a text that cannot be encoded no other thread need go on
    }
  }

  async function encodeThere(): Promise<void> {
    const worker = new Worker(import.meta.resolve("./encode_worker.ts"), { type: "module" });
    let start = take();
    try {
      for (; start !== undefined; start = take()) {
        const work: TextsToEncode = { dir, texts: sliceAt(start) };
        const done = await askWorker<EncodedTexts | undefined>(worker, work);
        if (!done) break;
        const { ids, lengths } = done;
        let at = 0;
        for (const [i, length] of lengths.entries()) {
          encoded[start + i] = Array.from(ids.subarray(at, at += length));
        }
      }
    } catch {
      // it has ended
    } finally {
      worker.terminate();
      if (start !== undefined) left.push(start);
    }
  }

  const done = await Promise.allSettled([
    ...Array.from({ length: threads }, encodeThere),
    encodeHere(),
  ]);
  for (const one of done) if (one.status === "rejected") throw one.reason;
  left.forEach(encodeSlice);
  return encoded;
}
