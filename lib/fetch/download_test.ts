import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { UsageError } from "../ground/mod.ts";
import { download } from "./mod.ts";
import {
  type Answer,
  BODY,
  FAST,
  ranged,
  SHA256,
  withFolder,
  withServer,
} from "./testing/raw_server.ts";

Deno.test("download() writes the file, reports progress, and reuses it the next time", async () => {
  await withFolder(async (path, dir) => {
    await withServer(() => ({}), async (url, requests) => {
      const seen: number[] = [];
      const options = { ...FAST, sha256: SHA256, onProgress: (n: number) => void seen.push(n) };
      const first = await download(url, path, options);
      assert.deepEqual(first, { path, sha256: SHA256, reused: false });
      assert.equal(seen.at(-1), BODY.length);
      assert.equal((await download(url, path, options)).reused, true);
      assert.equal(requests.length, 1);
      assert.deepEqual(await readdir(dir), ["file.bin"]);
    });
  });
});

Deno.test("download() asks for the rest after each cut, and nothing is there twice", async () => {
  await withFolder(async (path, dir) => {
    const answer = (headers: Headers, request: number): Answer =>
      ranged(headers, { etag: '"v1"', cut: request <= 3 });
    await withServer(answer, async (url, requests) => {
      const { sha256 } = await download(url, path, { ...FAST, sha256: SHA256 });
      assert.equal(sha256, SHA256);
      assert.deepEqual(requests.map((headers) => headers.get("range")), [
        null,
        "bytes=25000-",
        "bytes=37500-",
        "bytes=43750-",
      ]);
      assert.deepEqual(await readdir(dir), ["file.bin"]);
    });
  });
});

Deno.test("download() starts again where the server names no version or has another", async () => {
  for (const etags of [["", ""], ['W/"v1"', 'W/"v1"'], ['"v1"', '"v2"']]) {
    await withFolder(async (path) => {
      const answer = (headers: Headers, request: number): Answer =>
        ranged(headers, { etag: etags[request - 1] ?? "", cut: request === 1 });
      await withServer(answer, async (url, requests) => {
        assert.equal((await download(url, path, FAST)).sha256, SHA256);
        assert.equal(requests.length, 2);
      });
    });
  }
});

Deno.test("download() leaves nothing under the name when every try is cut, and goes on later", async () => {
  await withFolder(async (path, dir) => {
    let cut = true;
    const answer = (headers: Headers): Answer => ranged(headers, { etag: '"v1"', cut });
    await withServer(answer, async (url, requests) => {
      await assert.rejects(
        download(url, path, { ...FAST, attempts: 2 }),
        (error: Error) => error instanceof UsageError && /after 2 tries/.test(error.message),
      );
      assert.ok(!existsSync(path));
      assert.deepEqual((await readdir(dir)).sort(), ["file.bin.part", "file.bin.part.json"]);
      cut = false;
      assert.equal((await download(url, path, FAST)).sha256, SHA256);
      assert.equal(requests.at(-1)?.get("range"), "bytes=37500-");
    });
  });
});

Deno.test("download() does not go on with the part of another address", async () => {
  await withFolder(async (path) => {
    await writeFile(`${path}.part`, "other bytes");
    await writeFile(`${path}.part.json`, JSON.stringify({ url: "http://x/", validator: '"v1"' }));
    const answer = (headers: Headers): Answer => ranged(headers, { etag: '"v1"', cut: false });
    await withServer(answer, async (url) => {
      assert.equal((await download(url, path, FAST)).sha256, SHA256);
    });
  });
});

Deno.test("download() starts again where the server has no rest to send (416)", async () => {
  await withFolder(async (path) => {
    const answer = (headers: Headers): Answer =>
      headers.has("range")
        ? { status: 416, body: new Uint8Array(0) }
        : ranged(headers, { etag: '"v1"', cut: false });
    await withServer(answer, async (url) => {
      await writeFile(`${path}.part`, BODY);
      await writeFile(`${path}.part.json`, JSON.stringify({ url, validator: '"v1"' }));
      assert.equal((await download(url, path, FAST)).sha256, SHA256);
    });
  });
});

Deno.test("download() compares the checksum, and keeps nothing that differs", async () => {
  await withFolder(async (path, dir) => {
    await withServer(() => ({}), async (url) => {
      const wrong = { ...FAST, sha256: "0".repeat(64) };
      await assert.rejects(
        download(url, path, wrong),
        (error: Error) => error instanceof UsageError && error.message.includes(SHA256),
      );
      assert.deepEqual(await readdir(dir), []);
      await writeFile(path, "mine");
      await assert.rejects(
        download(url, path, wrong),
        (error: Error) => error instanceof UsageError && /Cannot reuse/.test(error.message),
      );
      assert.equal(await readFile(path, "utf8"), "mine");
    });
  });
});

Deno.test("download() gives up at once on a refusal, with advice, and tries again on 503", async () => {
  for (const status of [401, 403, 404, 410]) {
    await withFolder(async (path, dir) => {
      await withServer(() => ({ status }), async (url, requests) => {
        const advise = (code: number): string => `advice for ${code}`;
        await assert.rejects(
          download(url, path, { ...FAST, advise }),
          (error: Error) =>
            error instanceof UsageError &&
            error.message.endsWith(`the server answered ${status}: advice for ${status}`),
        );
        assert.equal(requests.length, 1);
        assert.deepEqual(await readdir(dir), []);
      });
    });
  }
  await withFolder(async (path) => {
    const answer = (_: Headers, request: number): Answer => request < 3 ? { status: 503 } : {};
    await withServer(answer, async (url, requests) => {
      await download(url, path, FAST);
      assert.equal(requests.length, 3);
    });
  });
});

Deno.test("download() does not show its token to the host that it is sent on to", async () => {
  await withFolder(async (path) => {
    await withServer(() => ({}), async (elsewhere, theirs) => {
      const there = elsewhere.replace("127.0.0.1", "localhost");
      const answer = (): Answer => ({ status: 302, headers: { location: there } });
      await withServer(answer, async (url, ours) => {
        await download(url, path, { ...FAST, headers: { authorization: "Bearer secret" } });
        assert.equal(ours[0]?.get("authorization"), "Bearer secret");
        assert.equal(theirs.length, 1);
        assert.equal(theirs[0]?.get("authorization"), null);
      });
    });
  });
});

Deno.test("download() stops when it is told to, and keeps what has arrived", async () => {
  await withFolder(async (path) => {
    const answer = (headers: Headers): Answer => ranged(headers, { etag: '"v1"', cut: true });
    await withServer(answer, async (url, requests) => {
      const controller = new AbortController();
      const options = { retryDelayMs: 1, attempts: 50, signal: controller.signal };
      const onProgress = (): void => controller.abort();
      await assert.rejects(download(url, path, { ...options, onProgress }));
      assert.equal(requests.length, 1);
      assert.ok(!existsSync(path));
      assert.ok(Buffer.from(BODY).indexOf(await readFile(`${path}.part`)) === 0);
    });
  });
});
