import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { UsageError } from "../ground/mod.ts";
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
const OLD = new Uint8Array(BODY.length).fill(7);

/** What a run that was stopped in the middle left, of an older version. */
async function leavePart(
  path: string,
  note: { readonly url: string; readonly validator: string; readonly bytes?: number },
): Promise<void> {
  await writeFile(`${path}.part`, OLD.subarray(0, HALF));
  await writeFile(`${path}.part.json`, JSON.stringify(note));
}

/** The second half, as an answer to a request for it. */
function rest(headers: Record<string, string>, total = BODY.length): Answer {
  const range = `bytes ${HALF}-${BODY.length - 1}/${total}`;
  return {
    status: 206,
    body: BODY.subarray(HALF),
    headers: { ...headers, "content-range": range },
  };
}

Deno.test("download() gives up on a silent server and asks for the rest", async () => {
  await withFolder(async (path) => {
    const answer = (headers: Headers, request: number): Answer =>
      request === 1
        ? { mute: true }
        : { ...ranged(headers, { etag: '"v1"', cut: false }), ...silent(request) };
    const silent = (request: number): Answer => request === 2 ? { silentAfter: HALF } : {};
    await withServer(answer, async (url, requests) => {
      const notes: string[] = [];
      const onNote = (line: string): void => void notes.push(line);
      await download(url, path, { ...FAST, sha256: SHA256, stallMs: 200, onNote });
      assert.deepEqual(requests.map((headers) => headers.get("range")), [
        null,
        null,
        `bytes=${HALF}-`,
      ]);
      assert.equal(requests[2]!.get("if-range"), '"v1"');
      assert.match(notes[0]!, /^no bytes came for 0.2 s: try 2 of 5 follows in 1 s$/);
      assert.equal(notes.length, 2);
    });
  });
});

Deno.test("download() says the cause and what to set when every try is silent, and goes on later", async () => {
  await withFolder(async (path, dir) => {
    let isSilent = true;
    const answer = (headers: Headers): Answer => ({
      ...ranged(headers, { etag: '"v1"', cut: false }),
      ...(isSilent ? { silentAfter: 1000 } : {}),
    });
    await withServer(answer, async (url, requests) => {
      const options = { ...FAST, attempts: 3, stallMs: 100, otherwise: "or pass a path" };
      const line = await refusal(download(url, path, options));
      assert.match(line, /after 3 tries: no bytes came for 0.1 s: check .*HTTPS_PROXY; or pass/);
      assert.deepEqual((await readdir(dir)).sort(), ["file.bin.part", "file.bin.part.json"]);
      isSilent = false;
      assert.equal((await download(url, path, FAST)).sha256, SHA256);
      assert.equal(requests.at(-1)!.get("range"), "bytes=3000-");
    });
  });
});

Deno.test("download() bears a slow server that never stops for long", async () => {
  await withFolder(async (path) => {
    const pieces = [0, 1, 2, 3, 4].map((i) => BODY.slice(i * 10_000, (i + 1) * 10_000));
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
      () =>
        new Response(ReadableStream.from((async function* (): AsyncGenerator<Uint8Array> {
          for (const piece of pieces) {
            await new Promise((resolve) => setTimeout(resolve, 120));
            yield piece;
          }
        })())),
    );
    const url = `http://127.0.0.1:${server.addr.port}/`;
    assert.equal((await download(url, path, { stallMs: 400, attempts: 1 })).sha256, SHA256);
  });
});

const CHANGES: readonly (readonly [string, string, Record<string, string>, number])[] = [
  ["another ETag", '"old"', { etag: '"new"' }, BODY.length],
  ["another size", '"v1"', { etag: '"v1"' }, BODY.length + 1],
  [
    "another date",
    "Mon, 01 Jan 2024 00:00:00 GMT",
    { "last-modified": "Tue, 02 Jan 2024 00:00:00 GMT" },
    BODY.length,
  ],
];

for (const [what, validator, headers, total] of CHANGES) {
  Deno.test(`download() starts anew where the rest is of ${what}, though it says that it fits`, async () => {
    await withFolder(async (path) => {
      const answer = (asked: Headers): Answer =>
        asked.has("range") ? rest(headers, total) : { headers };
      await withServer(answer, async (url, requests) => {
        await leavePart(path, { url, validator, bytes: BODY.length });
        const { sha256 } = await download(url, path, { ...FAST, attempts: 1 });
        assert.equal(sha256, SHA256, "nothing of the old version is in it");
        assert.deepEqual(requests.map((asked) => asked.get("if-range")), [validator, null]);
      });
    });
  });
}

