import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SILENT } from "../runs/progress.ts";
import { UsageError } from "../runs/usage_error.ts";
import { ensureHubModel, type HubModel, type HubModelOptions } from "./hub_model.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const ID = "owner/tiny-model";

/** Bytes that differ with the seed. */
function content(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7 + (i >> 8)) % 256);
}

const FILES: Readonly<Record<string, Uint8Array>> = {
  "config.json": content(1, 500),
  "generation_config.json": content(2, 100),
  "tokenizer.json": content(3, 5_000),
  "tokenizer_config.json": content(4, 300),
  "chat_template.jinja": content(5, 200),
  "model.safetensors": content(6, 60_000),
  "pytorch_model.bin": content(7, 60_000),
  "onnx/model.onnx": content(8, 100),
  "tiny.gguf": content(9, 100),
  "README.md": content(10, 100),
};
const WANTED = [
  "chat_template.jinja",
  "config.json",
  "generation_config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
];

interface HubRequest {
  readonly path: string;
  readonly headers: Headers;
}

interface FakeHub {
  readonly options: HubModelOptions;
  readonly requests: readonly HubRequest[];
  /** Paths below `resolve/<commit>/` that were asked for. */
  resolved(): string[];
}

interface FakeHubOptions {
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Answers in place of the hub. */
  readonly answer?: (request: HubRequest, count: number) => Response | undefined;
  /** Bytes after which a file's body is cut off. */
  readonly cutAfter?: (path: string, count: number) => number | undefined;
  /** What the listing says in place of the truth. */
  readonly list?: (file: Record<string, unknown>) => Record<string, unknown>;
}

