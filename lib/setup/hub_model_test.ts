import assert from "node:assert/strict";
import { SILENT } from "../ground/mod.ts";
import { UsageError } from "../ground/mod.ts";
import { ensureHubModel, type HubModel } from "./hub_model.ts";
import {
  COMMIT,
  content,
  type FakeHub,
  type FakeHubOptions,
  FILES,
  listed,
  WANTED,
  withHub,
} from "./testing/fake_hub.ts";

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
      await assert.rejects(ensureHubModel({ ...options, attempts: 1 }, SILENT), /after 1 try/);
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
    await assert.rejects(ensureHubModel(offline, SILENT), /the hub gives no answer/);
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
