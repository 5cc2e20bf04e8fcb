import { statSync } from "node:fs";

/**
 * Whether the file that was opened at a path is the one that lies there: it may have been removed
 * since, or replaced. On Windows, where an open file cannot be removed, it always is.
 *
 * @param file The open file.
 * @param path Where it was opened; links are followed.
 */
export function isSameFile(file: Deno.FsFile, path: string): boolean {
  if (Deno.build.os === "windows") return true;
  const opened = file.statSync();
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    return there !== undefined && there.dev === opened.dev && there.ino === opened.ino;
  } catch {
    // a part of the path is a file now, or may not be read
    return false;
  }
}
