import assert from "node:assert/strict";
import { Tensor } from "onnxruntime-node";
import { parseDecoderConfig } from "../checkpoint/decoder_config.ts";
import { TINY_CONFIG } from "../testing/tiny_checkpoint.ts";
import type { MemoryPlan } from "./memory_plan.ts";
import { type GraphRunner, type PlanEvent, PlannedRuns } from "./planned_runs.ts";

const config = parseDecoderConfig(TINY_CONFIG);
const PLAN: MemoryPlan = {
  blockSize: 256,
  blocks: 9,
  sequences: 8,
  prefillTokens: 256,
  cacheBytes: 0,
  stepBytes: 0,
};
const CALL = { maxNewTokens: 1, feeds: {}, outputs: ["first_tokens"] };
const prompts = Array.from({ length: 24 }, (_, i) => ({ prefix: [], suffix: [i + 1, i + 2] }));

/** A device that takes its time, one run after another; what `fails` gives an error for fails. */
class SlowDevice implements GraphRunner {
  readonly #fails: (run: number, blocks: number) => Error | undefined;
  #last: Promise<unknown> = Promise.resolve();
  asked = 0;

  constructor(fails: (run: number, blocks: number) => Error | undefined = () => undefined) {
    this.#fails = fails;
  }

  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const failure = this.#fails(++this.asked, Number(feeds.blocks!.data[0]));
    const done = this.#last.then(() => sleep(1)).then(() => {
      if (failure) throw failure;
      return { first_tokens: new Tensor("int64", BigInt64Array.of(1n), [1]) };
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Waits until nothing that was asked for runs. */
  async idle(): Promise<void> {
    await this.#last;
    await sleep(1);
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface Answered {
  readonly indices: number[];
  readonly events: PlanEvent[];
  readonly error: unknown;
}

/** Runs all prompts with a consumer that is quick, or busy until all that was asked for has ended. */
async function answered(
  device: SlowDevice,
  { busy = false, signal, onRun }: {
    readonly busy?: boolean;
    readonly signal?: AbortSignal;
    readonly onRun?: () => void;
  } = {},
): Promise<Answered> {
  const [indices, events]: [number[], PlanEvent[]] = [[], []];
  const runs = new PlannedRuns(device, config, {
    plan: PLAN,
    onPlan: (event) => void events.push(event),
  });
  let error: unknown;
  try {
    for await (const { prompts: own } of runs.run(prompts, CALL, signal ? { signal } : {})) {
      indices.push(...own);
      onRun?.();
      if (busy) await device.idle();
    }
  } catch (caught) {
    error = caught;
  }
  return { indices, events, error };
}

const ALL = prompts.map((_, i) => i);

Deno.test("PlannedRuns halves its plan once for one shortage, whether its consumer is quick or slow", async () => {
  for (const busy of [false, true]) {
    // memory gets scarce with the first run, or with the second
    for (const since of [1, 2]) {
      const short = (run: number, blocks: number): Error | undefined =>
        run >= since && blocks > 5 ? new Error("BFCArena Failed to allocate memory") : undefined;
      const { indices, events, error } = await answered(new SlowDevice(short), { busy });
      assert.equal(error, undefined);
      assert.deepEqual(indices.toSorted((a, b) => a - b), ALL, "each prompt once");
      const halved = events.flatMap((event) => event.kind === "halved" ? [event.plan.blocks] : []);
      assert.deepEqual(halved, [4], `busy ${busy}, since run ${since}`);
    }
  }
});

Deno.test("PlannedRuns gives what it has asked for when it is told to stop, and asks for no more", async () => {
  const controller = new AbortController();
  const device = new SlowDevice();
  const { indices, error } = await answered(device, {
    busy: true,
    signal: controller.signal,
    onRun: () => controller.abort(),
  });
  assert.equal((error as Error).name, "AbortError");
  assert.equal(device.asked, 2);
  assert.equal(indices.length, 2 * PLAN.sequences, "the answers of both runs");
});

Deno.test("PlannedRuns asks for nothing after a run that failed, and gives what was before it", async () => {
  for (const busy of [false, true]) {
    const device = new SlowDevice((run) =>
      run === 2 ? new Error("an illegal memory access was encountered") : undefined
    );
    const { indices, error } = await answered(device, { busy });
    assert.match((error as Error).message, /illegal memory access/);
    assert.deepEqual(indices.length, PLAN.sequences);
    assert.ok(device.asked <= 3, `${device.asked}`);
    if (busy) assert.equal(device.asked, 2);
  }
});
