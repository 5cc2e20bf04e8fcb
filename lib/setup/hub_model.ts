import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import { ServerUnreachable } from "../engine/mod.ts";
import { download, type DownloadOptions } from "../fetch/mod.ts";
import {
  CHECK_NETWORK,
  explainWriteError,
  type Progress,
  REPOSITORY_ROOT,
  UsageError,
} from "../ground/mod.ts";
import { cachedCommit, hubCacheDir, isWholeSnapshot, snapshotDir } from "./_hub_cache.ts";
import { setupLock } from "./_setup_lock.ts";
import { hubAdvice, type HubFile, type HubPlace, listHubModel } from "./_hub_listing.ts";
import { findModelFolder, type HubModel, markModelFolder } from "./_model_folder.ts";

export type { HubModel };

/** Which model, and from where. */
export interface HubModelOptions
  extends Pick<DownloadOptions, "attempts" | "maxRetryAfterMs" | "retryDelayMs" | "stallMs"> {
  /** Its id on the hub, such as `Qwen/Qwen2.5-0.5B-Instruct`. */
  readonly id: string;
  /** A branch, tag or commit; `main` when left out. */
  readonly revision?: string | undefined;
  /** The hub's token; the environment's `HF_TOKEN` when left out. */
  readonly token?: string | undefined;
  /** The hub's address; the environment's `HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  /** Where model folders are made; `models/` of the repository when left out. */
  readonly modelsDir?: string;
  /** Hugging Face's own cache; found by its environment variables when left out. */
  readonly cacheDir?: string;
  /** Stops a download; what has arrived is kept for the next one. */
  readonly signal?: AbortSignal | undefined;
}

const ID = /^[\w.-]+(\/[\w.-]+)?$/;
const COMMIT = /^[0-9a-f]{40}$/;
const SHORT_COMMIT = 8;

/**
 * Brings a model of the Hugging Face hub to this machine: configuration,
 * tokenizer and safetensors weights, nothing else.
 *
 * A complete copy in Hugging Face's own cache is used where it lies. Else the
 * files are downloaded into `models/<id>-<commit>.part`, each with its size and
 * hash compared, and the folder gets its name when it is whole. A download that
 * was broken off goes on where it was. Where the hub cannot be reached, a copy
 * from before is used.
 *
 * @returns The folder and the commit, to be recorded with the results.
 * @throws {UsageError} If there is no such model, access is missing, a file is
 * damaged, the disk is too full, or the hub cannot be reached and no copy is here.
 *
 * @example (not run: needs the hub)
 * ```ts ignore
 * const { dir, revision } = await ensureHubModel({ id: "Qwen/Qwen2.5-0.5B-Instruct" }, progress);
 * ```
 */
export async function ensureHubModel(
  options: HubModelOptions,
  progress: Progress,
): Promise<HubModel> {
  const { id, revision = "main", signal } = options;
  const { modelsDir = `${REPOSITORY_ROOT}/models`, cacheDir = hubCacheDir() } = options;
  if (!ID.test(id) || id.includes("..")) {
    throw new UsageError(`Cannot get the model "${id}": an id is written owner/name`);
  }
  const place: HubPlace = {
    id,
    revision,
    token: (options.token ?? Deno.env.get("HF_TOKEN")) || undefined,
    endpoint: (options.endpoint || Deno.env.get("HF_ENDPOINT") || "https://huggingface.co")
      .replace(/\/+$/, ""),
  };
  // a commit never changes: a copy of it needs no hub
  const pinned = COMMIT.test(revision)
    ? await findModelFolder(modelsDir, { id, revision })
    : undefined;
  if (pinned) return reuse(pinned, { id, progress });

  let listing;
  try {
    const { retryDelayMs } = options;
    const onWait = (ms: number): void =>
      progress.note(`the hub has too much to do: asking again in ${Math.ceil(ms / 1000)} s`);
    listing = await listHubModel(place, { signal, retryDelayMs, onWait });
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
    const known = COMMIT.test(revision) ? revision : await cachedCommit(cacheDir, id, revision);
    const made = await findModelFolder(modelsDir, { id, revision }) ??
      (known ? await openSnapshot(cacheDir, id, known) : undefined);
    if (!made) {
      throw new UsageError(
        `Cannot get the model "${id}": the hub gives no answer: ${error.reason}: ` +
          `${error.advice ?? CHECK_NETWORK}; ${OTHERWISE}`,
        { cause: error },
      );
    }
    progress.note(`the hub cannot be reached: ${id} at "${revision}" is taken as it was here`);
    return reuse(made, { id, progress });
  }
  const { commit, files } = listing;
  const made = await findModelFolder(modelsDir, { id, revision: commit });
  if (made) return reuse(made, { id, progress });
  const snapshot = snapshotDir(cacheDir, id, commit);
  if (await isWholeSnapshot(snapshot, files)) {
    return reuse({ dir: snapshot, revision: commit }, { id, progress });
  }
  const dir = `${modelsDir}/${id.replaceAll("/", "--")}-${commit.slice(0, SHORT_COMMIT)}`;
  using _lock = await setupLock(dir, { progress, signal });
  const meanwhile = await findModelFolder(modelsDir, { id, revision: commit });
  if (meanwhile) return reuse(meanwhile, { id, progress });
  await fetchFiles(`${dir}.part`, { ...place, revision: commit }, { files, options, progress });
  try {
    await markModelFolder(`${dir}.part`, { id, revision: commit, asked: revision, files });
    await Deno.rename(`${dir}.part`, dir);
  } catch (error) {
    throw explainWriteError(error, dir);
  }
  return { dir, revision: commit };
}

