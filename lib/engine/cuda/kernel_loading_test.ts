import assert from "node:assert/strict";
import type { Completion, Engine, GenerateOptions, Prompt } from "../engine.ts";
import { withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";
import { openCheckpoint } from "../checkpoint/mod.ts";
import { buildCudaGraph } from "./cuda_graph.ts";
import { firstLayer, KernelLoading } from "./kernel_loading.ts";

const CONTEXT_LENGTH = 64;

/** An engine that answers nothing and keeps how many prompts it was asked; `onStep` may throw. */
function countingEngine(onStep: (asked: readonly Prompt[]) => Promise<void> | void): {
  readonly engine: Engine;
  readonly sizes: number[];
  readonly state: { closed: number };
} {
  const sizes: number[] = [];
  const state = { closed: 0 };
  const engine = {
    // deno-lint-ignore require-yield
    async *generate(
      prompts: readonly Prompt[],
      _options: GenerateOptions,
    ): AsyncGenerator<Completion> {
      sizes.push(prompts.length);
      await onStep(prompts);
    },
    [Symbol.asyncDispose](): Promise<void> {
      state.closed++;
      return Promise.resolve();
    },
  } as unknown as Engine;
  return { engine, sizes, state };
}

Deno.test("KernelLoading asks for ever fewer sequences, within the context, until it is ended", async () => {
  const three = Promise.withResolvers<void>();
  const { engine, sizes, state } = countingEngine((prompts) => {
    const lengths = prompts.map(({ prefix, suffix }) => prefix.length + suffix.length);
    assert.ok(Math.max(...lengths) + 2 <= CONTEXT_LENGTH);
    if (sizes.length === 3) three.resolve();
    return sizes.length < 3 ? undefined : new Promise((done) => setTimeout(done, 20));
  });
  const loading = new KernelLoading(() => Promise.resolve(engine), CONTEXT_LENGTH);
  await three.promise;
  await loading[Symbol.asyncDispose]();
  assert.deepEqual(sizes, [1000, 960, 928]);
  assert.equal(state.closed, 1);
});

Deno.test("KernelLoading ends by itself at one sequence, and is quiet about what goes wrong", async () => {
  const ended = Promise.withResolvers<void>();
  const whole = countingEngine(([, second]) => second === undefined ? ended.resolve() : undefined);
  await using _loading = new KernelLoading(() => Promise.resolve(whole.engine), CONTEXT_LENGTH);
  await ended.promise;
  assert.equal(whole.sizes.at(-1), 1);
  assert.deepEqual(whole.sizes, whole.sizes.toSorted((a, b) => b - a));

  const failing = countingEngine(() => {
    throw new Error("out of memory");
  });
  const opens = [
    () => Promise.resolve(failing.engine),
    () => Promise.resolve(undefined),
    () => Promise.reject(new Error("no device")),
  ];
  for (const open of opens) {
    await using _quiet = new KernelLoading(open, CONTEXT_LENGTH);
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.deepEqual([failing.sizes, failing.state.closed], [[1000], 1]);
});

Deno.test("firstLayer() has the products of every layer, once", async () => {
  await withTinyCheckpoint(async (dir) => {
    const checkpoint = await openCheckpoint(dir);
    const graph = new TextDecoder("latin1").decode(
      buildCudaGraph(firstLayer(checkpoint), { contextLength: CONTEXT_LENGTH }),
    );
    assert.ok(graph.includes("model.layers.0.self_attn.q_proj.weight"));
    assert.ok(!graph.includes("model.layers.1."));
    assert.ok(checkpoint.config.layers > 1);
  });
});
