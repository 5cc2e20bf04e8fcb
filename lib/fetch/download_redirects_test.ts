import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { download } from "./mod.ts";
import {
  type Answer,
  BODY,
  FAST,
  ranged,
  refusal,
  SHA256,
  withFolder,
  withServer,
} from "./testing/raw_server.ts";

const HALF = BODY.length / 2;

Deno.test("download() resumes across a redirect, and the other host never gets the token", async () => {
  await withFolder(async (path) => {
    const store = (headers: Headers, request: number): Answer =>
      ranged(headers, { etag: '"v1"', cut: request === 1 });
    await withServer(store, async (elsewhere, theirs) => {
      const location = `${elsewhere}?Signature=abc`;
      await withServer(() => ({ status: 302, headers: { location } }), async (url, ours) => {
        const headers = { authorization: "Bearer secret", "x-key": "k" };
        assert.equal((await download(url, path, { ...FAST, headers })).sha256, SHA256);
        assert.ok(ours.every((asked) => asked.get("authorization") === "Bearer secret"));
        assert.ok(theirs.every((asked) => !asked.has("authorization") && !asked.has("x-key")));
        assert.equal(theirs[1]!.get("range"), `bytes=${HALF}-`);
      });
    });
  });
});

Deno.test("download() tries again where the place that it is sent on to refuses, and names it", async () => {
  await withFolder(async (path) => {
    await withServer(() => ({ status: 403 }), async (elsewhere, theirs) => {
      const answer = (): Answer => ({ status: 302, headers: { location: elsewhere } });
      await withServer(answer, async (url) => {
        const advise = (): string => "HF_TOKEN has no access";
        const line = await refusal(download(url, path, { ...FAST, attempts: 2, advise }));
        assert.match(line, /where it sends on to\) answered 403: try again later$/);
        assert.equal(theirs.length, 2);
      });
    });
  });
});

Deno.test("download() refuses redirects in a circle and to what is no http address", async () => {
  for (const location of ["/file.bin", "file:///etc/passwd", "http://"]) {
    await withFolder(async (path, dir) => {
      await withServer(() => ({ status: 302, headers: { location } }), async (url, requests) => {
        const line = await refusal(download(url, path, FAST));
        assert.match(line, /in a circle|no http\(s\) address/);
        assert.ok(requests.length <= 11);
        assert.deepEqual(await readdir(dir), []);
      });
    });
  }
});

Deno.test("download() shows and keeps no user name, password or key of its address", async () => {
  await withFolder(async (path) => {
    const answer = (headers: Headers): Answer => ranged(headers, { etag: '"v1"', cut: true });
    await withServer(answer, async (address, requests) => {
      const url = address.replace("//", "//annabel:pa55word@") + "?token=k3y&n=1";
      const notes: string[] = [];
      const options = { ...FAST, attempts: 2, onNote: (line: string) => void notes.push(line) };
      notes.push(await refusal(download(url, path, options)));
      notes.push(await refusal(download(url, path, { ...options, attempts: 1, sha256: "0" })));
      notes.push(await readFile(`${path}.part.json`, "utf8"));
      assert.doesNotMatch(notes.join("\n"), /annabel|pa55word|k3y/);
      assert.match(notes.at(-1)!, /token=\.\.\.&n=1/);
      assert.equal(requests[0]!.get("authorization"), `Basic ${btoa("annabel:pa55word")}`);
      assert.equal(requests.at(-1)!.get("range"), "bytes=37500-", "it went on all the same");
    });
    const refused = download("http://annabel:pa55word@127.0.0.1:65001/?key=k3y", path, {
      ...FAST,
      attempts: 1,
    });
    const line = await refusal(refused);
    assert.match(line, /127.0.0.1:65001 refuses the connection: check the network/);
    assert.doesNotMatch(line, /annabel|pa55word|k3y/);
  });
});

Deno.test("download() says in one line what a server is that speaks another language", async () => {
  await withFolder(async (path) => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
      () => new Response("plain"),
    );
    const tls = `https://127.0.0.1:${server.addr.port}/`;
    assert.match(
      await refusal(download(tls, path, { ...FAST, attempts: 1 })),
      /does not speak TLS: check whether the address begins with http:/,
    );
    for (const url of ["ftp://127.0.0.1/x", "https://", "127.0.0.1/x", "http://a b/"]) {
      assert.match(await refusal(download(url, path)), /it is no http:\/\/ or https:\/\/ address/);
    }
    assert.ok(!existsSync(path));
  });
});
