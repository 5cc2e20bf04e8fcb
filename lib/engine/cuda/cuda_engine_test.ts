import assert from "node:assert/strict";
import { Tensor } from "onnxruntime-node";
import type { Adapter } from "../checkpoint/adapter.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { parseDecoderConfig } from "../checkpoint/decoder_config.ts";
import type { Completion, Prompt } from "../engine.ts";
import { simulateBundles, simulateCache } from "../testing/simulated_cache.ts";
import { bundleShape } from "./bundles/bundle_shape.ts";
import { CudaEngine, type CudaEngineOptions } from "./cuda_engine.ts";
import { blockSize } from "./paged_attention.ts";
import type { GraphRunner } from "./planned_runs.ts";
import type { BundleArrays, RunArrays } from "./run_inputs.ts";

const VOCABULARY = 17;
const END = 7;
const MAX_NEW_TOKENS = 6;
const config = parseDecoderConfig({
  model_type: "llama",
  hidden_size: 8,
  intermediate_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: VOCABULARY,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-5,
  eos_token_id: END,
});
const checkpoint: Checkpoint = { dir: "none", config, tensors: new Map(), files: [] };
const prompts: Prompt[] = [300, 0, 256, 30].flatMap((length, group) => {
  const prefix = Array.from({ length }, (_, i) => (i * 5 + group) % VOCABULARY);
  return [1, 4, 9].map((count, i) => ({
    prefix,
    suffix: Array.from({ length: count }, (_, j) => (j * 3 + i + group) % VOCABULARY),
  }));
});

/** A model that can be followed by hand: the next token depends on every token before it. */
function nextToken(tokens: readonly number[]): number {
  return tokens.reduce((sum, token, i) => (sum + token * (i % 11 + 1)) % VOCABULARY, 1);
}

function expected({ prefix, suffix }: Prompt): { tokens: number[]; finishReason: string } {
  const seen = [...prefix, ...suffix];
  const tokens: number[] = [];
  while (tokens.length < MAX_NEW_TOKENS) {
    const token = nextToken(seen);
    if (token === END) return { tokens, finishReason: "stop" };
    tokens.push(token);
    seen.push(token);
  }
  return { tokens, finishReason: "length" };
}

/** The arrays that feeds were made of. */
function arraysOf(feeds: Readonly<Record<string, Tensor>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(feeds).filter(([, { type }]) => type.startsWith("int")).map(
      ([name, { data, dims: [rows, width] }]) => {
        const numbers = Array.from(data as BigInt64Array | Int32Array, Number);
        if (width === undefined) return [name, numbers];
        const row = (_: unknown, i: number): number[] => numbers.slice(i * width, (i + 1) * width);
        return [name, Array.from({ length: rows! }, row)];
      },
    ),
  );
}

