import { availableParallelism } from "node:os";
import { askWorker } from "../../ground/mod.ts";

/** What a thread is given. */
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

/**
 * Encodes texts in several threads, without special tokens round them, as a `PieceEncoder` does.
 *
 * @param dir Folder of the tokenizer, which `canPart` holds of.
 * @returns The ids of each text; `undefined` where a thread failed, and whoever asks is to encode
 * them, to fail in the same place or not at all.
 */
export async function encodeInThreads(
  dir: string,
  texts: readonly string[],
  threads: number,
): Promise<number[][] | undefined> {
  const bounds = Array.from(
    { length: threads + 1 },
    (_, i) => Math.round(i * texts.length / threads),
  );
  const parts = await Promise.all(
    bounds.slice(1).map((end, i) => encodedByThread({ dir, texts: texts.slice(bounds[i], end) })),
  );
  const encoded: number[][] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    let at = 0;
    for (const length of part.lengths) {
      encoded.push(Array.from(part.ids.subarray(at, at + length)));
      at += length;
    }
  }
  return encoded;
}

async function encodedByThread(work: TextsToEncode): Promise<EncodedTexts | undefined> {
  const worker = new Worker(import.meta.resolve("./encode_worker.ts"), { type: "module" });
  try {
    return await askWorker<EncodedTexts | null>(worker, work) ?? undefined;
  } catch {
    // it is encoded again where it can be said what is wrong
    return undefined;
  } finally {
    worker.terminate();
  }
}
