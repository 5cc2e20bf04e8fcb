import { setTimeout } from "node:timers/promises";

/**
 * Waits.
 *
 * @throws The signal's reason, as soon as it is aborted.
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch((error) => {
    signal?.throwIfAborted();
    throw error;
  });
}
