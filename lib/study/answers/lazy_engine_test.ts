import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import { LazyEngine } from "./lazy_engine.ts";

/** An engine that tells what is done with it. */
function toldEngine(told: string[], warmUp?: () => Promise<void>): Engine {
  return {
    async *generate(prompts): ReturnType<Engine["generate"]> {
      told.push(`${prompts.length} prompts`);
      yield { index: 0, tokens: [], finishReason: "stop" };
    },
    choiceLogProbs: () => fromNothing(),
    textLogProbs: () => fromNothing(),
    ...(warmUp ? { warmUp } : {}),
    [Symbol.asyncDispose](): Promise<void> {
      told.push("closed");
      return Promise.resolve();
    },
  };
}

function fromNothing(): never {
  throw new Error("not asked here");
}

const PROMPT = { prefix: [], suffix: [1] };
const OPTIONS = { maxNewTokens: 1 };

Deno.test("LazyEngine.begin() opens once, and warms up only where nothing is asked yet", async () => {
  for (const asksFirst of [true, false]) {
    const told: string[] = [];
    const opening = Promise.withResolvers<void>();
    {
      await using engine = new LazyEngine(async () => {
        told.push("opens");
        await opening.promise;
        return toldEngine(told, () => Promise.resolve(void told.push("warm")));
      });
      engine.begin();
      const asked = asksFirst ? Array.fromAsync(engine.generate([PROMPT], OPTIONS)) : undefined;
      opening.resolve();
      await asked;
      await new Promise((resolve) => setTimeout(resolve));
      if (!asksFirst) await Array.fromAsync(engine.generate([PROMPT], OPTIONS));
    }
    assert.deepEqual(told, [
      "opens",
      ...(asksFirst ? [] : ["warm"]),
      "1 prompts",
      "closed",
    ]);
  }
});

Deno.test("LazyEngine says nothing of a warm-up that fails, and opens nothing for no prompts", async () => {
  const told: string[] = [];
  {
    await using engine = new LazyEngine(() =>
      Promise.resolve(toldEngine(told, () => Promise.reject(new Error("cold"))))
    );
    assert.deepEqual(await Array.fromAsync(engine.generate([], OPTIONS)), []);
    engine.begin();
    await new Promise((resolve) => setTimeout(resolve));
    await Array.fromAsync(engine.generate([PROMPT], OPTIONS));
  }
  assert.deepEqual(told, ["1 prompts", "closed"]);
});

Deno.test("LazyEngine tells whoever asks why it cannot be opened, not whoever began", async () => {
  await using engine = new LazyEngine(() => Promise.reject(new Error("no such model")));
  engine.begin();
  await new Promise((resolve) => setTimeout(resolve));
  await assert.rejects(Array.fromAsync(engine.generate([PROMPT], OPTIONS)), {
    message: "no such model",
  });
});
