import { join } from "node:path";
import { UsageError } from "../runs/usage_error.ts";

/**
 * Where an archive's entry goes below `dir`, or `undefined` for what a desktop leaves in archives
 * (`__MACOSX/`, `._x`, `.DS_Store`).
 *
 * @throws {UsageError} If the name would lead out of `dir`: an absolute path, a drive letter, a
 * backslash, a `..`, a NUL.
 */
export function entryPath(name: string, dir: string, archive: string): string | undefined {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  const unsafe = name.startsWith("/") || /^[A-Za-z]:/.test(name) || /[\\\0]/.test(name) ||
    parts.includes("..");
  if (unsafe) {
    throw new UsageError(
      `Cannot unpack ${archive}: an entry leads out of the folder, do not trust this file: ${
        JSON.stringify(name)
      }`,
    );
  }
  const leaf = parts.at(-1);
  if (leaf === undefined || parts[0] === "__MACOSX") return undefined;
  if (leaf === ".DS_Store" || leaf.startsWith("._")) return undefined;
  return join(dir, ...parts);
}
