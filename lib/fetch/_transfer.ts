import { open } from "node:fs/promises";
import { followRedirects, redactUrls, retryAfterMs, UsageError } from "../ground/mod.ts";
import { beginPart, isSameFile, removePart, resumablePart } from "./_part_file.ts";
import { writeFault } from "./_write_fault.ts";

/** What one try needs; see `DownloadOptions`. */
export interface TransferOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly stallMs: number;
  readonly advise?: ((status: number) => string | undefined) | undefined;
  readonly onProgress?: ((bytes: number, totalBytes: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A try that failed in a way that the next one may not. */
export class TryAgain extends Error {
  /** How long the server asks to wait, if it does. */
  readonly retryAfterMs: number | undefined;
  /** What a person can do should it go on like this. */
  readonly advice: string | undefined;

  constructor(
    message: string,
    advice?: string,
    { retryAfterMs }: { readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.advice = advice;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * One request for what `part` does not have yet; returns when all of it has been written. Where the
 * server's file is not the one that the part was begun with, the part is begun anew.
 *
 * @throws {UsageError} If the server refuses, or the part cannot be written.
 * @throws {TryAgain} If the server has a fault or too much to do, or says nothing for `stallMs`.
 */
export async function transfer(url: string, part: string, options: TransferOptions): Promise<void> {
  const known = await resumablePart(url, part);
  const stall = new AbortController();
  const { stallMs, signal } = options;
  const limit: Limit = { stall, stallMs };
  const response = await within(
    limit,
    followRedirects(url, {
      headers: {
        // A compressed transfer would make lengths and ranges those of other bytes.
        "accept-encoding": "identity",
        ...(known ? { range: `bytes=${known.offset}-`, "if-range": known.validator } : {}),
      },
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    }, { secretHeaders: options.headers, elsewhere: "follow" }),
  );
  const { status, headers } = response;
  try {
    requireSuccess(response, url, options);
    const range = /^bytes (\d+)-\d+\/(\d+|\*)/.exec(headers.get("content-range") ?? "");
    if (status === 200) {
      const total = numberOf(headers.get("content-length"));
      await beginPart(url, part, { headers, bytes: total });
      return await writeBody(response, part, { ...options, start: 0, total, limit });
    }
    const total = numberOf(range?.[2]);
    const goesOn = status === 206 && known !== undefined && Number(range?.[1]) === known.offset &&
      isSameFile(known, headers, total);
    if (goesOn) {
      return await writeBody(response, part, { ...options, start: known.offset, total, limit });
    }
  } finally {
    // Without this a refused body would keep its connection open; one read to its end is closed.
    await response.body?.cancel().catch(() => {});
  }
  // Another file than the one begun (its name or size differs), or no such range (416).
  await removePart(part);
  if (known === undefined) {
    throw new TryAgain(
      `the server answered ${status} to a request for the whole file`,
      "check the address",
    );
  }
  await transfer(url, part, options);
}

interface Limit {
  readonly stall: AbortController;
  readonly stallMs: number;
}

/** Waits for the network, and not longer than it may be silent. */
async function within<T>({ stall, stallMs }: Limit, work: Promise<T>): Promise<T> {
  const silence = new TryAgain(`no bytes came for ${stallMs / 1000} s`);
  const timer = setTimeout(() => stall.abort(silence), stallMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

async function writeBody(
  response: Response,
  part: string,
  { start, total, limit, onProgress }: TransferOptions & {
    readonly start: number;
    readonly total: number | undefined;
    readonly limit: Limit;
  },
): Promise<void> {
  const fail = (error: unknown): never => {
    throw writeFault(error, part);
  };
  const file = await open(part, start > 0 ? "a" : "w").catch(fail);
  let bytes = start;
  try {
    const reader = response.body?.getReader();
    while (reader) {
      const { value, done } = await within(limit, reader.read());
      if (done) break;
      await file.writeFile(value).catch(fail);
      bytes += value.length;
      onProgress?.(bytes, total);
    }
    reader?.releaseLock();
    await file.sync().catch(fail);
  } finally {
    await file.close();
  }
  if (total !== undefined && bytes !== total) {
    throw new TryAgain(`the connection ended after ${bytes} of ${total} bytes`);
  }
}

function requireSuccess(
  response: Response,
  url: string,
  { advise }: Pick<TransferOptions, "advise">,
): void {
  const { status, headers } = response;
  if (status === 200 || status === 206 || status === 416) return;
  // Where it was sent on to, a token means nothing, and an address is good for some minutes.
  const host = URL.parse(response.url)?.host;
  const elsewhere = host && host !== URL.parse(url)?.host ? ` (${host}, where it sends on to)` : "";
  if (status >= 500 || status === 408 || status === 429 || (elsewhere && status === 403)) {
    throw new TryAgain(`the server${elsewhere} answered ${status}`, "try again later", {
      retryAfterMs: status === 429 || status === 503 ? retryAfterMs(headers) : undefined,
    });
  }
  const advice = (elsewhere ? undefined : advise?.(status)) ?? "check the address";
  throw new UsageError(
    `Cannot download ${redactUrls(url)}: the server${elsewhere} answered ${status}: ${advice}`,
  );
}

function numberOf(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}
