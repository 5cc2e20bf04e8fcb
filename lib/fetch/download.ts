import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { sha256OfFile } from "../runs/sha256_of_file.ts";
import { UsageError } from "../runs/usage_error.ts";
import { writeFault } from "./_write_fault.ts";

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Headers to send, such as a token. They do not follow a redirect to another host. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The SHA-256 (hex) that the file must have. */
  readonly sha256?: string | undefined;
  /** What to tell the user for a status such as 401, 403 or 404. */
  readonly advise?: (status: number) => string | undefined;
  /** How often to try while the connection breaks; 5 by default. */
  readonly attempts?: number;
  /** The wait before the second try, in milliseconds, doubled each time; 1000 by default. */
  readonly retryDelayMs?: number;
  /** Called as bytes arrive; `totalBytes` is unknown where the server does not say. */
  readonly onProgress?: (bytes: number, totalBytes: number | undefined) => void;
  /** Stops the download; what has arrived is kept for the next try. */
  readonly signal?: AbortSignal | undefined;
}

/** A file that is here now. */
export interface Downloaded {
  /** Where. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** Its SHA-256, hex. */
  readonly sha256: string;
  /** Whether it was here already, so that nothing was downloaded. */
  readonly reused: boolean;
}

/**
 * Downloads a file so that its name exists only when it is complete.
 *
 * Bytes go to `<path>.part`. When the connection breaks, or the program was killed, the next try
 * asks for the rest, provided that the server named a version (a strong ETag) and still has it;
 * else it starts again. Length and checksum are compared before the rename.
 *
 * @param url The address.
 * @param path The file to make; if it is there it is kept, and its checksum compared.
 * @param options Headers, checksum, tries.
 * @returns The file, with its checksum.
 * @throws {UsageError} If the server refuses (4xx), or the checksum is another one.
 * @throws {Error} If the connection breaks or the server fails (5xx) in every try.
 *
 * Source: RFC 9110, sections 13.1.5 (If-Range) and 14 (range requests)
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const { sha256, attempts = 5, retryDelayMs = 1000, signal } = options;
  const here = await sizeOf(path);
  if (here !== undefined) {
    const found = await sha256OfFile(path);
    if (sha256 === undefined || sha256.toLowerCase() === found) {
      return { path, bytes: here, sha256: found, reused: true };
    }
    throw new UsageError(
      `Cannot reuse ${path}: its SHA-256 is ${found}, expected ${sha256}: remove it and run again`,
    );
  }
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw writeFault(error, dirname(path));
  });
  const part = `${path}.part`;
  for (let attempt = 1;; attempt++) {
    try {
      await fetchRest(url, part, options);
      break;
    } catch (error) {
      if (error instanceof UsageError || signal?.aborted) throw error;
      if (attempt >= attempts) {
        throw new Error(
          `Cannot download ${url} after ${attempt} tries: ${(error as Error).message}`,
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs * 2 ** (attempt - 1)));
    }
  }
  const found = await sha256OfFile(part);
  if (sha256 !== undefined && sha256.toLowerCase() !== found) {
    await removePart(part);
    throw new UsageError(
      `Cannot use ${url}: its SHA-256 is ${found}, expected ${sha256}: the file is another one or damaged, nothing was kept`,
    );
  }
  await rename(part, path);
  await removePart(part);
  return { path, bytes: (await stat(path)).size, sha256: found, reused: false };
}

/** One request for what `part` does not have yet; returns when all of it has been written. */
async function fetchRest(
  url: string,
  part: string,
  { headers = {}, advise, onProgress, signal }: DownloadOptions,
): Promise<void> {
  const etag = await resumableEtag(url, part);
  const offset = etag === undefined ? 0 : await sizeOf(part) ?? 0;
  const resuming = etag !== undefined && offset > 0;
  const response = await fetch(url, {
    headers: {
      ...headers,
      // A compressed transfer would make lengths and ranges those of other bytes.
      "accept-encoding": "identity",
      ...(resuming ? { range: `bytes=${offset}-`, "if-range": etag } : {}),
    },
    signal: signal ?? null,
  });
  try {
    await requireSuccess(response, { url, part, advise });
    const range = /^bytes (\d+)-\d+\/(\d+|\*)/.exec(response.headers.get("content-range") ?? "");
    const append = response.status === 206 && resuming && Number(range?.[1]) === offset;
    if (response.status === 206 && !append) {
      await removePart(part);
      throw new Error("the server sent another range than asked for");
    }
    const length = Number(response.headers.get("content-length") ?? NaN);
    const start = append ? offset : 0;
    const total = Number.isFinite(length) ? start + length : undefined;
    if (!append) await rememberEtag(url, part, response.headers.get("etag"));
    await writeBody(response, part, { start, append, total, onProgress });
  } finally {
    // Without this a refused body would keep its connection open; one read to its end is closed.
    await response.body?.cancel().catch(() => {});
  }
}

async function writeBody(
  response: Response,
  part: string,
  { start, append, total, onProgress }: {
    readonly start: number;
    readonly append: boolean;
    readonly total: number | undefined;
    readonly onProgress: DownloadOptions["onProgress"];
  },
): Promise<void> {
  const fail = (error: unknown): never => {
    throw writeFault(error, part);
  };
  const file = await open(part, append ? "a" : "w").catch(fail);
  let bytes = start;
  try {
    for await (const chunk of response.body ?? []) {
      await file.writeFile(chunk).catch(fail);
      bytes += chunk.length;
      onProgress?.(bytes, total);
    }
    await file.sync().catch(fail);
  } finally {
    await file.close();
  }
  if (total !== undefined && bytes !== total) {
    throw new Error(`the connection ended after ${bytes} of ${total} bytes`);
  }
}

async function requireSuccess(
  response: Response,
  { url, part, advise }: {
    readonly url: string;
    readonly part: string;
    readonly advise: DownloadOptions["advise"];
  },
): Promise<void> {
  const { status } = response;
  if (status === 200 || status === 206) return;
  if (status === 416) await removePart(part);
  const again = status >= 500 || status === 408 || status === 416 || status === 429;
  if (again) throw new Error(`the server answered ${status}`);
  const advice = advise?.(status) ?? "check the address";
  throw new UsageError(`Cannot download ${url}: the server answered ${status}: ${advice}`);
}

/** The ETag of what is in `part`, if it is of this address and can be asked to go on. */
async function resumableEtag(url: string, part: string): Promise<string | undefined> {
  try {
    const known = JSON.parse(await readFile(`${part}.json`, "utf8"));
    return known.url === url && typeof known.etag === "string" ? known.etag : undefined;
  } catch {
    return undefined; // No note, or one cut short: nothing is known about the part, start again.
  }
}

async function rememberEtag(url: string, part: string, etag: string | null): Promise<void> {
  await removePart(part);
  if (etag === null || etag.startsWith("W/")) return;
  await writeFile(`${part}.json`, JSON.stringify({ url, etag })).catch((error) => {
    throw writeFault(error, part);
  });
}

async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