/** What is left to those who have no network here. */
const OTHERWISE =
  'or set HF_ENDPOINT to a mirror, or use a folder that you have (model.source "path")';

/** Not Hugging Face's client, which does not compare what it downloaded with the hub's hashes. */
async function fetchFiles(
  part: string,
  place: HubPlace,
  { files, options, progress }: {
    readonly files: readonly HubFile[];
    readonly options: HubModelOptions;
    readonly progress: Progress;
  },
): Promise<void> {
  const { id, revision, endpoint, token } = place;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  progress.step(`Model ${id} at ${revision.slice(0, SHORT_COMMIT)}: downloading ${size(total)}`);
  await Deno.mkdir(part, { recursive: true }).catch((error) => {
    throw explainWriteError(error, part);
  });
  await checkSpace(part, total, id);
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
      otherwise: OTHERWISE,
      onNote: (line) => progress.note(line),
      onProgress: (bytes) => progress.update(toMega(done + bytes), toMega(total), "MB"),
    });
    await checkFile(path, file, id);
    before += file.bytes;
    progress.update(toMega(before), toMega(total), "MB");
  }
}

/** Small files have no SHA-256 on the hub, but Git's own hash. */
async function checkFile(
  path: string,
  { name, bytes, gitBlob }: HubFile,
  id: string,
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
    `Cannot use ${name} of the model "${id}": what came has ${found} bytes and is not the hub's file of ${bytes}: run again`,
  );
}

async function checkSpace(dir: string, total: number, id: string): Promise<void> {
  let present = 0;
  for await (const { name } of Deno.readDir(dir)) {
    present += (await Deno.stat(`${dir}/${name}`)).size;
  }
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (total - present <= free) return;
  throw new UsageError(
    `Cannot download the model "${id}": ${
      size(total - present)
    } are to come, and ${dir} has room for ${size(free)}`,
  );
}

/** A snapshot in Hugging Face's cache, without the hub's list of files: by the least it must have. */
async function openSnapshot(
  cacheDir: string,
  id: string,
  commit: string,
): Promise<HubModel | undefined> {
  const dir = snapshotDir(cacheDir, id, commit);
  const has = (name: string): Promise<boolean> =>
    Deno.stat(`${dir}/${name}`).then(() => true, () => false);
  if (!(await has("config.json") && await has("tokenizer.json"))) return undefined;
  const index = await Deno.readTextFile(`${dir}/model.safetensors.index.json`).catch(() =>
    undefined
  );
  const weights = index === undefined
    ? ["model.safetensors"]
    : new Set(Object.values(JSON.parse(index).weight_map as Record<string, string>));
  for (const name of weights) if (!await has(name)) return undefined;
  return { dir, revision: commit };
}

function reuse(model: HubModel, { id, progress }: { id: string; progress: Progress }): HubModel {
  progress.note(
    `reused the model ${id} at ${model.revision.slice(0, SHORT_COMMIT)} in ${model.dir}`,
  );
  return model;
}

function toMega(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
