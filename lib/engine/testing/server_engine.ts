import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import type { DecoderConfig } from "../checkpoint/decoder_config.ts";
import type { ChoiceScores, Completion, Prompt } from "../engine.ts";
import {
  BYTE_TOKENIZER,
  END_TOKEN,
  fakeCompletion,
  fakeLogProbs,
  type FakeServerOptions,
  MODEL,
  promptOf,
  VOCAB_SIZE,
  withFakeServer,
} from "./fake_server.ts";
import {
  openServerEngine,
  type ServerEngine,
  type ServerEngineOptions,
} from "../server/server_engine.ts";

const CONFIG = { vocabSize: VOCAB_SIZE, endTokenIds: [END_TOKEN] } as unknown as DecoderConfig;
/** What every engine over the fake server is opened with. */
export const MODEL_OPTIONS = {
  modelId: MODEL,
  checkpoint: { dir: "/models/fake-model-1a2b3c4", config: CONFIG },
  tokenizer: BYTE_TOKENIZER,
  retryDelayMs: 1,
};
/** Forty prompts over three prefixes, in no order of prefix. */
export const PROMPTS: readonly Prompt[] = Array.from(
  { length: 40 },
  (_, i): Prompt => promptOf(`schema ${i % 3}: `, `question ${i * i}`),
);
/** Ids of A to D. */
export const CHOICES = [65, 66, 67, 68];
/** Most tokens of a completion. */
export const MAX_NEW = 6;

/** Runs a test with an engine over a fake server. */
export async function withEngine(
  serverOptions: FakeServerOptions,
  test: (engine: ServerEngine, server: Parameters<Parameters<typeof withFakeServer>[1]>[0]) =>
    | Promise<void>
    | void,
  options: Partial<ServerEngineOptions> = {},
): Promise<void> {
  await withFakeServer(serverOptions, async (server) => {
    await using engine = await openServerEngine({ ...MODEL_OPTIONS, url: server.url, ...options });
    await test(engine, server);
  });
}

/** Checks that a server is refused in one line when it is opened. */
export function rejectsToOpen(
  serverOptions: FakeServerOptions,
  message: RegExp,
  options: Partial<ServerEngineOptions> = {},
): Promise<void> {
  const opening = withEngine(serverOptions, () => assert.fail("it opened"), options);
  return assert.rejects(opening, (error: Error) => {
    assert.ok(error instanceof UsageError, `${error.stack}`);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

/** What the fake server completes a prompt of {@linkcode PROMPTS} with. */
export function expectedCompletion(index: number, model?: string): Completion {
  const { prefix, suffix } = PROMPTS[index]!;
  const { tokens, finishReason } = fakeCompletion([...prefix, ...suffix], MAX_NEW, model);
  return { index, tokens: tokens.filter((id) => id !== END_TOKEN), finishReason };
}

/** Results in the order of their prompts. */
export function byIndex<T extends { readonly index: number }>(results: readonly T[]): T[] {
  return results.toSorted((x, y) => x.index - y.index);
}

/** Checks the scores of all of {@linkcode PROMPTS}. */
export function assertScores(scores: readonly ChoiceScores[], model?: string): void {
  assert.deepEqual(byIndex(scores).map(({ index }) => index), PROMPTS.map((_, i) => i));
  for (const { index, logProbs } of scores) {
    const { prefix, suffix } = PROMPTS[index]!;
    const all = fakeLogProbs([...prefix, ...suffix], model);
    CHOICES.forEach((id, i) => assert.ok(Math.abs(logProbs[i]! - all[id]!) < 1e-9));
  }
}
