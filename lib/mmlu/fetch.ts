import { type FetchedFolder, fetchFolder, type FetchOptions } from "../fetch/mod.ts";
import { loadMmlu } from "./load_mmlu.ts";

/**
 * Brings MMLU here: unpacks the authors' tar file into a folder that `loadMmlu` reads.
 *
 * Only `dev/`, `test/` and `val/` are kept; the auxiliary training questions, most of the archive,
 * are no part of the study.
 *
 * @param source The path, URL or `hf:owner/repo/path/to/file` of the tar (or a zip) file;
 * `MMLU_URL` is the authors'.
 * @param dest The folder to make; one that is there and whole is kept.
 * @param options Checksum, token, tries.
 * @returns The folder and the archive's SHA-256.
 * @throws {UsageError} If the source cannot be had, is damaged, or is not MMLU. Nothing is left
 * under `dest` then.
 *
 * Source: https://github.com/hendrycks/test, README
 */
export function fetchMmlu(
  source: string,
  dest: string,
  options: FetchOptions = {},
): Promise<FetchedFolder> {
  return fetchFolder(source, dest, {
    name: "MMLU",
    contains: ["dev", "test"],
    check: loadMmlu,
    wanted: (name) => /(?:^|\/)(?:dev|test|val)\/[^/]+$/.test(name),
  }, options);
}
