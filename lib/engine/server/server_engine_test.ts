import assert from "node:assert/strict";
import type { Adapter } from "../checkpoint/adapter.ts";
import type { Completion, Prompt } from "../engine.ts";
import {
  cutAnswer,
  END_TOKEN,
  fakeCompletion,
  fakeLogProbs,
  MODEL,
  promptOf,
  withFakeServer,
} from "../testing/fake_server.ts";
import {
  assertScores,
  byIndex,
  CHOICES,
  expectedCompletion,
  MAX_NEW,
  MODEL_OPTIONS,
  PROMPTS,
  withEngine,
} from "../testing/server_engine.ts";
import { openServerEngine } from "./server_engine.ts";

Deno.test("ServerEngine.generate() gives every prompt's tokens once, without the end token", () =>
  withEngine({}, async (engine, { asked, mostInFlight }) => {
    const before = asked.length;
    const progress: number[] = [];
    const completions = await Array.fromAsync(engine.generate(PROMPTS, {
      maxNewTokens: MAX_NEW,
      onProgress(done, total): void {
        progress.push(done);
        assert.equal(total, PROMPTS.length);
      },
    }));
    assert.deepEqual(byIndex(completions), PROMPTS.map((_, i) => expectedCompletion(i)));
    assert.deepEqual(
      new Set(completions.map(({ finishReason }) => finishReason)),
      new Set(["stop", "length"]),
    );
    assert.equal(asked.length - before, PROMPTS.length);
    assert.ok(mostInFlight() <= 8, `${mostInFlight()} in flight`);
    assert.equal(progress.at(-1), PROMPTS.length);
    assert.ok(progress.every((done, i) => i === 0 || done > progress[i - 1]!));
  }, { concurrency: 8 }));

Deno.test("ServerEngine asks prompts of one prefix in a row, so that the server's cache has it", () =>
  withEngine({}, async (engine, { asked }) => {
    const before = asked.length;
    await Array.fromAsync(engine.generate(PROMPTS, { maxNewTokens: MAX_NEW }));
    const digits = asked.slice(before).map(({ prompt }) => (prompt as number[])[7]);
    assert.equal(digits.filter((byte, i) => i > 0 && byte !== digits[i - 1]).length, 2);
  }, { concurrency: 1 }));

Deno.test("ServerEngine asks for greedy decoding whatever the server's defaults are", () =>
  withEngine({}, async (engine, { asked }) => {
    await Array.fromAsync(engine.generate(PROMPTS.slice(0, 1), { maxNewTokens: MAX_NEW }));
    const { model, prompt: _, ...rest } = asked.at(-1)!;
    assert.equal(model, MODEL);
    assert.deepEqual(rest, {
      temperature: 0,
      top_p: 1,
      top_k: 0,
      min_p: 0,
      repetition_penalty: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      n: 1,
      stream: false,
      max_tokens: MAX_NEW,
      ignore_eos: true,
      stop_token_ids: [END_TOKEN],
      return_token_ids: true,
      return_tokens_as_token_ids: true,
    });
  }));

Deno.test("ServerEngine ends completions at the ids of the call in place of the checkpoint's", () =>
  withEngine({}, async (engine, { asked }) => {
    const options = { maxNewTokens: MAX_NEW, endTokenIds: [END_TOKEN, 7] };
    await Array.fromAsync(engine.generate(PROMPTS.slice(0, 1), options));
    assert.deepEqual(asked.at(-1)!.stop_token_ids, [END_TOKEN, 7]);
  }));

