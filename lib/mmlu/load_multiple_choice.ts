import { readdir, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { loadMmluFolder } from "./load_mmlu.ts";
import { ITEM_ENDINGS, loadOwnItems, type OwnItemsOptions } from "./own_data/load_own_items.ts";
import type { MmluData } from "./types.ts";

/**
 * Reads multiple-choice questions of any kind: MMLU as released, the same layout with subjects of
 * your own, or files of your own.
 *
 * - A folder with `test/` in it is read in MMLU's layout, one CSV file a subject, shots from `dev/`.
 * - A file, or any other folder, is read as `loadOwnItems` says: JSON lines, CSV or Parquet.
 *
 * @param path The file or the folder.
 * @param options `title` is what tables and figures call the data; "MMLU", or the name of the file
 * or the folder, if left out.
 * @throws {UsageError} If there is nothing at `path`, or it is broken; one line that names the file
 * and the place in it.
 */
export async function loadMultipleChoice(
  path: string,
  options: OwnItemsOptions = {},
): Promise<MmluData> {
  const info = await stat(path).catch((error) => {
    const fault = error.code === "ENOENT" ? "there is no such file or folder" : error.code;
    throw new UsageError(`Cannot load questions: ${path}: ${fault}`);
  });
  if (info.isDirectory()) {
    const names = await readdir(path).catch((error) => {
      throw new UsageError(`Cannot load questions: ${path} cannot be read (${error.code})`);
    });
    if (names.includes("test")) return await loadMmluFolder(path, options);
    if (names.includes("dev")) {
      throw new UsageError(`Cannot load MMLU: no folder test/ beside dev/: ${path}`);
    }
    return await loadOwnItems(path, options, names);
  }
  if (!ITEM_ENDINGS.includes(extname(path).toLowerCase())) {
    throw new UsageError(
      `Cannot load questions: ${basename(path)} is none of ${ITEM_ENDINGS.join(", ")}, ` +
        `and no folder: ${path}`,
    );
  }
  return await loadOwnItems(path, options);
}
