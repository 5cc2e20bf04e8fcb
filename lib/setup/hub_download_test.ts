import assert from "node:assert/strict";
import { type Progress, SILENT } from "../ground/mod.ts";
import { ensureHubModel } from "./hub_model.ts";
import { FILES, type HubRequest, ID, WANTED, withHub } from "./testing/fake_hub.ts";

const WEIGHTS = "model.safetensors";

function listener(): { readonly progress: Progress; readonly notes: string[] } {
  const notes: string[] = [];
  return { notes, progress: { ...SILENT, note: (text: string) => void notes.push(text) } };
}

async function assertWhole(dir: string): Promise<void> {
  for (const name of WANTED) assert.deepEqual(await Deno.readFile(`${dir}/${name}`), FILES[name]);
}

Deno.test("ensureHubModel() gives up on a download that fell silent, and resumes it", () =>
  withHub(
    { silentAfter: (name, count) => name === WEIGHTS && count < 9 ? 20_000 : undefined },
    async ({ options, requests }) => {
      const { progress, notes } = listener();
      await assertWhole((await ensureHubModel({ ...options, stallMs: 300 }, progress)).dir);
      const ranges = requests.flatMap(({ headers }) => headers.get("range") ?? []);
      assert.deepEqual(ranges, ["bytes=20000-", "bytes=40000-"]);
      assert.match(notes[0]!, /^no bytes came for 0.3 s: try 2 of 5 follows/);
    },
  ));

Deno.test("ensureHubModel() says in one line what to set when the hub stays silent", () =>
  withHub({ silentAfter: (name) => name === WEIGHTS ? 100 : undefined }, async ({ options }) => {
    await assert.rejects(ensureHubModel({ ...options, stallMs: 200, attempts: 2 }, SILENT), {
      name: "UsageError",
      message: /after 2 tries: no bytes came for 0.2 s: .*HTTPS_PROXY; or set HF_ENDPOINT.*"path"/,
    });
    const part = `${options.modelsDir}/owner--tiny-model-01234567.part/${WEIGHTS}.part`;
    assert.equal((await Deno.stat(part)).size, 200);
  }));

Deno.test("ensureHubModel() waits as long as a busy hub asks, and tells it", async () => {
  const busy = (kind: string): (request: HubRequest) => Response | undefined => {
    let first = true;
    return ({ path }) => {
      if (!first || !path.includes(kind)) return undefined;
      first = false;
      return new Response("busy", { status: 503, headers: { "retry-after": "1" } });
    };
  };
  for (const [kind, note] of [["/api/", /too much to do: .* \d s$/], [WEIGHTS, /503: try 2/]]) {
    await withHub({ answer: busy(kind as string) }, async ({ options }) => {
      const { progress, notes } = listener();
      const start = performance.now();
      await assertWhole((await ensureHubModel(options, progress)).dir);
      assert.ok(performance.now() - start >= 990);
      assert.match(notes.join("\n"), note as RegExp);
    });
  }
});

Deno.test("ensureHubModel() takes weights from another host, which does not get the token", async () => {
  const seen: (string | null)[] = [];
  await using store = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    ({ url, headers }) => {
      seen.push(headers.get("authorization"));
      return new Response(FILES[url.split("/").at(-1)!.split("?")[0]!]!.slice());
    },
  );
  const answer = ({ path }: HubRequest): Response | undefined =>
    path.endsWith(WEIGHTS)
      ? Response.redirect(`http://127.0.0.1:${store.addr.port}/${WEIGHTS}?Signature=abc`, 302)
      : undefined;
  await withHub({ answer }, async ({ options, requests }) => {
    const { dir } = await ensureHubModel({ ...options, token: "hf_secret" }, SILENT);
    await assertWhole(dir);
    assert.deepEqual(seen, [null]);
    assert.ok(requests.every(({ headers }) => headers.get("authorization") === "Bearer hf_secret"));
  });
});

Deno.test("ensureHubModel() follows a renamed model and another host's list without the token", async () => {
  for (const elsewhere of [false, true]) {
    const seen: (string | null)[] = [];
    await withHub({}, async (real) => {
      await using front = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
        async ({ url, headers }) => {
          const { pathname, search } = new URL(url);
          if (pathname.startsWith("/api/models/owner/old-name/")) {
            const path = pathname.replace("old-name", "tiny-model") + search;
            const base = elsewhere ? real.options.endpoint! : "";
            return new Response(null, { status: 307, headers: { location: base + path } });
          }
          seen.push(headers.get("authorization"));
          return await fetch(real.options.endpoint + pathname.replace("old-name", "tiny-model"));
        },
      );
      const endpoint = `http://127.0.0.1:${front.addr.port}`;
      const options = { ...real.options, endpoint, id: "owner/old-name", token: "hf_secret" };
      await assertWhole((await ensureHubModel(options, SILENT)).dir);
      assert.ok(seen.length > 0 && seen.every((token) => token === "Bearer hf_secret"));
      const api = real.requests.find(({ path }) => path.startsWith("/api/"));
      assert.equal(api?.headers.get("authorization"), null);
    });
  }
});

Deno.test("ensureHubModel() downloads once where two ask at once", () =>
  withHub({}, async ({ options, resolved }) => {
    const { progress, notes } = listener();
    const models = await Promise.all([1, 2].map(() => ensureHubModel(options, progress)));
    assert.equal(models[0]!.dir, models[1]!.dir);
    await assertWhole(models[0]!.dir);
    assert.equal(resolved().length, WANTED.length);
    assert.match(notes.join("\n"), /waiting for process \d+, which is making/);
  }));

Deno.test("ensureHubModel() shows and keeps no name, password or key of HF_ENDPOINT", () =>
  withHub(
    {
      cutAfter: (name) => name === WEIGHTS ? 100 : undefined,
      answer: ({ path }) => path.includes("gated") ? new Response("", { status: 401 }) : undefined,
    },
    async ({ options, requests }) => {
      const endpoint = options.endpoint!.replace("//", "//annabel:pa55word@");
      const { progress, notes } = listener();
      const given = { ...options, endpoint, attempts: 2, token: "" };
      for (const id of [ID, "owner/gated"]) {
        await assert.rejects(ensureHubModel({ ...given, id }, progress), (error: Error) => {
          assert.equal(error.name, "UsageError");
          notes.push(error.message);
          return true;
        });
      }
      assert.match(requests[0]!.headers.get("authorization")!, /^Basic /);
      const part = `${options.modelsDir}/owner--tiny-model-01234567.part/${WEIGHTS}.part`;
      const kept = await Deno.readTextFile(`${part}.json`);
      assert.match(kept, /"url":"http:\/\/127/);
      assert.doesNotMatch(kept + notes.join("\n"), /pa55word|annabel/);
    },
  ));

Deno.test("ensureHubModel() never shows a token that cannot be sent", () =>
  withHub({}, async ({ options }) => {
    await assert.rejects(ensureHubModel({ ...options, token: "hf_a\nhf_b" }, SILENT), {
      name: "UsageError",
      message: /^Cannot send the key: .* check HF_TOKEN or VLLM_API_KEY$/,
    });
  }));
