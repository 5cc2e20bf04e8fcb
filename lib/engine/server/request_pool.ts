/** What a piece of work may use. */
export interface PoolSlot {
  /** Fires when the pool is given up: on another piece's failure, an abort, or a reader that stops. */
  readonly signal: AbortSignal;
  /** To be called when the server has too much to do; fewer pieces run at once from then on. */
  readonly onOverload: () => void;
}

/** Options of {@linkcode runPool}. */
export interface PoolOptions {
  /** Most pieces in flight. */
  readonly concurrency: number;
  /** Stops the requests that are waiting and those in flight. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` on every item, several at once, and yields results in groups as
 * they come, each item's exactly once.
 *
 * New work starts only as results are taken: a slow reader holds the pool, and
 * at most `concurrency` results wait. When the server is overloaded, the number
 * in flight is halved (once for all that were on their way then) and grows back
 * by one for as many successes as are in flight: additive increase,
 * multiplicative decrease.
 *
 * After a failure, results that are there already are still yielded; then the
 * rest is aborted and the failure is thrown.
 *
 * @throws What `work` throws first, or the signal's reason.
 */
export async function* runPool<Item, Result>(
  items: readonly Item[],
  work: (item: Item, slot: PoolSlot) => Promise<Result>,
  { concurrency, signal }: PoolOptions,
): AsyncGenerator<Result[]> {
  const stop = new AbortController();
  const slotSignal = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const running = new Set<Promise<void>>();
  let ready: Result[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let next = 0;
  let limit = concurrency;
  let cuts = 0;

  function start(item: Item): void {
    const cutsAtStart = cuts;
    const onOverload = (): void => {
      if (cuts > cutsAtStart) return; // it was sent before the last cut, which answers for it
      cuts++;
      limit = Math.max(1, limit / 2);
    };
    const task: Promise<void> = Promise.try(work, item, { signal: slotSignal, onOverload })
      .then((result) => {
        ready.push(result);
        limit = Math.min(concurrency, limit + 1 / limit);
      }, (error) => {
        failure ??= { error };
      })
      .then(() => {
        running.delete(task);
        wake.resolve();
      });
    running.add(task);
  }

  function fill(): void {
    while (!failure && next < items.length && running.size + ready.length < Math.floor(limit)) {
      start(items[next++]!);
    }
  }

  try {
    for (let done = 0; done < items.length;) {
      if (signal?.aborted) failure ??= { error: signal.reason };
      const group = ready;
      ready = [];
      fill(); // before the reader works on the group, so that the server is never idle
      if (group.length > 0) {
        done += group.length;
        yield group;
      } else if (failure) throw failure.error;
      else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  } finally {
    stop.abort(new DOMException("The pool was given up", "AbortError"));
    await Promise.all(running);
  }
}
