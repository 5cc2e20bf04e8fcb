import { waitForLock } from "../fetch/mod.ts";
import type { Progress } from "../ground/mod.ts";

/**
 * {@linkcode waitForLock}, telling of the wait as progress.
 *
 * @throws {UsageError} If the lock's file, `<path>.lock`, cannot be written.
 */
export function setupLock(
  path: string,
  { progress, signal }: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<Disposable> {
  return waitForLock(path, { onNote: (line) => progress.note(line), signal });
}