Deno.test("ServerEngine loses nothing and takes nothing twice on a server that fails half the time", async () => {
  let failures = 0;
  // a fixed sequence of faults in place of chance: every run of this test is the same
  const faults: readonly (() => Response | Promise<Response>)[] = [
    () => new Response("busy", { status: 429, headers: { "retry-after": "0" } }),
    cutAnswer,
    () => new Response("oops", { status: 500 }),
    () => new Promise((resolve) => setTimeout(() => resolve(new Response("late")), 150)),
    () => new Response("starting", { status: 503 }),
  ];
  await withEngine({
    misbehave: ({ path, count }) =>
      path === "/v1/completions" && count > 8 && count % 2 === 0
        ? faults[failures++ % faults.length]!()
        : undefined,
  }, async (engine) => {
    const completions = await Array.fromAsync(
      engine.generate(PROMPTS, { maxNewTokens: MAX_NEW }),
    );
    assert.deepEqual(byIndex(completions), PROMPTS.map((_, i) => expectedCompletion(i)));
    assertScores(await Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES)));
    assert.ok(failures >= 40, `${failures} faults`);
  }, { concurrency: 8, timeoutMs: 100, attempts: 20 });
});

Deno.test("ServerEngine.choiceLogProbs() asks for the tokens by id where the server knows how", () =>
  withEngine({}, async (engine, { asked }) => {
    assert.equal(engine.facts.scoring, "logprob_token_ids");
    const before = asked.length;
    assertScores(await Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES)));
    assert.equal(asked.length - before, PROMPTS.length);
  }));

Deno.test("ServerEngine.choiceLogProbs() forces each token where the server knows no other way", () =>
  withEngine({ ignores: ["logprob_token_ids"] }, async (engine, { asked }) => {
    assert.equal(engine.facts.scoring, "allowed_token_ids");
    const before = asked.length;
    assertScores(await Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES)));
    const forced = asked.slice(before).filter(({ allowed_token_ids: allowed }) => allowed);
    const unlikely = PROMPTS.map((prompt) => CHOICES.filter((id) => !isGiven(id, prompt)));
    assert(
      unlikely.some(({ length }) => length === CHOICES.length),
      "none of its choices is likely",
    );
    assert(unlikely.some(({ length }) => length < CHOICES.length), "one of its choices is likely");
    assert.equal(forced.length, unlikely.flat().length);
    assert.equal(asked.length - before, PROMPTS.length + forced.length);
  }));

/** Whether a token is among the 20 likeliest of the fake model, or the one that it gives. */
function isGiven(id: number, { prefix, suffix }: Prompt): boolean {
  const prompt = [...prefix, ...suffix];
  const logProbs = fakeLogProbs(prompt);
  return logProbs.filter((logProb) => logProb > logProbs[id]!).length < 20 ||
    fakeCompletion(prompt, 1).tokens[0] === id;
}

for (const status of [400, 422, 500]) {
  Deno.test(`ServerEngine.choiceLogProbs() asks for fewer likeliest tokens where the server answers ${status} to more`, () =>
    withEngine({
      ignores: ["logprob_token_ids"],
      misbehave: ({ body: { logprobs } }) =>
        Number(logprobs) > 5
          ? Response.json({ error: { message: "at most 5 logprobs" } }, { status })
          : undefined,
    }, async (engine, { asked }) => {
      const before = asked.length;
      assertScores(await Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES)));
      assert.deepEqual(
        new Set(asked.slice(before).map(({ logprobs }) => logprobs)),
        new Set([5, 1]),
      );
    }));
}

Deno.test("ServerEngine.choiceLogProbs() refuses likeliest tokens that are together more than certain, and a letter of no probability", async () => {
  /** Answers whose first tokens are changed once it is open. */
  const ask = (change: (step: Map<string, number>) => void): Promise<void> => {
    let isOpen = false;
    return withEngine({
      ignores: ["logprob_token_ids"],
      alter: (answer) => {
        if (!isOpen) return answer;
        const [choice] = answer.choices;
        const { top_logprobs: [step] } = choice!.logprobs as {
          readonly top_logprobs: readonly [Readonly<Record<string, number>>];
        };
        const changed = new Map(Object.entries(step));
        change(changed);
        return {
          choices: [{ ...choice, logprobs: { top_logprobs: [Object.fromEntries(changed)] } }],
        };
      },
    }, async (engine) => {
      isOpen = true;
      await Array.fromAsync(engine.choiceLogProbs(PROMPTS.slice(0, 1), CHOICES));
    });
  };
  await assert.rejects(
    ask((step) => {
      const other = [...step.keys()].find((key) => !CHOICES.some((id) => key === `token_id:${id}`));
      step.set(other!, 0.5);
    }),
    { name: "UsageError", message: /the probabilities add up to [1-9]/ },
  );
  await assert.rejects(
    ask((step) => step.forEach((_, key) => step.set(key, -9999))),
    { name: "UsageError", message: /allowed_token_ids lacks some of the asked tokens/ },
  );
});

