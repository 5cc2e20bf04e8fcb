import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import { download, type DownloadOptions } from "../fetch/mod.ts";
import { explainWriteError, type Progress, UsageError } from "../ground/mod.ts";
import { hubAdvice, type HubFile, type HubKind, type HubPlace } from "./_hub_listing.ts";

/** How files are downloaded. */
export interface HubDownloadOptions
  extends Pick<DownloadOptions, "attempts" | "maxRetryAfterMs" | "retryDelayMs" | "stallMs"> {
  /** Stops a download; what has arrived is kept for the next one. */
  readonly signal?: AbortSignal | undefined;
}

/** How many digits of a commit are shown, and are in a folder's name. */
export const SHORT_COMMIT_LENGTH = 8;

/** What is left to those who have no network here. */
export const OTHERWISE: Readonly<Record<HubKind, string>> = {
  model: 'or set HF_ENDPOINT to a mirror, or use a folder that you have (model.source "path")',
  adapter: "or set HF_ENDPOINT to a mirror, or use a folder that you have",
};

/**
 * Downloads a repository's files into a folder, each compared with the hub's size and hash; what has
 * arrived before goes on. Not Hugging Face's client, which does not compare what it downloaded with
 * the hub's hashes.
 *
 * @param place Its revision is the commit.
 * @throws {UsageError} If a file is damaged, the disk is too full, or access is missing.
 */
export async function fetchHubFiles(
  part: string,
  place: HubPlace,
  { files, options, progress }: {
    readonly files: readonly HubFile[];
    readonly options: HubDownloadOptions;
    readonly progress: Progress;
  },
): Promise<void> {
  const { kind, id, revision, endpoint, token } = place;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  progress.step(
    `${kind === "model" ? "Model" : "Adapter"} ${id} at ${
      revision.slice(0, SHORT_COMMIT_LENGTH)
    }: downloading ${size(total)}`,
  );
  await Deno.mkdir(part, { recursive: true }).catch((error) => {
    throw explainWriteError(error, part);
  });
  await checkSpace(part, total, place);
  const { attempts, maxRetryAfterMs, retryDelayMs, stallMs, signal } = options;
  let before = 0;
  for (const file of files) {
    const path = `${part}/${file.name}`;
    const done = before;
    await download(`${endpoint}/${id}/resolve/${revision}/${file.name}`, path, {
      ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
      ...{ attempts, maxRetryAfterMs, retryDelayMs, stallMs, signal },
      sha256: file.sha256,
      advise: (status) => hubAdvice(status, place),
      otherwise: OTHERWISE[kind],
      onNote: (line) => progress.note(line),
      onProgress: (bytes) => progress.update(toMega(done + bytes), toMega(total), "MB"),
    });
    await checkFile(path, file, place);
    before += file.bytes;
    progress.update(toMega(before), toMega(total), "MB");
  }
}

/** Small files have no SHA-256 on the hub, but Git's own hash. */
async function checkFile(
  path: string,
  { name, bytes, gitBlob }: HubFile,
  { kind, id }: HubPlace,
): Promise<void> {
  const { size: found } = await Deno.stat(path);
  let isRight = found === bytes;
  if (isRight && gitBlob) {
    const hash = createHash("sha1").update(`blob ${bytes}\0`).update(await Deno.readFile(path));
    isRight = hash.digest("hex") === gitBlob;
  }
  if (isRight) return;
  await Deno.remove(path);
  throw new UsageError(
    `Cannot use ${name} of the ${kind} "${id}": what came has ${found} bytes and is not the hub's file of ${bytes}: run again`,
  );
}

async function checkSpace(dir: string, total: number, { kind, id }: HubPlace): Promise<void> {
  let present = 0;
  for await (const { name } of Deno.readDir(dir)) {
    present += (await Deno.stat(`${dir}/${name}`)).size;
  }
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (total - present <= free) return;
  throw new UsageError(
    `Cannot download the ${kind} "${id}": ${
      size(total - present)
    } are to come, and ${dir} has room for ${size(free)}`,
  );
}

function toMega(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
