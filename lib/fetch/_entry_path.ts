import { join } from "node:path";
import { UsageError } from "../ground/mod.ts";

/**
 * Where an archive's entry goes below `dir`, or `undefined` for what a desktop leaves in archives
 * (`__MACOSX/`, `._x`, `.DS_Store`).
 *
 * @throws {UsageError} If the name would lead out of `dir`: an absolute path, a drive letter, a
 * `..`; or has a NUL or a backslash in it, or is longer than a file's name may be.
 */
export function entryPath(name: string, dir: string, archive: string): string | undefined {
  const refuse = (what: string): UsageError =>
    new UsageError(`Cannot unpack ${archive}: ${what}: ${JSON.stringify(name.slice(0, 300))}`);
  const parts = name.split(/[\\/]/).filter((part) => part !== "" && part !== ".");
  if (/^[\\/]|^[A-Za-z]:/.test(name) || parts.includes("..")) {
    throw refuse("an entry leads out of the folder, do not trust this file");
  }
  if (/[\\\0]/.test(name)) throw refuse("an entry has a backslash or a NUL in its name");
  if (parts.some((part) => new TextEncoder().encode(part).length > LONGEST_NAME)) {
    throw refuse("an entry has too long a name");
  }
  const leaf = parts.at(-1);
  if (leaf === undefined || parts[0] === "__MACOSX") return undefined;
  if (leaf === ".DS_Store" || leaf.startsWith("._")) return undefined;
  return join(dir, ...parts);
}

/** Bytes; of every file system in use. */
const LONGEST_NAME = 255;
