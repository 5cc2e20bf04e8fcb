import { dirname } from "node:path";
import { tryLockFile } from "../runs/_lock_file.ts";
import type { Progress } from "../runs/progress.ts";

const LOOK_AGAIN_MS = 500;

/**
 * Waits until no other process makes what is at `path`, and keeps others from
 * making it until disposed of. What is there may have been made meanwhile: look
 * again.
 *
 * @throws {UsageError} If the lock's file, `<path>.lock`, cannot be written.
 */
export async function setupLock(
  path: string,
  { progress, signal }: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<Disposable> {
  await Deno.mkdir(dirname(path), { recursive: true });
  for (let told = false;; told = true) {
    const lock = tryLockFile(path);
    if ("dispose" in lock) return { [Symbol.dispose]: lock.dispose };
    if (!told) progress.note(`waiting for ${lock.holder}, which is making ${path}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    signal?.throwIfAborted();
  }
}
