import { basename } from "node:path";
import { ServerUnreachable } from "../engine/mod.ts";
import {
  CHECK_NETWORK,
  explainWriteError,
  type Progress,
  REPOSITORY_ROOT,
  UsageError,
} from "../ground/mod.ts";
import { cachedCommit, hubCacheDir, isWholeSnapshot, snapshotDir } from "./_hub_cache.ts";
import { setupLock } from "./_setup_lock.ts";
import {
  fetchHubFiles,
  type HubDownloadOptions,
  OTHERWISE,
  SHORT_COMMIT_LENGTH,
} from "./_hub_download.ts";
import {
  type HubKind,
  type HubPlace,
  INDEX,
  listHubFiles,
  NEEDED_FILES,
  WEIGHTS,
} from "./_hub_listing.ts";
import { findModelFolder, type HubModel, markModelFolder } from "./_model_folder.ts";

export type { HubModel };

/** Which model or adapter, and from where. */
export interface HubModelOptions extends HubDownloadOptions {
  /** Its id on the hub, such as `Qwen/Qwen2.5-0.5B-Instruct`. */
  readonly id: string;
  /** A branch, tag or commit; `main` when left out. */
  readonly revision?: string | undefined;
  /** The hub's token; the environment's `HF_TOKEN` when left out. */
  readonly token?: string | undefined;
  /** The hub's address; the environment's `HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  /** Where its folder is made; `models/` of the repository when left out. */
  readonly modelsDir?: string;
  /** Hugging Face's own cache; found by its environment variables when left out. */
  readonly cacheDir?: string;
}

const ID = /^[\w.-]+(\/[\w.-]+)?$/;
const OWNER_AND_NAME = /^\w[\w.-]*\/\w[\w.-]*$/;
const COMMIT = /^[0-9a-f]{40}$/;

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
  return await ensureRepository("model", options, progress);
}

/**
 * Brings a LoRA adapter of the Hugging Face hub to this machine, as {@linkcode ensureHubModel} does
 * a model: `adapter_config.json`, `adapter_model.safetensors`, and the tokenizer's files and the record
 * of a mean (`average.json`) where it has them, into `models/<id>-<commit>-adapter`.
 *
 * @returns The folder and the commit, to be recorded with the results.
 * @throws {UsageError} As `ensureHubModel` does; an adapter that was saved before PEFT wrote
 * safetensors (`adapter_model.bin`) is refused.
 *
 * @example (not run: needs the hub)
 * ```ts ignore
 * const { dir, revision } = await ensureHubAdapter({ id: "owner/my-lora" }, progress);
 * ```
 */
export async function ensureHubAdapter(
  options: HubModelOptions,
  progress: Progress,
): Promise<HubModel> {
  return await ensureRepository("adapter", options, progress);
}

/**
 * Whether a text is written as `owner/name`, as the hub's ids are. A path that begins with `/` or
 * `.` is not, nor is one of more or fewer parts.
 *
 * @example
 * ```ts
 * import { isHubId } from "./hub_model.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isHubId("owner/my-lora"));
 * assert.deepEqual(["./owner/x", "/owner/x", "../x", "x", "a/b/c"].filter(isHubId), []);
 * ```
 */
export function isHubId(text: string): boolean {
  return OWNER_AND_NAME.test(text) && !text.includes("..");
}

async function ensureRepository(
  kind: HubKind,
  options: HubModelOptions,
  progress: Progress,
): Promise<HubModel> {
  const { id, revision = "main", signal } = options;
  const { modelsDir = `${REPOSITORY_ROOT}/models`, cacheDir = hubCacheDir() } = options;
  if (!ID.test(id) || id.includes("..")) {
    throw new UsageError(`Cannot get the ${kind} "${id}": an id is written owner/name`);
  }
  const place: HubPlace = {
    kind,
    id,
    revision,
    token: (options.token ?? Deno.env.get("HF_TOKEN")) || undefined,
    endpoint: (options.endpoint || Deno.env.get("HF_ENDPOINT") || "https://huggingface.co")
      .replace(/\/+$/, ""),
  };
  const reuse = (model: HubModel): HubModel => {
    const commit = model.revision.slice(0, SHORT_COMMIT_LENGTH);
    progress.note(`reused the ${kind} ${id} at ${commit} in ${model.dir}`);
    return model;
  };
  // a commit never changes: a copy of it needs no hub
  const pinned = COMMIT.test(revision)
    ? await findModelFolder(modelsDir, { kind, id, revision })
    : undefined;
  if (pinned) return reuse(pinned);

  let listing;
  try {
    const { retryDelayMs } = options;
    const onWait = (ms: number): void =>
      progress.note(`the hub has too much to do: asking again in ${Math.ceil(ms / 1000)} s`);
    listing = await listHubFiles(place, { signal, retryDelayMs, onWait });
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
    const known = COMMIT.test(revision) ? revision : await cachedCommit(cacheDir, id, revision);
    const made = await findModelFolder(modelsDir, { kind, id, revision }) ??
      (known ? await openSnapshot(snapshotDir(cacheDir, id, known), kind) : undefined);
    if (!made) {
      throw new UsageError(
        `Cannot get the ${kind} "${id}": the hub gives no answer: ${error.reason}: ` +
          `${error.advice ?? CHECK_NETWORK}; ${OTHERWISE[kind]}`,
        { cause: error },
      );
    }
    progress.note(`the hub cannot be reached: ${id} at "${revision}" is taken as it was here`);
    return reuse(made);
  }
  const { commit, files } = listing;
  const made = await findModelFolder(modelsDir, { kind, id, revision: commit });
  if (made) return reuse(made);
  const snapshot = snapshotDir(cacheDir, id, commit);
  if (await isWholeSnapshot(snapshot, files)) return reuse({ dir: snapshot, revision: commit });
  const dir = `${modelsDir}/${id.replaceAll("/", "--")}-${commit.slice(0, SHORT_COMMIT_LENGTH)}` +
    (kind === "adapter" ? "-adapter" : "");
  using _lock = await setupLock(dir, { progress, signal });
  const meanwhile = await findModelFolder(modelsDir, { kind, id, revision: commit });
  if (meanwhile) return reuse(meanwhile);
  await fetchHubFiles(`${dir}.part`, { ...place, revision: commit }, { files, options, progress });
  try {
    const marker = { id, revision: commit, asked: revision, files };
    await markModelFolder(`${dir}.part`, kind === "model" ? marker : { ...marker, kind });
    await Deno.rename(`${dir}.part`, dir);
  } catch (error) {
    throw explainWriteError(error, dir);
  }
  return { dir, revision: commit };
}

/** A snapshot in Hugging Face's cache, without the hub's list of files: by the least it must have. */
async function openSnapshot(dir: string, kind: HubKind): Promise<HubModel | undefined> {
  const index = kind === "adapter"
    ? undefined
    : await Deno.readTextFile(`${dir}/${INDEX}`).catch(() => undefined);
  const weights = index === undefined
    ? [WEIGHTS[kind]]
    : new Set(Object.values(JSON.parse(index).weight_map as Record<string, string>));
  for (const name of [...NEEDED_FILES[kind], ...weights]) {
    if (!await Deno.stat(`${dir}/${name}`).then(() => true, () => false)) return undefined;
  }
  return { dir, revision: basename(dir) };
}
