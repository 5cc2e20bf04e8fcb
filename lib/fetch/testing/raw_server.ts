import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import type { DownloadOptions } from "../mod.ts";

/** What the server has. */
export const BODY = crypto.getRandomValues(new Uint8Array(50_000));
/** Its checksum. */
export const SHA256 = createHash("sha256").update(BODY).digest("hex");

/** What the test server does with one request. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Close the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Fall silent after so many bytes of the body, until the client hangs up. */
  readonly silentAfter?: number;
  /** Say nothing at all, until the client hangs up. */
  readonly mute?: boolean;
}

/** A server by hand, since a proper one cannot break off in the middle of a body. */
export async function withServer(
  answer: (headers: Headers, request: number) => Answer,
  test: (url: string, requests: readonly Headers[]) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: Headers[] = [];
  async function serve(connection: Deno.Conn): Promise<void> {
    try {
      let text = "";
      const buffer = new Uint8Array(65536);
      while (!text.includes("\r\n\r\n")) {
        const count = await connection.read(buffer);
        if (count === null) return;
        text += new TextDecoder().decode(buffer.subarray(0, count));
      }
      const lines = text.split("\r\n").slice(1).filter((line) => line.includes(": "));
      const headers = new Headers(lines.map((line) => line.split(": ", 2) as [string, string]));
      requests.push(headers);
      const { status = 200, headers: extra = {}, body = BODY, cutAfter, silentAfter, mute } =
        answer(
          headers,
          requests.length,
        );
      if (mute) return void await connection.read(buffer);
      const head = { "content-length": String(body.length), connection: "close", ...extra };
      const headText = Object.entries(head).map(([key, value]) => `${key}: ${value}\r\n`).join("");
      const writer = connection.writable.getWriter();
      await writer.write(new TextEncoder().encode(`HTTP/1.1 ${status} X\r\n${headText}\r\n`));
      await writer.write(body.subarray(0, silentAfter ?? cutAfter));
      if (silentAfter !== undefined) return void await connection.read(buffer);
      await writer.close();
    } catch {
      // The client hung up; the test looks at what the client made of it.
    } finally {
      try {
        connection.close();
      } catch {
        // its writer closed it
      }
    }
  }
  const serving = (async () => {
    const connections: Promise<void>[] = [];
    for await (const connection of listener) connections.push(serve(connection));
    await Promise.all(connections);
  })();
  try {
    await test(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/file.bin`, requests);
  } finally {
    listener.close();
    await serving;
  }
}

/** Hands over a file's path in a folder of its own, which is removed afterwards. */
export async function withFolder(
  test: (path: string, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "download_" });
  try {
    await test(join(dir, "file.bin"), dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Tries without long waits. */
export const FAST: DownloadOptions = { retryDelayMs: 1 };

/** Serves ranges of BODY under one ETag, cutting the first `cuts` answers half-way. */
export function ranged(headers: Headers, { etag, cut }: { etag: string; cut: boolean }): Answer {
  const from = /^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1];
  const valid = from !== undefined && headers.get("if-range") === etag;
  const start = valid ? Number(from) : 0;
  const body = BODY.subarray(start);
  return {
    status: valid ? 206 : 200,
    body,
    headers: {
      etag,
      ...(valid ? { "content-range": `bytes ${start}-${BODY.length - 1}/${BODY.length}` } : {}),
    },
    ...(cut ? { cutAfter: Math.floor(body.length / 2) } : {}),
  };
}

/** The line of a download that fails, which must be one. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => assert.fail("it did not fail"), (error: Error) => error);
  assert.ok(error instanceof UsageError, String(error.stack));
  assert.ok(!error.message.includes("\n"), error.message);
  return error.message;
}
