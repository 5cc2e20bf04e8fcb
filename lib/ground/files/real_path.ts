import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** An absolute path with the links of the part of it that is there followed. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}
