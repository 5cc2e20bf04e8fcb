import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { makeTar, makeZip } from "./testing/make_archives.ts";
import { fetchFolder, type FetchOptions, type FolderForm } from "./mod.ts";
import { parseSource } from "./parse_source.ts";

const FORM: FolderForm = {
  name: "Toy",
  contains: ["a.txt", "sub"],
  check: async (dir) => {
    const text = await readFile(join(dir, "a.txt"), "utf8");
    if (text !== "good") throw new UsageError(`Cannot load Toy: a.txt says ${text}`);
  },
};
const GOOD = makeZip([{ name: "toy/x/a.txt", content: "good" }, { name: "toy/x/sub/b.txt" }]);
const BAD = makeZip([{ name: "toy/a.txt", content: "bad" }, { name: "toy/sub/b.txt" }]);
const FAST: FetchOptions = { retryDelayMs: 1, attempts: 2, token: "", endpoint: undefined };

async function withFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "fetch_" });
  try {
    await test(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function withServer(
  handler: (request: Request) => Response,
  test: (origin: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  try {
    await test(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

async function failsWith(
  promise: Promise<unknown>,
  ...parts: readonly string[]
): Promise<void> {
  await assert.rejects(promise, (error: Error) => {
    assert.ok(error instanceof UsageError, String(error.stack));
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  });
}

Deno.test("fetchFolder() unpacks a local archive, finds the data inside, and reuses it", async () => {
  await withFolder(async (dir) => {
    const zip = join(dir, "toy.zip");
    const dest = join(dir, "new", "toy");
    await writeFile(zip, GOOD);
    const first = await fetchFolder(zip, dest, FORM);
    assert.equal(first.reused, false);
    assert.match(first.sha256 ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual((await readdir(dest)).sort(), ["a.txt", "sub"]);
    assert.deepEqual(await readdir(join(dir, "new")), ["toy"], "no working folder is left");
    assert.ok(existsSync(zip), "the user's archive stays");
    assert.deepEqual(await fetchFolder(zip, dest, FORM), { root: dest, reused: true });
  });
});

Deno.test("fetchFolder() leaves nothing behind when the archive is the wrong one", async () => {
  await withFolder(async (dir) => {
    const dest = join(dir, "toy");
    const zip = join(dir, "toy.zip");
    await writeFile(zip, BAD);
    await failsWith(fetchFolder(zip, dest, FORM), "a.txt says bad");
    await writeFile(zip, makeZip([{ name: "other.txt", content: "x" }]));
    await failsWith(fetchFolder(zip, dest, FORM), "no folder with a.txt, sub", "the right file?");
    await writeFile(zip, GOOD.subarray(0, 100));
    await failsWith(fetchFolder(zip, dest, FORM), "cut short");
    await failsWith(fetchFolder(dir, dest, FORM), "it is not a file");
    await failsWith(fetchFolder(join(dir, "none.zip"), dest, FORM), "no such file");
    await writeFile(zip, GOOD);
    const sha256 = "0".repeat(64);
    await failsWith(fetchFolder(zip, dest, FORM, { sha256 }), "its SHA-256 is", sha256);
    assert.deepEqual(await readdir(dir), ["toy.zip"]);
  });
});

Deno.test("fetchFolder() clears what a killed run left, and refuses a folder that is not whole", async () => {
  await withFolder(async (dir) => {
    const dest = join(dir, "toy");
    const zip = join(dir, "toy.zip");
    await writeFile(zip, GOOD);
    await mkdir(join(dir, "toy.part", "toy"), { recursive: true });
    await writeFile(join(dir, "toy.part", "toy", "a.txt"), "half");
    await fetchFolder(zip, dest, FORM);
    await writeFile(join(dest, "a.txt"), "changed");
    await failsWith(fetchFolder(zip, dest, FORM), "is there but not whole, remove it", "changed");
    assert.equal(await readFile(join(dest, "a.txt"), "utf8"), "changed", "it is not touched");
  });
});

Deno.test("fetchFolder() downloads from a server and removes the archive afterwards", async () => {
  await withFolder(async (dir) => {
    await withServer(() => new Response(GOOD.slice()), async (origin) => {
      const dest = join(dir, "toy");
      const { reused } = await fetchFolder(`${origin}/toy.zip`, dest, FORM, FAST);
      assert.equal(reused, false);
      assert.deepEqual(await readdir(dir), ["toy"]);
    });
  });
});

Deno.test("fetchFolder() says what to do when a server sends a page or refuses", async () => {
  await withFolder(async (dir) => {
    const dest = join(dir, "toy");
    await withServer(() => new Response("<html>Sign in</html>"), async (origin) => {
      await failsWith(fetchFolder(`${origin}/x`, dest, FORM, FAST), "web page", "in a browser");
    });
    for (const [status, advice] of [[401, "wants a login"], [404, "check the address"]] as const) {
      await withServer(() => new Response("", { status }), async (origin) => {
        await failsWith(fetchFolder(`${origin}/x`, dest, FORM, FAST), `${status}`, advice);
      });
    }
    assert.deepEqual(await readdir(dir), []);
  });
});

Deno.test("fetchFolder() sends the token to the hub, and says what a refusal of it means", async () => {
  await withFolder(async (dir) => {
    const dest = join(dir, "toy");
    const seen: string[] = [];
    function hub(request: Request): Response {
      const token = request.headers.get("authorization") ?? "none";
      seen.push(`${new URL(request.url).pathname} ${token}`);
      const status = { none: 401, "Bearer old": 401, "Bearer other": 403 }[token] ??
        (request.url.includes("gone") ? 404 : 200);
      return new Response(status === 200 ? GOOD.slice() : "", { status });
    }
    await withServer(hub, async (endpoint) => {
      const get = (token: string, file = "toy.zip"): Promise<unknown> =>
        fetchFolder(`hf:own/set/${file}@v1`, dest, FORM, { ...FAST, token, endpoint });
      await failsWith(get(""), "401", "set HF_TOKEN");
      await failsWith(get("old"), "401", "make a new read token");
      await failsWith(get("other"), "403", "accept the data set's terms");
      await failsWith(get("good", "gone.zip"), "404", "check owner/repo");
      await get("good");
      assert.equal(seen.at(-1), "/datasets/own/set/resolve/v1/toy.zip Bearer good");
      assert.deepEqual(await readdir(dir), ["toy"]);
    });
  });
});

Deno.test("fetchFolder() downloads once where two ask at once, and the second waits", async () => {
  await withFolder(async (dir) => {
    let requests = 0;
    const slow = (): Response => {
      requests++;
      return new Response(GOOD.slice());
    };
    await withServer(slow, async (origin) => {
      const dest = join(dir, "toy");
      const notes: string[] = [];
      const options = { ...FAST, onNote: (line: string) => void notes.push(line) };
      const both = await Promise.all(
        [1, 2, 3].map(() => fetchFolder(`${origin}/toy.zip`, dest, FORM, options)),
      );
      assert.deepEqual(both.map(({ reused }) => reused).sort(), [false, true, true]);
      assert.equal(requests, 1);
      assert.match(notes.join("\n"), /^waiting for process \d+, which is making .*toy$/m);
      assert.deepEqual(await readdir(dir), ["toy"]);
    });
  });
});

Deno.test("fetchFolder() compares a plain tar with its checksum, downloaded or by its path", async () => {
  const tar = makeTar([{ name: "a.txt", content: "good" }, { name: "sub/b.txt", content: "b" }]);
  const sha256 = createHash("sha256").update(tar).digest("hex");
  const damaged = tar.slice();
  damaged[1536]! ^= 1; // a byte of a file, of which the tar itself has no checksum
  await withFolder(async (dir) => {
    const dest = join(dir, "toy");
    await withServer(() => new Response(damaged.slice()), async (origin) => {
      await failsWith(
        fetchFolder(`${origin}/data.tar`, dest, FORM, { ...FAST, sha256 }),
        `expected ${sha256}`,
        "nothing was kept",
      );
      assert.deepEqual(await readdir(dir), []);
    });
    await writeFile(join(dir, "data.tar"), damaged);
    await failsWith(fetchFolder(join(dir, "data.tar"), dest, FORM, { sha256 }), "or damaged");
    await writeFile(join(dir, "data.tar"), tar);
    const upper = sha256.toUpperCase();
    const fetched = await fetchFolder(join(dir, "data.tar"), dest, FORM, { sha256: upper });
    assert.equal(fetched.sha256, sha256);
  });
});

Deno.test("fetchFolder() shows no password or key of its source, and goes on with another key", async () => {
  await withFolder(async (dir) => {
    const dest = join(dir, "toy");
    const ranges: (string | null)[] = [];
    const serve = (request: Request): Response => {
      ranges.push(request.headers.get("range"));
      const whole = request.headers.has("range");
      const body = whole ? GOOD.slice(50) : GOOD.slice(0, 50);
      const headers = { etag: '"v1"', "content-length": `${GOOD.length - (whole ? 50 : 0)}` };
      const range = { "content-range": `bytes 50-${GOOD.length - 1}/${GOOD.length}` };
      return new Response(ReadableStream.from([body]), {
        status: whole ? 206 : 200,
        headers: { ...headers, ...(whole ? range : {}) },
      });
    };
    await withServer(serve, async (origin) => {
      const source = (key: string): string =>
        `${origin.replace("//", "//annabel:pa55word@")}/toy.zip?Signature=${key}`;
      const once = { ...FAST, attempts: 1 };
      await assert.rejects(fetchFolder(source("k3y"), dest, FORM, once), ({ message }: Error) => {
        assert.match(message, /after 1 try: .* or pass the path .*--data-root$/);
        assert.doesNotMatch(message, /annabel|pa55word|k3y/);
        return true;
      });
      const note = (await readdir(dir)).find((name) => name.endsWith(".json"))!;
      assert.doesNotMatch(await readFile(join(dir, note), "utf8"), /annabel|pa55word|k3y/);
      await fetchFolder(source("other"), dest, FORM, once);
      assert.deepEqual(ranges, [null, "bytes=50-"]);
    });
  });
});

Deno.test("fetchFolder() unpacks a zip that Windows made with backslashes", async () => {
  await withFolder(async (dir) => {
    const zip = join(dir, "toy.zip");
    const names = ["toy\\x\\a.txt", "toy\\x\\sub\\b.txt"];
    await writeFile(zip, makeZip(names.map((name) => ({ name, content: "good" }))));
    await fetchFolder(zip, join(dir, "toy"), FORM);
    assert.deepEqual((await readdir(join(dir, "toy"))).sort(), ["a.txt", "sub"]);
  });
});

Deno.test("parseSource() tells paths, addresses and hub files apart", () => {
  assert.deepEqual(parseSource("a b/x.zip"), { kind: "path", path: "a b/x.zip" });
  const url = { kind: "url", url: "https://h/x.zip", headers: {} };
  assert.deepEqual(parseSource("https://h/x.zip", { token: "secret" }), url);
  const hub = parseSource("hf:o/r/d/x y.zip", { endpoint: "https://mirror/" });
  assert.deepEqual(hub, {
    kind: "hub",
    url: "https://mirror/datasets/o/r/resolve/main/d/x%20y.zip",
    headers: {},
  });
  for (const source of ["hf:", "hf:owner/repo", "hf:owner", ""]) {
    assert.throws(() => parseSource(source), UsageError);
  }
});
