import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { sleep, tryLockFile } from "../ground/mod.ts";
import { writeFault } from "./_write_fault.ts";

/** Options of {@linkcode waitForLock}. */
export interface WaitForLockOptions {
  /** Called once with a line, should another process have it. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Stops the wait. */
  readonly signal?: AbortSignal | undefined;
}

const LOOK_AGAIN_MS = 500;

/**
 * Waits until no other process makes what is at `path`, and keeps others from
 * making it until disposed of. What is there may have been made meanwhile: look
 * again.
 *
 * @throws {UsageError} If the lock's file, `<path>.lock`, cannot be written.
 * @throws The signal's reason, if it was stopped by the signal.
 */
export async function waitForLock(
  path: string,
  { onNote, signal }: WaitForLockOptions = {},
): Promise<Disposable> {
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw writeFault(error, dirname(path));
  });
  for (let told = false;; told = true) {
    signal?.throwIfAborted();
    const lock = tryLockFile(path);
    if (!("holder" in lock)) return lock;
    if (!told) onNote?.(`waiting for ${lock.holder}, which is making ${path}`);
    await sleep(LOOK_AGAIN_MS, signal);
  }
}
