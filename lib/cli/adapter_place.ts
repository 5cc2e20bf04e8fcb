import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isHubId } from "../setup/mod.ts";

/**
 * An adapter as `--adapter-path` names it: the whole path of a folder, or an id on the hub. A folder
 * that exists wins; what is none and is written `owner/name` is an id.
 */
export function folderOrId(path: string): string {
  const dir = resolve(path);
  return !existsSync(dir) && isHubId(path) ? path : dir;
}