const ODD_ANSWERS: Readonly<Record<string, (whole: Answer) => Answer>> = {
  "sends the whole file in place of a range": (whole) => whole,
  "has no such range (416)": () => ({ status: 416, body: new Uint8Array(0) }),
  "sends another range": () => ({ ...rest({}), headers: { "content-range": "bytes 0-9/50000" } }),
  "does not say which range it sends": () => ({ status: 206, body: BODY.subarray(HALF) }),
};

for (const [what, odd] of Object.entries(ODD_ANSWERS)) {
  Deno.test(`download() starts anew where a server ${what}`, async () => {
    await withFolder(async (path) => {
      const answer = (headers: Headers): Answer => headers.has("range") ? odd({}) : {};
      await withServer(answer, async (url) => {
        await leavePart(path, { url, validator: '"v1"', bytes: BODY.length });
        assert.equal((await download(url, path, { ...FAST, attempts: 1 })).sha256, SHA256);
      });
    });
  });
}

Deno.test("download() goes on by date where there is no ETag, but not by one that is too fresh", async () => {
  const date = "Tue, 02 Jan 2024 00:00:00 GMT";
  for (const [modified, resumes] of [["Mon, 01 Jan 2024 00:00:00 GMT", true], [date, false]]) {
    await withFolder(async (path) => {
      const headers = { "last-modified": modified as string, date };
      const answer = (asked: Headers, request: number): Answer =>
        request === 1
          ? { headers, cutAfter: HALF }
          : asked.get("if-range") === modified
          ? rest(headers)
          : { headers };
      await withServer(answer, async (url, requests) => {
        assert.equal((await download(url, path, FAST)).sha256, SHA256);
        assert.equal(requests[1]!.get("range"), resumes ? `bytes=${HALF}-` : null);
      });
    });
  }
});

Deno.test("download() goes on where a server sends the rest in pieces", async () => {
  await withFolder(async (path) => {
    const answer = (headers: Headers): Answer => {
      const start = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0);
      if (start === 0) return { headers: { etag: '"v1"' }, cutAfter: 20_000 };
      const body = BODY.subarray(start, start + 10_000);
      const range = `bytes ${start}-${start + body.length - 1}/${BODY.length}`;
      return { status: 206, body, headers: { etag: '"v1"', "content-range": range } };
    };
    await withServer(answer, async (url, requests) => {
      assert.equal((await download(url, path, FAST)).sha256, SHA256);
      assert.equal(requests.length, 4);
    });
  });
});

Deno.test("download() asks nothing where a run was killed between the last byte and the name", async () => {
  await withFolder(async (path, dir) => {
    await withServer(() => ({}), async (url, requests) => {
      await writeFile(`${path}.part`, BODY);
      await writeFile(
        `${path}.part.json`,
        JSON.stringify({ url, validator: '"v1"', bytes: BODY.length }),
      );
      await download(url, path, { ...FAST, sha256: SHA256 });
      assert.equal(requests.length, 0);
      assert.deepEqual(await readdir(dir), ["file.bin"]);
    });
  });
});

for (const status of [429, 503]) {
  const until = new Date(Date.UTC(2030, 0, 1, 0, 0, 1)).toUTCString();
  const now = new Date(Date.UTC(2030, 0, 1)).toUTCString();
  const forms = { seconds: { "retry-after": "1" }, "a date": { "retry-after": until, date: now } };
  for (const [form, headers] of Object.entries(forms)) {
    Deno.test(`download() obeys Retry-After in ${form} on ${status}, and tells it`, async () => {
      await withFolder(async (path) => {
        const answer = (_: Headers, request: number): Answer =>
          request === 1 ? { status, headers } : {};
        await withServer(answer, async (url) => {
          const notes: string[] = [];
          const start = performance.now();
          await download(url, path, { ...FAST, onNote: (line) => void notes.push(line) });
          const waited = performance.now() - start;
          assert.ok(waited >= 990 && waited < 5000, `${waited} ms`);
          assert.deepEqual(notes, [`the server answered ${status}: try 2 of 5 follows in 1 s`]);
        });
      });
    });
  }
}

Deno.test("download() does not wait longer than its bound, says so, and can be stopped meanwhile", async () => {
  await withFolder(async (path) => {
    const answer = (): Answer => ({ status: 503, headers: { "retry-after": "86400" } });
    await withServer(answer, async (url, requests) => {
      const notes: string[] = [];
      const onNote = (line: string): void => void notes.push(line);
      const options = { ...FAST, attempts: 2, maxRetryAfterMs: 10, onNote };
      assert.match(await refusal(download(url, path, options)), /after 2 tries: .*503: try again/);
      assert.equal(notes[0], "the server asks to wait 86400 s, at most 1 s are waited");
      const stop = new AbortController();
      setTimeout(() => stop.abort(new UsageError("stopped")), 100);
      const waiting = download(url, path, { ...FAST, signal: stop.signal });
      assert.equal(await refusal(waiting), "stopped");
      assert.equal(requests.length, 3);
    });
  });
});