/** Runs the graph's contract on the model above, with the cache followed slot by slot. */
class FakeDevice implements GraphRunner {
  runs = 0;
  /** Runs that were decoded in bundles. */
  bundledRuns = 0;
  /** Runs with more blocks than this fail as a device does. */
  fits = Infinity;

  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    this.runs++;
    const numbers = (name: string): number[] =>
      Array.from(feeds[name]!.data as BigInt64Array | Int32Array, Number);
    if (numbers("blocks")[0]! > this.fits) {
      return Promise.reject(
        new Error("Non-zero status code: BFCArena Failed to allocate memory for requested buffer"),
      );
    }
    const { seen, cache } = simulateCache(
      arraysOf(feeds) as unknown as RunArrays,
      blockSize(config),
    );
    if (feeds.bundled?.data[0]) {
      this.bundledRuns++;
      const bundles = arraysOf(feeds) as unknown as BundleArrays;
      const shape = bundleShape(config, 1024)!;
      const steps = numbers("decode_steps")[0]!;
      const atLast = simulateBundles(bundles, cache, { shape, steps, leaves: () => false });
      for (const [row, tokens] of seen.entries()) {
        assert.deepEqual(atLast[row]!.slice(0, -steps), tokens);
      }
    }
    const first = seen.map(nextToken);
    const ends = new Set(numbers("end_ids"));
    const rows = seen.map((tokens, i) => {
      const made = [first[i]!];
      while (made.length <= numbers("decode_steps")[0]!) {
        const done = made.at(-1) === -1 || ends.has(made.at(-1)!);
        const token = done ? -1 : nextToken([...tokens, ...made]);
        made.push(ends.has(token) ? -1 : token);
      }
      return made;
    });
    const steps = numbers("decode_steps")[0]!;
    const next = Array.from({ length: steps }, (_, k) => rows.map((made) => made[k + 1]!)).flat();
    const choices = numbers("choice_ids");
    const scores = seen.flatMap((tokens) => choices.map((id) => -nextToken([...tokens, id]) / 10));
    const integers = (values: number[], dims: number[]): Tensor =>
      new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
    return Promise.resolve({
      first_tokens: integers(first, [seen.length]),
      next_tokens: integers(next, [steps, seen.length]),
      choice_log_probs: new Tensor("float32", Float32Array.from(scores), [
        seen.length,
        choices.length,
      ]),
    });
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

function open(device: GraphRunner, options: CudaEngineOptions = {}): CudaEngine {
  const fixed = { freeBytes: 10 ** 8, contextLength: 1024 };
  return new CudaEngine(device, checkpoint, { ...fixed, ...options });
}

async function generate(
  engine: CudaEngine,
  ends: { readonly endTokenIds?: readonly number[] } = {},
): Promise<Completion[]> {
  const list: Completion[] = [];
  const options = { maxNewTokens: MAX_NEW_TOKENS, ...ends };
  for await (const completion of engine.generate(prompts, options)) list.push(completion);
  return list.sort((x, y) => x.index - y.index);
}

Deno.test("CudaEngine.generate() answers each prompt as the model does, whatever fits into a run", async () => {
  const bundled = { decoding: "bundled" } as const;
  const limits = [{}, { sequences: 2 }, { sequences: 5, prefillTokens: 100 }];
  for (const options of [...limits, ...limits.map((limit) => ({ ...limit, ...bundled }))]) {
    const device = new FakeDevice();
    await using engine = open(device, options);
    const completions = await generate(engine);
    assert.deepEqual(
      completions.map(({ tokens, finishReason }) => ({ tokens, finishReason })),
      prompts.map(expected),
    );
    assert.deepEqual(completions.map(({ index }) => index), prompts.map((_, i) => i));
    const reasons = new Set(completions.map(({ finishReason }) => finishReason));
    assert.equal(reasons.size, 2, "some end and some do not");
    assert.equal(device.bundledRuns > 0, "decoding" in options);
  }
});

Deno.test("CudaEngine.generate() ends at the ids of the call, and at none where it has none", async () => {
  await using engine = open(new FakeDevice());
  const written = async (endTokenIds: readonly number[]): Promise<(readonly number[])[]> =>
    (await generate(engine, { endTokenIds })).map(({ tokens }) => tokens);
  const whole = await written([]);
  assert.ok(whole.every(({ length }) => length === MAX_NEW_TOKENS));
  const end = whole[0]![1]!;
  const upToEnd = whole.map((tokens) =>
    tokens.includes(end) ? tokens.slice(0, tokens.indexOf(end)) : tokens
  );
  assert.deepEqual(await written([end]), upToEnd);
});

Deno.test("CudaEngine.warmUp() scores and decodes in runs of its own, and answers stay as they are beside it", async () => {
  const device = new FakeDevice();
  await using engine = open(device);
  const warm = engine.warmUp();
  const completions = await generate(engine);
  await warm;
  assert.deepEqual(completions.map(({ tokens }) => tokens), prompts.map((p) => expected(p).tokens));
  assert.equal(device.runs, 3);
});

Deno.test("CudaEngine.generate() halves its plan when memory runs out, and answers everything", async () => {
  const device = new FakeDevice();
  device.fits = 8;
  const halved: number[] = [];
  await using engine = open(device, {
    sequences: 8,
    onPlan: (event) => {
      if (event.kind === "halved") halved.push(event.plan.sequences);
    },
  });
  const completions = await generate(engine);
  assert.deepEqual(completions.map(({ tokens }) => tokens), prompts.map((p) => expected(p).tokens));
  assert.ok(halved.length > 0);
  assert.equal(engine.memoryPlan.sequences, halved.at(-1));
});

Deno.test("CudaEngine names a model whose logits are not finite, whichever token shows it", async () => {
  const integers = (values: number[], dims: number[]): Tensor =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  for (const [first, next, score] of [[-2, -1, -1], [5, -2, -1], [5, 6, NaN], [5, 6, -Infinity]]) {
    const device: GraphRunner = {
      run: (feeds) => {
        const count = feeds.last!.dims[0]!;
        const steps = Number(feeds.decode_steps!.data[0]);
        return Promise.resolve({
          first_tokens: integers(Array(count).fill(first), [count]),
          next_tokens: integers(Array(count * steps).fill(next), [steps, count]),
          choice_log_probs: new Tensor("float32", Float32Array.from(Array(count).fill(score)), [
            count,
            1,
          ]),
        });
      },
      release: () => Promise.resolve(),
    };
    const expected = { name: "UsageError", message: /its logits are not finite numbers/ };
    if (score === -1) await assert.rejects(generate(open(device)), expected);
    else {
      await assert.rejects(async () => {
        for await (const _ of open(device).choiceLogProbs(prompts, [3]));
      }, expected);
    }
  }
});

Deno.test("CudaEngine.generate() hands on errors that are not about memory", async () => {
  const device: GraphRunner = {
    run: () => Promise.reject(new Error("an illegal memory access was encountered")),
    release: () => Promise.resolve(),
  };
  await using engine = open(device);
  await assert.rejects(generate(engine), /illegal memory access/);
});

Deno.test("CudaEngine.choiceLogProbs() gives each prompt its scores and reports progress", async () => {
  await using engine = open(new FakeDevice(), { prefillTokens: 50 });
  const progress: number[] = [];
  const choices = [3, 9];
  const onProgress = (done: number, total: number): void => {
    assert.equal(total, prompts.length);
    progress.push(done);
  };
  let count = 0;
  for await (const scores of engine.choiceLogProbs(prompts, choices, { onProgress })) {
    const { prefix, suffix } = prompts[scores.index]!;
    const wanted = choices.map((id) => -nextToken([...prefix, ...suffix, id]) / 10);
    assert.ok(scores.logProbs.every((value, i) => Math.abs(value - wanted[i]!) < 1e-6));
    count++;
  }
  assert.equal(count, prompts.length);
  assert.equal(progress.at(-1), prompts.length);
});

Deno.test("CudaEngine refuses a prompt that is too long, and an adapter that the session was not opened for", async () => {
  await using engine = open(new FakeDevice(), { contextLength: 300 });
  await assert.rejects(
    generate(engine),
    /Cannot ask question 1: its prompt has 301 tokens, and 294 fit/,
  );
  const adapter: Adapter = {
    dir: "lora",
    hash: "lora",
    terms: [],
    modules: ["self_attn.q_proj"],
    factors: new Map(),
  };
  const scores = engine.choiceLogProbs(prompts.slice(3), [1], { variant: { adapter } });
  await assert.rejects(scores.next(), /opened without self_attn.q_proj/);
});

Deno.test("CudaEngine.generate() stops between runs when told to", async () => {
  const device = new FakeDevice();
  await using engine = open(device, { sequences: 2 });
  const controller = new AbortController();
  const options = { maxNewTokens: 2, signal: controller.signal };
  await assert.rejects(async () => {
    for await (const _ of engine.generate(prompts, options)) controller.abort();
  }, { name: "AbortError" });
  assert.equal(device.runs, 2, "the next was asked for before the first one's answers were given");
});
