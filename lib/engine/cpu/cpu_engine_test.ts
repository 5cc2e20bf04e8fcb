import assert from "node:assert/strict";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { engineAnswers, largestDifference, randomTokens } from "../testing/reference.ts";
import { type CpuEngine, openCpuEngine } from "./cpu_engine.ts";
import { TINY_CONFIG, tinyTensors, withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";
import type { Prompt } from "../engine.ts";

const VOCABULARY = 16;

/** The tiny model with weights that differ, so that its answers do. */
function withEngines(
  test: (open: (batchSize: number) => Promise<CpuEngine>, dir: string) => Promise<void>,
): Promise<void> {
  const tensors = tinyTensors().map((tensor, seed) => ({
    ...tensor,
    values: () =>
      Float32Array.from(
        randomTokens(tensor.values().length, seed, 1003),
        (value) => (value - 503) / 300,
      ),
  }));
  return withTinyCheckpoint(async (dir) => {
    const checkpoint = await openCheckpoint(dir);
    await test((batchSize) => openCpuEngine(checkpoint, { batchSize }), dir);
  }, { tensors, config: { ...TINY_CONFIG, eos_token_id: [2, 5] } });
}

function testPrompts(): Prompt[] {
  const trunk = randomTokens(9, 1, VOCABULARY);
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({
    prefix: [...trunk, ...randomTokens(i >> 1, i >> 1, VOCABULARY)],
    suffix: randomTokens(1 + i % 3, i + 10, VOCABULARY),
  }));
}

const RUN = { prompts: testPrompts(), maxNewTokens: 20, choices: [3, 7] };

Deno.test("CpuEngine answers alike in batches of any size and wherever prompts are cut", () =>
  withEngines(async (open) => {
    await using single = await open(1);
    const expected = await engineAnswers(single, RUN);
    assert(new Set(expected.tokens.map((tokens) => tokens.length)).size > 2);
    const uncut = RUN.prompts.map(({ prefix, suffix }) => ({
      prefix: [],
      suffix: [...prefix, ...suffix],
    }));
    for (const batchSize of [3, 64]) {
      await using engine = await open(batchSize);
      for (const prompts of [RUN.prompts, uncut]) {
        const answers = await engineAnswers(engine, { ...RUN, prompts });
        assert.deepEqual(answers.tokens, expected.tokens);
        assert(largestDifference(answers.logProbs, expected.logProbs) < 1e-4);
      }
    }
  }));

Deno.test("CpuEngine.generate() ends at maxNewTokens wherever that is in a run", () =>
  withEngines(async (open) => {
    await using engine = await open(8);
    const { tokens } = await engineAnswers(engine, RUN);
    for (const maxNewTokens of [1, 2, 8, 9, 10]) {
      const cut = await engineAnswers(engine, { ...RUN, maxNewTokens });
      assert.deepEqual(cut.tokens, tokens.map((row) => row.slice(0, maxNewTokens)));
    }
  }));

Deno.test("CpuEngine.generate() ends at the ids of the call, and at none where it has none", () =>
  withEngines(async (open) => {
    await using engine = await open(8);
    const written = async (endTokenIds?: readonly number[]): Promise<(readonly number[])[]> => {
      const options = { maxNewTokens: 20, ...(endTokenIds ? { endTokenIds } : {}) };
      const all = await Array.fromAsync(engine.generate(RUN.prompts, options));
      return all.sort((a, b) => a.index - b.index).map(({ tokens }) => tokens);
    };
    const whole = await written([]);
    assert(whole.every(({ length }) => length === 20));
    assert.deepEqual(await written(), await written([2, 5]));
    const end = whole[0]![3]!;
    assert.notDeepEqual(await written([end]), whole);
    for (const ids of [[2, 5], [end]]) {
      const upToEnd = whole.map((tokens) => {
        const at = tokens.findIndex((token) => ids.includes(token));
        return at < 0 ? tokens : tokens.slice(0, at);
      });
      assert.deepEqual(await written(ids), upToEnd);
    }
  }));

Deno.test("CpuEngine.generate() reports progress up to the number of prompts", () =>
  withEngines(async (open) => {
    await using engine = await open(2);
    const reports: string[] = [];
    const onProgress = (done: number, total: number): void => void reports.push(`${done}/${total}`);
    const completions = engine.generate(RUN.prompts, { maxNewTokens: 2, onProgress });
    for await (const _ of completions);
    assert.deepEqual(reports, ["2/8", "4/8", "6/8", "8/8"]);
  }));

Deno.test("CpuEngine tells within a batch how far it is, never past the batch's end", () =>
  withEngines(async (open) => {
    await using engine = await open(64);
    const parts: number[] = [];
    let isOver = false;
    const options = {
      onPart(done: number, total: number): void {
        assert.equal(total, 8);
        assert(!isOver);
        parts.push(done);
      },
      onProgress: (): void => void (isOver = true),
    };
    for await (const _ of engine.generate(RUN.prompts, { ...options, maxNewTokens: 20 }));
    assert(parts.length >= 3 && parts.some((done) => done > 0 && done < 8), parts.join());
    assert.deepEqual(parts, parts.toSorted((a, b) => a - b));
    assert(parts.at(-1)! <= 8);
    // more tokens than go through the model at once
    const texts = RUN.prompts.map((_, i) => Array.from({ length: 60 }, (_, at) => (at + i) % 9));
    const prompts = texts.map((suffix) => ({ prefix: [], suffix }));
    for (
      const score of [
        () => engine.choiceLogProbs(prompts, [1, 2], { onPart: options.onPart }),
        () => engine.textLogProbs(texts, { onPart: options.onPart }),
      ]
    ) {
      parts.length = 0;
      isOver = false;
      for await (const _ of score());
      assert.deepEqual(parts, [4]);
    }
  }));

Deno.test("CpuEngine.generate() stops between runs when its signal aborts", () =>
  withEngines(async (open) => {
    await using engine = await open(2);
    const controller = new AbortController();
    const { signal } = controller;
    const generation = engine.generate(RUN.prompts, { maxNewTokens: 2, signal });
    await generation.next();
    controller.abort(new Error("enough"));
    await assert.rejects(async () => {
      for await (const _ of generation);
    }, /enough/);
  }));

Deno.test("openCpuEngine() writes one small graph, and no second time", () =>
  withEngines(async (open, dir) => {
    for (let i = 0; i < 2; i++) await (await open(2))[Symbol.asyncDispose]();
    const graphs = [...Deno.readDirSync(dir)].filter(({ name }) => name.endsWith(".onnx"));
    assert.equal(graphs.length, 1);
    assert(Deno.statSync(`${dir}/${graphs[0]!.name}`).size < 200_000);
  }));