Deno.test("ServerEngine.choiceLogProbs() takes 16-bit noise between requests, and no more", async () => {
  /** Answers whose forced tokens are likelier than they are, by so many nats, once it is open. */
  const ask = (nats: number): Promise<void> => {
    let isOpen = false;
    // all 260 tokens are asked for, so that they add up to 1
    const all = Array.from({ length: 260 }, (_, id) => id);
    return withEngine({
      ignores: ["logprob_token_ids"],
      alter: (answer, { allowed_token_ids: allowed }) => {
        if (!isOpen || allowed === undefined) return answer;
        const [choice] = answer.choices;
        const { top_logprobs: [step] } = choice!.logprobs as {
          readonly top_logprobs: readonly [Readonly<Record<string, number>>];
        };
        const shifted = Object.entries(step).map(([id, value]) => [id, value + nats]);
        const logprobs = { top_logprobs: [Object.fromEntries(shifted)] };
        return { choices: [{ ...choice, logprobs }] };
      },
    }, async (engine) => {
      isOpen = true;
      await Array.fromAsync(engine.choiceLogProbs(PROMPTS.slice(0, 1), all));
    });
  };
  await ask(0.1);
  await assert.rejects(ask(1), {
    name: "UsageError",
    message: /allowed_token_ids is no log-probability: the probabilities add up to [12]\.\d{3}$/,
  });
});

Deno.test("ServerEngine.textLogProbs() takes each token's log-probability from the prompt's", () =>
  withEngine({}, async (engine, { asked }) => {
    const texts = PROMPTS.map(({ prefix, suffix }) => [...prefix, ...suffix]);
    const scores = await Array.fromAsync(engine.textLogProbs(texts));
    assert.equal(scores.length, texts.length);
    for (const { index, logProbs } of scores) {
      const text = texts[index]!;
      const expected = text.slice(1).map((id, i) => fakeLogProbs(text.slice(0, i + 1))[id]!);
      assert.ok(logProbs.every((value, i) => Math.abs(value - expected[i]!) < 1e-9));
    }
    assert.equal(asked.at(-1)!.prompt_logprobs, 0);
  }));

Deno.test("ServerEngine.textLogProbs() refuses answers that lack a token or are no log-probabilities", async () => {
  for (const change of [undefined, [null], [null, {}], "positive"] as const) {
    await withEngine({
      alter: (answer, body) => {
        if (body.prompt_logprobs === undefined) return answer;
        const [choice] = answer.choices;
        const given = choice!.prompt_logprobs as (Record<string, { logprob: number }> | null)[];
        const positive = given.map((step) =>
          step && Object.fromEntries(Object.keys(step).map((id) => [id, { logprob: 0.5 }]))
        );
        const altered = change === "positive" ? positive : change;
        return { choices: [{ ...choice, prompt_logprobs: altered }] };
      },
    }, async (engine) => {
      await assert.rejects(Array.fromAsync(engine.textLogProbs([[1, 2, 3]])), {
        name: "UsageError",
        message: /lacks the log-probabilities of the prompt|for token 2 of a text/,
      });
    });
  }
});