async function withHub(
  { files = FILES, answer, cutAfter, list = (file) => file }: FakeHubOptions,
  test: (hub: FakeHub) => Promise<void>,
): Promise<void> {
  const requests: HubRequest[] = [];
  const root = await Deno.makeTempDir({ prefix: "hub_" });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    (request): Response => {
      const path = new URL(request.url).pathname;
      requests.push({ path, headers: request.headers });
      return answer?.(requests.at(-1)!, requests.length) ?? serve(path, request.headers);
    },
  );
  try {
    await test({
      options: {
        id: ID,
        endpoint: `http://127.0.0.1:${server.addr.port}`,
        token: "",
        modelsDir: `${root}/models`,
        cacheDir: `${root}/cache`,
        retryDelayMs: 1,
      },
      requests,
      resolved: () =>
        requests.flatMap(({ path }) => path.split(`/${ID}/resolve/${COMMIT}/`).slice(1)),
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }

  function serve(path: string, headers: Headers): Response {
    if (path.startsWith(`/api/models/${ID}/revision/`)) {
      const siblings = Object.entries(files).map(([name, bytes]) => list(listed(name, bytes)));
      return Response.json({ sha: COMMIT, siblings });
    }
    const name = path.split(`/${ID}/resolve/${COMMIT}/`)[1] ?? "";
    const body = files[name];
    if (!body) return new Response("Entry not found", { status: 404 });
    const etag = `"${hash("sha256", body)}"`;
    const from = headers.get("if-range") === etag
      ? Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0)
      : 0;
    const rest = body.slice(from);
    const sent = rest.slice(0, cutAfter?.(name, requests.length) ?? rest.length);
    return new Response(stream(sent), {
      status: from > 0 ? 206 : 200,
      headers: {
        etag,
        // longer than what is sent where it is cut: the connection can only be dropped
        "content-length": String(rest.length),
        ...(from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      },
    });
  }
}

function listed(name: string, bytes: Uint8Array): Record<string, unknown> {
  const lfs = { sha256: hash("sha256", bytes), size: bytes.length, pointerSize: 130 };
  return {
    rfilename: name,
    size: bytes.length,
    blobId: hash("sha1", new TextEncoder().encode(`blob ${bytes.length}\0`), bytes),
    ...(name.endsWith(".safetensors") ? { lfs } : {}),
  };
}

function stream(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller): void {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

function hash(algorithm: string, ...parts: readonly Uint8Array[]): string {
  const sum = createHash(algorithm);
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}

async function assertWhole({ dir, revision }: HubModel): Promise<void> {
  assert.equal(revision, COMMIT);
  for (const name of WANTED) assert.deepEqual(await Deno.readFile(`${dir}/${name}`), FILES[name]);
}

async function assertRefused(hub: FakeHub, message: RegExp, token = ""): Promise<void> {
  const { options } = hub;
  await assert.rejects(ensureHubModel({ ...options, token }, SILENT), (error: Error) => {
    assert.ok(error instanceof UsageError, `${error.stack}`);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

Deno.test("ensureHubModel() downloads what a checkpoint needs and pins the commit", () =>
  withHub({}, async ({ options, requests }) => {
    const updates: [number, number][] = [];
    const progress = {
      ...SILENT,
      update: (done: number, total: number): unknown => updates.push([done, total]),
    };
    const model = await ensureHubModel({ ...options, token: "secret" }, progress);
    assert.equal(model.dir, `${options.modelsDir}/owner--tiny-model-01234567`);
    await assertWhole(model);
    const names = Array.from(Deno.readDirSync(model.dir), ({ name }) => name).sort();
    assert.deepEqual(names, [...WANTED, "lab_source.json"].sort());
    assert.ok(requests.every(({ headers }) => headers.get("authorization") === "Bearer secret"));
    assert.ok(updates.length >= WANTED.length);
    assert.ok(updates.every(([done], i) => done >= (updates[i - 1]?.[0] ?? 0)));
    assert.deepEqual(updates.at(-1), [0.1, 0.1]); // megabytes
  }));

Deno.test("ensureHubModel() asks for nothing that is here already", () =>
  withHub({}, async ({ options, requests, resolved }) => {
    await ensureHubModel(options, SILENT);
    const files = resolved().length;
    await assertWhole(await ensureHubModel(options, SILENT));
    assert.equal(resolved().length, files);
    const before = requests.length;
    await assertWhole(await ensureHubModel({ ...options, revision: COMMIT }, SILENT));
    assert.equal(requests.length, before);
  }));

Deno.test("ensureHubModel() goes on where a cut download stopped", () =>
  withHub(
    { cutAfter: (name, count) => name === "model.safetensors" && count < 10 ? 20_000 : undefined },
    async ({ options, requests }) => {
      await assertWhole(await ensureHubModel(options, SILENT));
      const ranges = requests.flatMap(({ headers }) => headers.get("range") ?? []);
      assert.deepEqual(ranges, ["bytes=20000-", "bytes=40000-"]);
    },
  ));

Deno.test("ensureHubModel() takes up a download that an earlier run gave up", async () => {
  let broken = true;
  await withHub(
    { cutAfter: (name) => broken && name === "model.safetensors" ? 25_000 : undefined },
    async ({ options, requests, resolved }) => {
      await assert.rejects(ensureHubModel({ ...options, attempts: 1 }, SILENT), /after 1 tries/);
      await assert.rejects(Deno.stat(`${options.modelsDir}/owner--tiny-model-01234567`));
      broken = false;
      const before = resolved().length;
      await assertWhole(await ensureHubModel(options, SILENT));
      assert.deepEqual(resolved().slice(before), ["model.safetensors"]);
      assert.equal(requests.at(-1)!.headers.get("range"), "bytes=25000-");
    },
  );
});

Deno.test("ensureHubModel() takes the shards of an index and not a second copy of the weights", () => {
  const { "model.safetensors": weights, ...rest } = FILES;
  const files = {
    ...rest,
    "model.safetensors.index.json": content(11, 400),
    "model-00001-of-00002.safetensors": weights!,
    "model-00002-of-00002.safetensors": content(12, 30_000),
    "consolidated.safetensors": content(13, 90_000),
  };
  return withHub({ files }, async ({ options, resolved }) => {
    await ensureHubModel(options, SILENT);
    assert.deepEqual(resolved().filter((name) => /safetensors/.test(name)), [
      "model.safetensors.index.json",
      "model-00002-of-00002.safetensors",
      "model-00001-of-00002.safetensors",
    ]);
  });
});

Deno.test("ensureHubModel() refuses damaged files, large and small", async () => {
  await withHub({
    list: (file) => file.lfs ? { ...file, lfs: { sha256: "00".repeat(32), size: 60_000 } } : file,
  }, (hub) => assertRefused(hub, /its SHA-256 is [0-9a-f]{64}, expected 0000/));
  await withHub({
    list: (file) => file.lfs ? file : { ...file, blobId: "00".repeat(20) },
  }, (hub) => assertRefused(hub, /is not the hub's file of \d+: run again/));
});

Deno.test("ensureHubModel() uses a whole copy in Hugging Face's own cache", () =>
  withHub({}, async ({ options, resolved }) => {
    const snapshot = await writeSnapshot(options.cacheDir!);
    assert.equal((await ensureHubModel(options, SILENT)).dir, snapshot);
    assert.deepEqual(resolved(), []);
    // a link to other bytes of the same size, as a cache of another commit has
    await Deno.remove(`${snapshot}/config.json`);
    await Deno.writeFile(`${snapshot}/../../blobs/${"0".repeat(40)}`, content(1, 500));
    await Deno.symlink(`../../blobs/${"0".repeat(40)}`, `${snapshot}/config.json`);
    await assertWhole(await ensureHubModel(options, SILENT));
    assert.equal(resolved().length, WANTED.length);
  }));

Deno.test("ensureHubModel() uses what is here when the hub cannot be reached", () =>
  withHub({}, async ({ options }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const offline = { ...options, endpoint: `http://127.0.0.1:${port}` };
    await assert.rejects(ensureHubModel(offline, SILENT), /Cannot get an answer/);
    const notes: string[] = [];
    const progress = { ...SILENT, note: (text: string): unknown => notes.push(text) };
    const snapshot = await writeSnapshot(options.cacheDir!);
    assert.deepEqual(await ensureHubModel(offline, progress), { dir: snapshot, revision: COMMIT });
    assert.match(notes[0]!, /the hub cannot be reached/);
    await Deno.remove(options.cacheDir!, { recursive: true });
    const { dir } = await ensureHubModel(options, SILENT);
    assert.equal((await ensureHubModel(offline, SILENT)).dir, dir);
    await assert.rejects(ensureHubModel({ ...offline, revision: "v2" }, SILENT));
  }));

Deno.test("ensureHubModel() says what to do about missing access", async () => {
  const refuse = (status: number): FakeHubOptions => ({
    answer: ({ path }) =>
      path.includes("/resolve/") ? new Response("Access denied", { status }) : undefined,
  });
  await withHub(
    refuse(401),
    (hub) => assertRefused(hub, /accept its terms at .*owner\/tiny-model and set HF_TOKEN/),
  );
  await withHub(refuse(401), (hub) => assertRefused(hub, /does not accept HF_TOKEN/, "old"));
  await withHub(refuse(403), (hub) => assertRefused(hub, /has no access \(403\): accept/, "mine"));
});

Deno.test("ensureHubModel() says that there is no such model or revision", async () => {
  for (const [status, message] of [[401, /check the id/], [404, /revision "main"/]] as const) {
    const answer = (): Response => Response.json({ error: "Repository not found" }, { status });
    await withHub({ answer }, (hub) => assertRefused(hub, message));
  }
  await withHub(
    { answer: () => new Response("<html>") },
    (hub) => assertRefused(hub, /does not answer as a Hugging Face hub/),
  );
  await withHub({}, async (hub) => {
    for (const id of ["", "a/b/c", "../x", "a b"]) {
      const options = { ...hub.options, id };
      await assert.rejects(ensureHubModel(options, SILENT), { name: "UsageError" }, id);
    }
    assert.equal(hub.requests.length, 0);
  });
});

Deno.test("ensureHubModel() refuses a model without safetensors or tokenizer.json", async () => {
  const { "model.safetensors": _weights, ...noWeights } = FILES;
  await withHub(
    { files: noWeights },
    (hub) =>
      assertRefused(hub, /no weights in safetensors, only pytorch_model\.bin, onnx\/model\.onnx/),
  );
  const { "tokenizer.json": _tokenizer, ...noTokenizer } = FILES;
  await withHub({ files: noTokenizer }, (hub) => assertRefused(hub, /has no tokenizer\.json/));
});

Deno.test("ensureHubModel() refuses a folder of its own that was changed since", () =>
  withHub({}, async (hub) => {
    const { dir } = await ensureHubModel(hub.options, SILENT);
    await Deno.truncate(`${dir}/model.safetensors`, 100);
    await assertRefused(hub, /model\.safetensors is missing or has changed: remove the folder/);
  }));

/** A copy of the model as Hugging Face's programs keep it. */
async function writeSnapshot(cacheDir: string): Promise<string> {
  const root = `${cacheDir}/models--owner--tiny-model`;
  const snapshot = `${root}/snapshots/${COMMIT}`;
  await Deno.mkdir(snapshot, { recursive: true });
  await Deno.mkdir(`${root}/blobs`);
  await Deno.mkdir(`${root}/refs`);
  await Deno.writeTextFile(`${root}/refs/main`, COMMIT);
  for (const name of WANTED) {
    const { lfs, blobId } = listed(name, FILES[name]!) as {
      lfs?: { sha256: string };
      blobId: string;
    };
    const blob = lfs?.sha256 ?? blobId;
    await Deno.writeFile(`${root}/blobs/${blob}`, FILES[name]!);
    await Deno.symlink(`../../blobs/${blob}`, `${snapshot}/${name}`);
  }
  return snapshot;
}
