/**
 * Files from elsewhere: downloads that resume, archives that are unpacked safely, folders that
 * appear only when they are whole.
 *
 * @example A data set's folder (not run: needs the file)
 * ```ts ignore
 * await fetchFolder("spider_data.zip", "spider_db/spider", {
 *   name: "Spider",
 *   contains: ["dev.json", "tables.json"],
 *   check: loadSpider,
 * });
 * ```
 *
 * @module
 */
export { download, type Downloaded, type DownloadOptions } from "./download.ts";
export { type ExtractOptions, extractZip } from "./extract_zip.ts";
export {
  type FetchedFolder,
  fetchFolder,
  type FetchOptions,
  type FolderForm,
} from "./fetch_folder.ts";
export { waitForLock, type WaitForLockOptions } from "./wait_for_lock.ts";
