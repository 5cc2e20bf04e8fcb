import { availableParallelism } from "node:os";
import { askWorker } from "../../../ground/mod.ts";
import { packRows, type StoredRows } from "./pack_rows.ts";
import type { Packed } from "./pack_worker.ts";
import type { Int4Rows } from "./quantize_rows.ts";

/** More do not help: one thread writes what they pack. */
const MOST_WORKERS = 8;

/** Weights below which starting workers takes longer than they save. */
const FEW_WEIGHTS = 1 << 26;

/** Packs rows of weights, some at once. */
export interface Packers extends Disposable {
  /** How many rows may be asked for at once. */
  readonly atOnce: number;
  /** As {@linkcode packRows}. */
  pack(rows: StoredRows): Promise<Int4Rows | undefined>;
}

/**
 * What packs a model's weights: a worker for each core, or this thread where there is little to do.
 *
 * @param weights How many numbers are packed in all.
 * @param workers How many threads; as many as there are cores, up to 8, when left out.
 */
export function startPackers(
  weights: number,
  workers = weights < FEW_WEIGHTS ? 1 : Math.min(availableParallelism(), MOST_WORKERS),
): Packers {
  if (workers < 2) {
    return { atOnce: 1, pack: packRows, [Symbol.dispose]: (): void => {} };
  }
  const started = Array.from({ length: workers }, start);
  const free = [...started];
  return {
    atOnce: workers,
    async pack(rows): Promise<Int4Rows | undefined> {
      const worker = free.pop();
      if (!worker) throw new RangeError(`Cannot pack more than ${workers} parts at once`);
      const packed = await answer(worker, rows);
      free.push(worker);
      if ("error" in packed) {
        throw Object.assign(new Error(packed.error), packed.code ? { code: packed.code } : {});
      }
      return packed.rows;
    },
    [Symbol.dispose](): void {
      for (const worker of started) worker.terminate();
    },
  };
}

function start(): Worker {
  return new Worker(new URL("./pack_worker.ts", import.meta.url), { type: "module" });
}

function answer(worker: Worker, rows: StoredRows): Promise<Packed> {
  return askWorker<Packed>(worker, rows).catch(({ message }) => {
    throw new Error(`A thread that packs weights ended: ${message}`);
  });
}