Deno.test("ServerEngine.choiceLogProbs() is right on processed log-probabilities by id too", () =>
  withEngine({ logprobsMode: "processed_logprobs" }, async (engine) => {
    assert.equal(engine.facts.scoring, "logprob_token_ids");
    assertScores(await Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES)));
  }));

Deno.test("ServerEngine refuses answers that are not one whole completion", async () => {
  const cases: readonly [Record<string, unknown>, RegExp][] = [
    [{ token_ids: undefined }, /has no token ids/],
    [{ token_ids: [1, "2"] }, /has no token ids/],
    [{ finish_reason: "abort" }, /finish_reason "abort"/],
    [{ token_ids: Array(MAX_NEW + 1).fill(3) }, /7 tokens where 6 were allowed/],
    [{ token_ids: [3, END_TOKEN, 4, 5, 6, 7], finish_reason: "length" }, /ended it by "length"/],
    [{ token_ids: [3, 4], finish_reason: "length" }, /ended it by "length" after 2 of 6 tokens/],
    [{ token_ids: [3, 4], finish_reason: "stop" }, /ended it by "stop" after 2 of 6 tokens/],
    [{ prompt_token_ids: [1, 2] }, /to another prompt, of 2 token ids/],
  ];
  for (const [change, message] of cases) {
    await withEngine({
      alter: ({ choices: [choice] }, { max_tokens }) => ({
        choices: [{ ...choice, ...(max_tokens === MAX_NEW ? change : {}) }],
      }),
    }, async (engine) => {
      const completions = engine.generate(PROMPTS, { maxNewTokens: MAX_NEW });
      await assert.rejects(Array.fromAsync(completions), { message });
    });
  }
});

Deno.test("ServerEngine refuses several answers to one prompt", () =>
  withEngine({
    alter: ({ choices }, { max_tokens }) => ({
      choices: max_tokens === MAX_NEW ? [...choices, ...choices] : choices,
    }),
  }, async (engine) => {
    const completions = engine.generate(PROMPTS, { maxNewTokens: MAX_NEW });
    await assert.rejects(Array.fromAsync(completions), { message: /2 choices in place of one/ });
  }));

Deno.test("ServerEngine refuses prompts that are too long before it asks any", () =>
  withEngine({}, async (engine, { asked }) => {
    const before = asked.length;
    const long = promptOf("x".repeat(500), "y".repeat(7));
    await assert.rejects(
      Array.fromAsync(engine.generate([...PROMPTS, long], { maxNewTokens: MAX_NEW })),
      { name: "UsageError", message: /prompt 40 .* 507 tokens and 6 are to follow.*512/ },
    );
    assert.equal(asked.length, before);
  }));

Deno.test("ServerEngine stores what was answered before an abort, and asks no more after it", () =>
  withEngine({}, async (engine, { asked }) => {
    const abort = new AbortController();
    const completions: Completion[] = [];
    await assert.rejects(async () => {
      const options = { maxNewTokens: MAX_NEW, signal: abort.signal };
      for await (const completion of engine.generate(PROMPTS, options)) {
        completions.push(completion);
        if (completions.length === 5) abort.abort(new Error("enough"));
      }
    }, { message: "enough" });
    assert.ok(completions.length >= 5 && completions.length < PROMPTS.length);
    for (const completion of completions) {
      assert.deepEqual(completion, expectedCompletion(completion.index));
    }
    await new Promise((resolve) => setTimeout(resolve, 30)); // for one that was on its way
    assert.ok(asked.length < PROMPTS.length, `${asked.length} were asked`);
  }, { concurrency: 2 }));

