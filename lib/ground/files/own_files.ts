import { join } from "node:path";
import { checkOutputFolder } from "./check_output.ts";
import { type Checksums, checksumText, readChecksums, sha256Of } from "./checksums.ts";
import { readBytes } from "../text/decode_text.ts";
import { UsageError } from "../usage_error.ts";
import { writeAtomic } from "./write_atomic.ts";
import { explainWriteError } from "./write_fully.ts";

/** So many files that are another's are named. */
const NAMED = 3;

/**
 * Refuses, before any work is done, a folder with files that an earlier {@linkcode writeOwnFiles} under
 * the same list did not write, or that were changed since: nothing is mixed among what is another's or
 * written over it. Nothing is made.
 *
 * @param folder The folder; it need not be there.
 * @param list The name of the list of what was written, in the folder.
 * @throws {UsageError} If there is such a file, or nothing could be written.
 */
export function checkOwnFiles(folder: string, list: string): void {
  checkOutputFolder(folder);
  ownSums(folder, list);
}

/**
 * Writes files into a folder that has none but such as these, and their SHA-256 into a list beside
 * them, which `sha256sum -c` checks too. Files of earlier calls stay.
 *
 * @param files Contents by path below the folder; each is read twice, and no two are held at once.
 * @throws {UsageError} As {@linkcode checkOwnFiles}, or if the disk is full.
 */
export function writeOwnFiles(
  folder: string,
  list: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  const earlier = ownSums(folder, list);
  // killed at any moment, no file is there that the list says something else of
  const paths = Object.keys(files);
  for (const path of paths) {
    if (earlier.has(path)) removeIfThere(join(folder, path));
  }
  const sums = paths.map((path) => [path, sha256Of(files[path]!)] as const);
  writeAtomic(join(folder, list), checksumText(new Map([...earlier, ...sums])));
  for (const path of paths) writeAtomic(join(folder, path), files[path]!);
}

/** What was written under a list before; the folder has nothing else. */
function ownSums(folder: string, list: string): Checksums {
  const sums = readChecksums(join(folder, list)) ?? new Map<string, string>();
  const others: string[] = [];
  for (const path of filesBelow(folder, "")) {
    const sum = sums.get(path);
    if (path === list) continue;
    if (sum === undefined) others.push(path);
    else if (sha256Of(readBytes(join(folder, path))) !== sum) {
      throw new UsageError(
        `Cannot write to ${folder}: ${path} in it was changed since it was written: give another ` +
          "folder with --out, or delete it",
      );
    }
    // a folder of data has thousands
    if (others.length > NAMED) break;
  }
  if (others.length === 0) return sums;
  const names = others.slice(0, NAMED).join(", ") + (others.length > NAMED ? ", ..." : "");
  throw new UsageError(
    `Cannot write to ${folder}: it has files of something else (${names}): give another folder ` +
      "with --out",
  );
}

/** Every entry below a folder that is no folder, with its path; none where there is no folder. */
function* filesBelow(folder: string, below: string): Generator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(join(folder, below))];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw explainWriteError(error, folder);
  }
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) yield* filesBelow(folder, path);
    else yield path;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw explainWriteError(error, path);
  }
}
