import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { cutAnswer, type Misbehaviour, MODEL, withFakeServer } from "../testing/fake_server.ts";
import {
  ServerClient,
  type ServerClientOptions,
  ServerRefusal,
  ServerUnreachable,
} from "./server_client.ts";

const FAST: ServerClientOptions = { retryDelayMs: 1, apiKey: undefined };
const onListen = (): void => {};
const BODY = { model: MODEL, prompt: [1, 2, 3], max_tokens: 2 };

/** Sends one completion request to a server that misbehaves; how often it was asked. */
async function ask(
  misbehave: Misbehaviour,
  options: ServerClientOptions,
  look: (answer: Promise<unknown>, asked: () => number) => Promise<void>,
): Promise<void> {
  await withFakeServer({ misbehave }, async ({ url, asked }) => {
    const client = new ServerClient(url, { ...FAST, ...options });
    await look(client.request("/v1/completions", BODY), () => asked.length);
  });
}

function choices(answer: unknown): number {
  return (answer as { choices: unknown[] }).choices.length;
}

for (const status of [408, 429, 500, 502, 503]) {
  Deno.test(`ServerClient sends a request again after a ${status}`, () =>
    ask(
      ({ count }) => count < 3 ? new Response("not now", { status }) : undefined,
      {},
      async (answer, asked) => {
        assert.equal(choices(await answer), 1);
        assert.equal(asked(), 3);
      },
    ));
}

Deno.test("ServerClient sends a request again when the connection is cut within the body", () =>
  ask(({ count }) => count < 3 ? cutAnswer() : undefined, {}, async (answer, asked) => {
    assert.equal(choices(await answer), 1);
    assert.equal(asked(), 3);
  }));

Deno.test("ServerClient sends a request again when a proxy ends the body too early", () => {
  const headers = { "content-type": "application/json" };
  return ask(
    ({ count }) => count < 3 ? new Response('{"choices": [', { headers }) : undefined,
    {},
    async (answer, asked) => {
      assert.equal(choices(await answer), 1);
      assert.equal(asked(), 3);
    },
  );
});

Deno.test("ServerClient sends a request again when the answer takes too long", () => {
  const { promise: never, resolve } = Promise.withResolvers<undefined>();
  return ask(
    ({ count }) => count === 1 ? never as Promise<Response> & Promise<undefined> : undefined,
    { timeoutMs: 50 },
    async (answer, asked) => {
      assert.equal(choices(await answer), 1);
      assert.equal(asked(), 2);
      resolve(undefined);
    },
  );
});

Deno.test("ServerClient waits as long as Retry-After asks for", async () => {
  const start = performance.now();
  const headers = { "retry-after": "1" };
  await ask(
    ({ count }) => count === 1 ? new Response(null, { status: 429, headers }) : undefined,
    {},
    async (answer) => assert.equal(choices(await answer), 1),
  );
  const elapsed = performance.now() - start;
  assert.ok(elapsed >= 1000 && elapsed < 3000, `waited ${elapsed} ms`);
});

Deno.test("ServerClient waits a random part of a bound that doubles", async () => {
  const draws: number[] = [];
  const random = (): number => {
    draws.push(performance.now());
    return 0.5;
  };
  await ask(
    ({ count }) => count < 4 ? new Response(null, { status: 500 }) : undefined,
    { retryDelayMs: 80, random },
    async (answer) => assert.equal(choices(await answer), 1),
  );
  assert.equal(draws.length, 3);
  // half of 80 ms lies between the first two draws, half of 160 ms between the next
  assert.ok(draws[1]! - draws[0]! >= 39, String(draws));
  assert.ok(draws[2]! - draws[1]! >= 79, String(draws));
});

Deno.test("ServerClient gives up after so many tries and says why", () =>
  ask(
    () => Response.json({ error: { message: "engine\n died" } }, { status: 500 }),
    { attempts: 3 },
    async (answer, asked) => {
      await assert.rejects(answer, (error: Error) => {
        assert.match(error.message, /in 3 tries: it answered 500: engine died: is it running/);
        assert.ok(error instanceof ServerUnreachable && error instanceof UsageError);
        return true;
      });
      assert.equal(asked(), 3);
    },
  ));

Deno.test("ServerClient does not repeat a request that was refused, and hands on the reason", () =>
  ask(
    () => Response.json({ error: { message: "Token id 9 is out of vocabulary" } }, { status: 400 }),
    {},
    async (answer, asked) => {
      await assert.rejects(answer, (error: unknown) => {
        assert.ok(error instanceof ServerRefusal && error instanceof UsageError);
        assert.equal(error.status, 400);
        assert.equal(error.reason, "Token id 9 is out of vocabulary");
        return true;
      });
      assert.equal(asked(), 1);
    },
  ));

Deno.test("ServerClient tells what to do when the server wants a key", () =>
  ask(() => Response.json({ error: "Unauthorized" }, { status: 401 }), {}, async (answer) => {
    await assert.rejects(answer, { message: /Unauthorized: set VLLM_API_KEY/ });
  }));

Deno.test("ServerClient sends the key as a bearer token and takes an address without /v1", async () => {
  const seen: (string | null)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => {
    seen.push(request.headers.get("authorization"), new URL(request.url).pathname);
    return Response.json({});
  });
  for (const path of ["", "/", "/v1", "/v1/"]) {
    const client = new ServerClient(`http://127.0.0.1:${server.addr.port}${path}`, { apiKey: "k" });
    await client.request("/v1/models");
  }
  assert.deepEqual(seen, Array(4).fill(["Bearer k", "/v1/models"]).flat());
});

Deno.test("ServerClient stops waiting for an answer, and between tries, when aborted", async () => {
  const { promise: never, resolve } = Promise.withResolvers<undefined>();
  for (const misbehave of [() => never, () => new Response(null, { status: 500 })]) {
    await withFakeServer({ misbehave: misbehave as Misbehaviour }, async ({ url, asked }) => {
      const client = new ServerClient(url, { ...FAST, retryDelayMs: 60_000, random: () => 1 });
      const abort = new AbortController();
      const answer = client.request("/v1/completions", BODY, { signal: abort.signal });
      setTimeout(() => abort.abort(new Error("enough")), 50);
      await assert.rejects(answer, { message: "enough" });
      assert.equal(asked.length, 1);
      resolve(undefined);
    });
  }
});

Deno.test("ServerClient tells of overload on 429 and 503 only", async () => {
  for (const [status, expected] of [[429, 2], [503, 2], [500, 0]] as const) {
    const misbehave: Misbehaviour = ({ count }) =>
      count < 3 ? new Response(null, { status }) : undefined;
    await withFakeServer({ misbehave }, async ({ url }) => {
      let told = 0;
      const onOverload = (): number => told++;
      await new ServerClient(url, FAST).request("/v1/completions", BODY, { onOverload });
      assert.equal(told, expected);
    });
  }
});

Deno.test("ServerClient refuses what is no address", () => {
  for (const url of ["localhost:8000", "ftp://host", "http://", "http://a b"]) {
    assert.throws(() => new ServerClient(url), UsageError, url);
  }
});
