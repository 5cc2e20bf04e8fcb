/**
 * For tests: how many workers of those that `run` starts it leaves running, which are ended then.
 * Deno's own look for leaks does not see a worker.
 */
export async function leftWorkers(run: () => Promise<void>): Promise<number> {
  const { Worker } = globalThis;
  const left = new Set<Worker>();
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      left.add(this);
    }

    override terminate(): void {
      left.delete(this);
      super.terminate();
    }
  };
  try {
    await run();
    return left.size;
  } finally {
    globalThis.Worker = Worker;
    for (const worker of left) worker.terminate();
  }
}
