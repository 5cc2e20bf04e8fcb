import { basename, join } from "node:path";
import type { HubFile } from "./_hub_listing.ts";

/**
 * The folder in which Hugging Face's own programs keep downloads.
 *
 * Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export function hubCacheDir(): string {
  const env = (name: string): string | undefined => Deno.env.get(name) || undefined;
  const home = env("HF_HOME") ??
    join(env("XDG_CACHE_HOME") ?? join(env("HOME") ?? ".", ".cache"), "huggingface");
  return env("HF_HUB_CACHE") ?? join(home, "hub");
}

/** The folder of a model or an adapter at a commit in that cache, whether it is there or not. */
export function snapshotDir(cacheDir: string, id: string, commit: string): string {
  return join(cacheDir, `models--${id.replaceAll("/", "--")}`, "snapshots", commit);
}

/** The commit that a branch or tag stood for when that cache last saw it. */
export async function cachedCommit(
  cacheDir: string,
  id: string,
  revision: string,
): Promise<string | undefined> {
  const path = join(cacheDir, `models--${id.replaceAll("/", "--")}`, "refs", revision);
  return (await Deno.readTextFile(path).catch(() => undefined))?.trim();
}

/**
 * Whether a snapshot has all the files, by size, and by the hash where the
 * cache tells it: files are links to blobs that are named by their hash.
 */
export async function isWholeSnapshot(dir: string, files: readonly HubFile[]): Promise<boolean> {
  for (const { name, bytes, sha256, gitBlob } of files) {
    const path = join(dir, name);
    const found = await Deno.stat(path).catch(() => undefined);
    if (!found?.isFile || found.size !== bytes) return false;
    const target = await Deno.readLink(path).catch(() => undefined);
    if (target !== undefined && basename(target) !== (sha256 ?? gitBlob)) return false;
  }
  return true;
}