Deno.test("ServerEngine loads an adapter under a name with its hash, scaled copies too, and unloads them", async () => {
  const adapter = await writeAdapter();
  await withFakeServer({ loadsAdapters: true }, async ({ url, adapters, paths }) => {
    await using engine = await openServerEngine({ ...MODEL_OPTIONS, url });
    const ask = async (variant: { adapter?: Adapter; scale?: number }): Promise<Completion[]> =>
      byIndex(await Array.fromAsync(engine.generate(PROMPTS, { maxNewTokens: MAX_NEW, variant })));
    const first = await ask({ adapter });
    const [name] = [...adapters.keys()] as [string];
    assert.match(name, /^qv-2e-4-[0-9a-f]{8}$/);
    assert.equal(adapters.get(name), adapter.dir);
    assert.deepEqual(first, PROMPTS.map((_, i) => expectedCompletion(i, name)));
    assertScores(
      await Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES, { variant: { adapter } })),
      name,
    );
    assert.deepEqual(
      await ask({ adapter, scale: 0 }),
      PROMPTS.map((_, i) => expectedCompletion(i)),
    );
    await ask({ adapter, scale: 0.25 });
    const scaled = [...adapters.keys()][1]!;
    assert.match(scaled, /^qv-2e-4-[0-9a-f]{8}-x0\.25$/);
    const config = await Deno.readTextFile(`${adapters.get(scaled)}/adapter_config.json`);
    assert.equal(JSON.parse(config).lora_alpha, 8);
    await Deno.remove(adapters.get(scaled)!, { recursive: true });
    assert.equal(paths.filter((path) => path === "/v1/load_lora_adapter").length, 2);
    await engine[Symbol.asyncDispose]();
    assert.equal(adapters.size, 0);
  });
  await Deno.remove(adapter.dir.replace(/\/[^/]+$/, ""), { recursive: true });
});

Deno.test("ServerEngine takes an adapter's name from the config, and tells how to serve a missing one", async () => {
  const adapter = await writeAdapter();
  const variant = { adapter };
  const models = [{ id: MODEL, root: MODEL }, { id: "by-hand", root: "/a", parent: MODEL }];
  await withEngine({ models }, async (engine) => {
    const options = { maxNewTokens: MAX_NEW, variant };
    const completions = await Array.fromAsync(engine.generate(PROMPTS, options));
    assert.deepEqual(byIndex(completions), PROMPTS.map((_, i) => expectedCompletion(i, "by-hand")));
  }, { servedAdapters: { "qv-2e-4": "by-hand" } });
  await withEngine({ models }, async (engine) => {
    await assert.rejects(Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES, { variant })), {
      name: "UsageError",
      message: /--enable-lora --lora-modules qv-2e-4-[0-9a-f]{8}=\/.*VLLM_ALLOW_RUNTIME_LORA/,
    });
  });
  await withEngine({ models }, async (engine) => {
    await assert.rejects(Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES, { variant })), {
      name: "UsageError",
      message: /does not serve "gone"/,
    });
  }, { servedAdapters: { "qv-2e-4": "gone" } });
  await withEngine({
    misbehave: ({ path }) =>
      path === "/v1/load_lora_adapter"
        ? Response.json({ error: { message: "rank 32 is greater than 16" } }, { status: 500 })
        : undefined,
  }, async (engine) => {
    await assert.rejects(Array.fromAsync(engine.choiceLogProbs(PROMPTS, CHOICES, { variant })), {
      name: "UsageError",
      message: /Cannot use the adapter .* rank 32 is greater than 16/,
    });
  });
  await Deno.remove(adapter.dir.replace(/\/[^/]+$/, ""), { recursive: true });
});

/** A folder with the two files of an adapter; their content is the server's affair. */
async function writeAdapter(): Promise<Adapter> {
  const dir = `${await Deno.makeTempDir({ prefix: "adapter_" })}/qv-2e-4`;
  await Deno.mkdir(dir);
  await Deno.writeTextFile(`${dir}/adapter_config.json`, '{"r": 16, "lora_alpha": 32}');
  // bytes of its own, so that two runs of the tests do not share a scaled copy
  await Deno.writeTextFile(`${dir}/adapter_model.safetensors`, crypto.randomUUID());
  return { dir } as Adapter;
}
