import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import {
  CHECK_NETWORK,
  LONGEST_RETRY_AFTER_MS,
  networkCause,
  redactUrls,
  RedirectRefused,
  sha256OfFile,
  sleep,
  UsageError,
} from "../ground/mod.ts";
import { removePart, resumablePart, sizeOf } from "./_part_file.ts";
import { transfer, TryAgain } from "./_transfer.ts";
import { writeFault } from "./_write_fault.ts";

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Headers to send, such as a token. They do not follow a redirect to another host. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The SHA-256 (hex) that the file must have. */
  readonly sha256?: string | undefined;
  /** What to tell the user for a status such as 401, 403 or 404. */
  readonly advise?: (status: number) => string | undefined;
  /** What to tell the user, beside the cause, when all tries failed, such as what to set. */
  readonly otherwise?: string;
  /** How often to try while the connection breaks; 5 by default. */
  readonly attempts?: number | undefined;
  /** The wait before the second try, in milliseconds, doubled each time; 1000 by default. */
  readonly retryDelayMs?: number | undefined;
  /** The longest that a server's `Retry-After` is obeyed; 300,000 ms by default. */
  readonly maxRetryAfterMs?: number | undefined;
  /** How long no byte may come before a try is given up; 60,000 ms by default. */
  readonly stallMs?: number | undefined;
  /** Called as bytes arrive; `totalBytes` is unknown where the server does not say. */
  readonly onProgress?: (bytes: number, totalBytes: number | undefined) => void;
  /** Called with a line when a try failed and another one follows. */
  readonly onNote?: (line: string) => void;
  /** Stops the download; what has arrived is kept for the next try. */
  readonly signal?: AbortSignal | undefined;
}

/** A file that is here now. */
export interface Downloaded {
  /** Where. */
  readonly path: string;
  /** Its SHA-256, hex. */
  readonly sha256: string;
  /** Whether it was here already, so that nothing was downloaded. */
  readonly reused: boolean;
}

/**
 * Downloads a file so that its name exists only when it is complete.
 *
 * Bytes go to `<path>.part`. When the connection breaks or falls silent, or the program was killed,
 * the next try asks for the rest, provided that the server named a version (a strong ETag, or a
 * date that is as good) and still has it in the same size; else it starts again. Length and
 * checksum are compared before the rename. `Retry-After` is obeyed within bounds. Redirects are
 * followed; another host does not get the headers. No line and no file that this writes has a user
 * name, a password or a key of an address in it.
 *
 * @param url The address.
 * @param path The file to make; if it is there it is kept, and its checksum compared.
 * @param options Headers, checksum, tries.
 * @returns The file, with its checksum.
 * @throws {UsageError} If the server refuses (4xx), the checksum is another one, the disk is full,
 * or the connection breaks or the server fails (5xx) in every try: with the cause and what to do.
 *
 * Source: RFC 9110, sections 10.2.3 (Retry-After), 13.1.5 (If-Range) and 14 (range requests)
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new UsageError(
      `Cannot download ${redactUrls(url)}: it is no http:// or https:// address`,
    );
  }
  const { sha256 } = options;
  if (await sizeOf(path) !== undefined) {
    const found = await sha256OfFile(path);
    if (isHash(found, sha256)) return { path, sha256: found, reused: true };
    throw new UsageError(
      `Cannot reuse ${path}: its SHA-256 is ${found}, expected ${sha256}: remove it and run again`,
    );
  }
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw writeFault(error, dirname(path));
  });
  const part = `${path}.part`;
  if (!await isWhole(url, part, sha256)) await fetchPart(url, part, options);
  const found = await sha256OfFile(part);
  if (!isHash(found, sha256)) {
    await removePart(part);
    throw new UsageError(
      `Cannot use ${
        redactUrls(url)
      }: its SHA-256 is ${found}, expected ${sha256}: the file is another one or damaged, nothing was kept`,
    );
  }
  await rename(part, path).catch((error) => {
    throw writeFault(error, path);
  });
  await removePart(part);
  return { path, sha256: found, reused: false };
}

/**
 * Tries until the part has all bytes. By hand, as `ky` tries again only until the headers are here,
 * and it is in the body that downloads break.
 */
async function fetchPart(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { headers = {}, attempts = 5, stallMs = 60_000, signal, onNote } = options;
  for (let attempt = 1;; attempt++) {
    try {
      return await transfer(url, part, { ...options, headers, stallMs });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UsageError) throw error;
      if (error instanceof RedirectRefused) throw cannot(url, error.message, "check the address");
      const { cause, advice } = error instanceof TryAgain
        ? { cause: error.message, advice: error.advice }
        : networkCause(error, url);
      if (attempt >= attempts) {
        const after = `after ${attempt} ${attempt === 1 ? "try" : "tries"}`;
        throw cannot(`${redactUrls(url)} ${after}`, cause, wayOut(advice, options));
      }
      const ms = waitMs(attempt, error, options);
      onNote?.(`${cause}: try ${attempt + 1} of ${attempts} follows in ${Math.ceil(ms / 1000)} s`);
      await sleep(ms, signal);
    }
  }
}

/** A server that asks for more time than it gets is asked again all the same, and this is told. */
function waitMs(attempt: number, error: unknown, options: DownloadOptions): number {
  const { retryDelayMs = 1000, maxRetryAfterMs = LONGEST_RETRY_AFTER_MS, onNote } = options;
  const asked = error instanceof TryAgain ? error.retryAfterMs ?? 0 : 0;
  if (asked > maxRetryAfterMs) {
    onNote?.(
      `the server asks to wait ${Math.ceil(asked / 1000)} s, at most ${
        Math.ceil(maxRetryAfterMs / 1000)
      } s are waited`,
    );
  }
  return Math.max(Math.min(asked, maxRetryAfterMs), retryDelayMs * 2 ** (attempt - 1));
}

function wayOut(advice: string = CHECK_NETWORK, { otherwise }: DownloadOptions): string {
  return otherwise === undefined ? advice : `${advice}; ${otherwise}`;
}

function cannot(what: string, cause: string, advice: string): UsageError {
  return new UsageError(`Cannot download ${redactUrls(what)}: ${cause}: ${advice}`);
}

/** Whether a run was killed between the last byte and the rename; only a checksum can tell. */
async function isWhole(url: string, part: string, sha256: string | undefined): Promise<boolean> {
  const known = await resumablePart(url, part);
  return sha256 !== undefined && known !== undefined && known.offset === known.bytes &&
    isHash(await sha256OfFile(part), sha256);
}

function isHash(found: string, expected: string | undefined): boolean {
  return expected === undefined || expected.toLowerCase() === found;
}
