import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { ServerClient, type ServerClientOptions, ServerRefusal } from "./server_client.ts";

const KEY = "sk-s3cret";
const BODY = { prompt: "a prompt that nobody else may see" };

interface Seen {
  readonly path: string;
  readonly authorization: string | null;
  readonly body: string;
}

/** A server on this machine, and all that it was asked. */
async function withServer(
  answer: (seen: Seen) => Response,
  test: (url: string, seen: readonly Seen[]) => Promise<void>,
): Promise<void> {
  const all: Seen[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const authorization = request.headers.get("authorization");
      all.push({ path: pathname, authorization, body: await request.text() });
      return answer(all.at(-1)!);
    },
  );
  await test(`http://127.0.0.1:${server.addr.port}`, all);
}

function client(url: string, options: ServerClientOptions = {}): ServerClient {
  return new ServerClient(url, { apiKey: KEY, attempts: 2, retryDelayMs: 1, ...options });
}

async function refusal(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(() => assert.fail("it did not fail"), (error: Error) => error);
  assert.ok(error instanceof UsageError, String(error.stack));
  assert.ok(!error.message.includes("\n"));
  assert.doesNotMatch(error.message, /s3cret|pa55word|annabel|k3y/);
  return error;
}

for (const status of [301, 302, 303, 307, 308]) {
  Deno.test(`ServerClient sends neither key nor prompt to another host after a ${status}`, () =>
    withServer(() => Response.json({}), (elsewhere, theirs) =>
      withServer(
        () => new Response(null, { status, headers: { location: `${elsewhere}/v1/x?k=1` } }),
        async (url, ours) => {
          for (const body of [BODY, undefined]) {
            const error = await refusal(client(url).request("/v1/completions", body));
            assert.ok(error instanceof ServerRefusal && error.status === status);
            assert.ok(error.message.includes(`another host, ${elsewhere}: use the address`));
          }
          assert.equal(theirs.length, 0);
          assert.equal(ours.length, 2);
        },
      )));
}

Deno.test("ServerClient follows its own server, with key and prompt", () =>
  withServer(
    ({ path }) =>
      path.startsWith("/new")
        ? Response.json({ done: true })
        : new Response(null, { status: 307, headers: { location: `/new${path}` } }),
    async (url, seen) => {
      assert.deepEqual(await client(url).request("/v1/completions", BODY), { done: true });
      assert.deepEqual(seen[1], {
        path: "/new/v1/completions",
        authorization: `Bearer ${KEY}`,
        body: JSON.stringify(BODY),
      });
    },
  ));

Deno.test("ServerClient refuses a redirect that would lose the prompt, and one in a circle", async () => {
  for (const [status, message] of [[302, /sends requests on to/], [307, /in a circle/]] as const) {
    await withServer(
      () => new Response(null, { status, headers: { location: "/v1/completions?api_key=k3y" } }),
      async (url) => {
        assert.match((await refusal(client(url).request("/v1/x", BODY))).message, message);
      },
    );
  }
});

Deno.test("ServerClient follows elsewhere where it may, without the key, but never with a body", () =>
  withServer(() => Response.json({ list: 1 }), (elsewhere, theirs) =>
    withServer(
      () => new Response(null, { status: 307, headers: { location: elsewhere } }),
      async (url) => {
        const free = client(url, { elsewhere: "follow" });
        assert.deepEqual(await free.request("/api"), { list: 1 });
        assert.equal(theirs[0]!.authorization, null);
        await refusal(free.request("/api", BODY));
        assert.equal(theirs.length, 1);
      },
    )));

Deno.test("ServerClient shows no user name, password or key in any line, nor in its address", async () => {
  const repeats = (status: number) => () =>
    Response.json({ error: { message: `wrong key ${KEY} at http://annabel:pa55word@h/` } }, {
      status,
    });
  for (const status of [400, 401, 500]) {
    await withServer(repeats(status), async (url, seen) => {
      const own = client(url.replace("//", "//annabel:pa55word@"));
      const { message } = await refusal(own.request("/v1/models"));
      assert.ok(message.includes("wrong key ... at http://h/"), message);
      assert.equal(own.root, url);
      assert.equal(seen[0]!.authorization, `Basic ${btoa("annabel:pa55word")}`);
    });
  }
  const nobody = client("http://annabel:pa55word@127.0.0.1:65001/v1");
  const { message } = await refusal(nobody.request("/v1/models"));
  assert.match(message, /127.0.0.1:65001 refuses the connection: is it running, and is engine/);
  assert.throws(() => client("annabel:pa55word@host"), ({ message: line }: Error) => {
    assert.match(line, /no http/);
    return true;
  });
  await refusal(client("http://127.0.0.1:65001", { apiKey: `${KEY}\nx` }).request("/v1/models"));
});

Deno.test("ServerClient keeps an address's own path and parameters, and a hub's", async () => {
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    ({ url }) => {
      asked.push(url.replace(/^.*?:\d+/, ""));
      return Response.json({});
    },
  );
  for (const path of ["/v1?api_key=k3y", "/proxy/v1/?api_key=k3y", ""]) {
    const own = client(`http://127.0.0.1:${server.addr.port}${path}`);
    assert.doesNotMatch(own.root, /k3y/);
    await own.request("/api/models/a%2Fb?blobs=true");
  }
  assert.deepEqual(asked, [
    "/api/models/a%2Fb?api_key=k3y&blobs=true",
    "/proxy/api/models/a%2Fb?api_key=k3y&blobs=true",
    "/api/models/a%2Fb?blobs=true",
  ]);
});

Deno.test("ServerClient obeys a Retry-After date by the server's clock, within its bound, and tells", () => {
  const headers = {
    date: new Date(Date.UTC(2020, 0, 1)).toUTCString(),
    "retry-after": new Date(Date.UTC(2020, 0, 1, 1)).toUTCString(),
  };
  let first = true;
  return withServer(() => {
    const status = first ? 503 : 200;
    first = false;
    return new Response("{}", { status, headers });
  }, async (url) => {
    const told: number[][] = [];
    const onWait = (...waits: number[]): void => void told.push(waits);
    const start = performance.now();
    await client(url, { maxRetryAfterMs: 300, random: () => 0 }).request("/x", BODY, { onWait });
    assert.ok(performance.now() - start >= 290);
    assert.deepEqual(told, [[300, 3_600_000]]);
  });
});
