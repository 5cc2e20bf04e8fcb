import { statSync } from "node:fs";
import { join } from "node:path";

/**
 * The file that `--out` means where a command writes one: what it names, or, where it is a folder or
 * ends in a slash, a file in it.
 *
 * @param name The file's name in a folder.
 */
export function outputFile(out: string, name: string): string {
  const folder = /[\\/]$/.test(out) || statSync(out, { throwIfNoEntry: false })?.isDirectory();
  return folder ? join(out, name) : out;
}
