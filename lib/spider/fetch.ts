import { type FetchedFolder, fetchFolder, type FetchOptions } from "../fetch/mod.ts";
import { UsageError } from "../ground/mod.ts";
import { loadSpider } from "./load_spider.ts";

/**
 * Brings Spider here: unpacks the release's zip file into a folder that `loadSpider` reads.
 *
 * The authors hand the zip file out by a drive whose pages a program cannot click through, so the
 * usual source is the path of a file downloaded in a browser; a URL or a hub file of one's own does
 * as well. The archive may hold the data in a folder of its own.
 *
 * @param source The path, URL or `hf:owner/repo/path/to/file` of the zip (or a tar) file.
 * @param dest The folder to make; one that is there and whole is kept.
 * @param options Checksum, token, tries.
 * @returns The folder and the archive's SHA-256.
 * @throws {UsageError} If the source cannot be had, is damaged, or is not Spider. Nothing is left
 * under `dest` then.
 *
 * Source: https://yale-lily.github.io/spider
 */
export function fetchSpider(
  source: string,
  dest: string,
  options: FetchOptions = {},
): Promise<FetchedFolder> {
  return fetchFolder(source, dest, {
    name: "Spider",
    contains: ["dev.json", "tables.json"],
    check: checkRelease,
  }, options);
}

async function checkRelease(dir: string): Promise<void> {
  const { train } = await loadSpider(dir);
  if (train.length > 0) return;
  throw new UsageError(
    "Cannot load Spider: train_spider.json and train_others.json (or train.json) are missing",
  );
}
