import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { redactUrls, sha256Of, sha256OfFile, UsageError } from "../ground/mod.ts";
import { download, type DownloadOptions } from "./download.ts";
import { extractArchive } from "./extract_archive.ts";
import type { ExtractOptions } from "./extract_zip.ts";
import { parseSource, type Source } from "./parse_source.ts";
import { waitForLock } from "./wait_for_lock.ts";
import { writeFault } from "./_write_fault.ts";

/** What a caller of a fetcher may choose. */
export interface FetchOptions extends
  Pick<
    DownloadOptions,
    "attempts" | "maxRetryAfterMs" | "onNote" | "onProgress" | "retryDelayMs" | "signal" | "stallMs"
  > {
  /** The SHA-256 (hex) that the archive must have. */
  readonly sha256?: string | undefined;
  /** The hub's token; by default the environment variable `HF_TOKEN`. */
  readonly token?: string | undefined;
  /** The hub's address; by default `HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
}

/** What a data set's archive looks like inside, and how to tell that it is whole. */
export interface FolderForm extends ExtractOptions {
  /** What the data set is called in messages. */
  readonly name: string;
  /** Files and folders that lie side by side in the folder to keep. */
  readonly contains: readonly string[];
  /** Reads the folder; throws where it is not a whole data set. */
  readonly check: (dir: string) => Promise<unknown>;
}

/** A data set's folder that is here now. */
export interface FetchedFolder {
  /** The folder. */
  readonly root: string;
  /** Whether it was here already, so that nothing was fetched. */
  readonly reused: boolean;
  /** The SHA-256 (hex) of the archive; absent when the folder was reused. */
  readonly sha256?: string;
}

/**
 * Brings a data set's archive here and unpacks it so that the folder's name exists only when all of
 * it has been unpacked and read once.
 *
 * A folder that is there is read and kept. Work happens in `<dest>.part` and
 * `<dest>.<hash of the source>.download` beside it; a killed fetch goes on from its download when
 * run again. Two fetches at once wait for each other.
 *
 * @param source A path, a URL, or `hf:owner/repo/path/to/file`.
 * @param dest The folder to make.
 * @param form What the archive looks like inside.
 * @param options Checksum, token, tries.
 * @returns The folder and the archive's checksum.
 * @throws {UsageError} If the source is refused, damaged, has another checksum or another content,
 * or `dest` is there and not whole.
 */
export async function fetchFolder(
  source: string,
  dest: string,
  form: FolderForm,
  options: FetchOptions = {},
): Promise<FetchedFolder> {
  const target = resolve(dest);
  const here = await keepFolder(target, dest, form);
  if (here) return here;
  const { onNote, signal } = options;
  using _lock = await waitForLock(target, { onNote, signal });
  const meanwhile = await keepFolder(target, dest, form);
  if (meanwhile) return meanwhile;
  const part = `${target}.part`;
  // Named by its source, so that a download left by a killed run is not taken for another one's.
  const sourceHash = sha256Of(redactUrls(source)).slice(0, 8);
  const loaded = `${target}.${sourceHash}.download`;
  const { path, sha256 } = await obtain(source, loaded, options);
  await rm(part, { recursive: true, force: true });
  try {
    await mkdir(part, { recursive: true }).catch((error) => {
      throw writeFault(error, part);
    });
    await extractArchive(path, part, form);
    const found = await findFolder(part, form.contains);
    if (found === undefined) {
      throw new UsageError(
        `Cannot fetch ${form.name}: the archive has no folder with ${
          form.contains.join(", ")
        }: is it the right file? ${redactUrls(source)}`,
      );
    }
    await form.check(found);
    await rename(found, target).catch((error) => {
      throw writeFault(error, target);
    });
  } finally {
    // Also after a failure: an archive that did not unpack must not be taken up again.
    await rm(loaded, { force: true });
    await rm(part, { recursive: true, force: true });
  }
  return { root: dest, reused: false, sha256 };
}

/** The folder that is there, read once; nothing where there is none. */
async function keepFolder(
  target: string,
  dest: string,
  { name, check }: FolderForm,
): Promise<FetchedFolder | undefined> {
  if (!await stat(target).then(() => true, () => false)) return undefined;
  try {
    await check(target);
  } catch (error) {
    throw new UsageError(
      `Cannot fetch ${name}: ${dest} is there but not whole, remove it first: ${
        (error as Error).message
      }`,
      { cause: error },
    );
  }
  return { root: dest, reused: true };
}

/** What is left to those who have no network here. */
const OTHERWISE = "or pass the path of an archive that you have, or name a folder that holds " +
  "spider/ or mmlu/ with --data-root";

async function obtain(
  source: string,
  loaded: string,
  options: FetchOptions,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const {
    token = Deno.env.get("HF_TOKEN"),
    endpoint = Deno.env.get("HF_ENDPOINT") || undefined,
    ...rest
  } = options;
  const parsed = parseSource(source, { token, endpoint });
  if (parsed.kind !== "path") {
    const advise = (status: number): string | undefined => advice(status, parsed, token);
    return await download(parsed.url, loaded, {
      ...rest,
      headers: parsed.headers,
      advise,
      otherwise: parsed.kind === "hub" ? `set HF_ENDPOINT to a mirror, ${OTHERWISE}` : OTHERWISE,
    });
  }
  const { path } = parsed;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    const what = found === undefined ? "no such file" : "it is not a file, pass the archive itself";
    throw new UsageError(`Cannot fetch ${path}: ${what}`);
  }
  const sha256 = await sha256OfFile(path);
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    throw new UsageError(
      `Cannot use ${path}: its SHA-256 is ${sha256}, expected ${options.sha256}: it is another file or damaged`,
    );
  }
  return { path, sha256 };
}

/** What a user can do about a refusal. */
function advice(status: number, { kind }: Source, token: string | undefined): string | undefined {
  if (kind !== "hub") {
    return status === 401 || status === 403
      ? "it wants a login: download the file in a browser and pass its path"
      : status === 404
      ? "no such file there: check the address, or pass the path of a file you have"
      : undefined;
  }
  if (status === 401) {
    return token
      ? "the hub does not accept HF_TOKEN: make a new read token, and check the repository's name"
      : "the hub wants a token: set HF_TOKEN to a read token, and check the repository's name";
  }
  if (status === 403) {
    return "HF_TOKEN's account has no access: accept the data set's terms on its page, or let the token read it";
  }
  if (status === 404) return "no such file: check owner/repo, the path in it and @revision";
  return undefined;
}

/** The nearest folder, at most three levels down, that has all the names in it. */
async function findFolder(dir: string, names: readonly string[]): Promise<string | undefined> {
  let level = [dir];
  for (let depth = 0; depth <= 3; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      const entries = await readdir(folder, { withFileTypes: true });
      const present = new Set(entries.map((entry) => entry.name));
      if (names.every((name) => present.has(name))) return folder;
      for (const entry of entries) if (entry.isDirectory()) below.push(join(folder, entry.name));
    }
    level = below.sort();
  }
  return undefined;
}
