import { basename, dirname, join } from "node:path";
import { explainWriteError, writeFully } from "./write_fully.ts";

/**
 * Writes a file so that at any moment, even after a crash, it is the old one or the new one and
 * never a part: a temporary file in the same folder, on the disk, then renamed.
 *
 * Folders that are not there yet are made.
 *
 * @param path The file.
 * @param content Text, written as UTF-8, or bytes.
 * @throws {UsageError} If the disk is full, or another thing is in the way that a person can mend;
 * the old file, if any, is as it was.
 *
 * @example
 * ```ts
 * import { writeAtomic } from "./write_atomic.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = Deno.makeTempDirSync();
 * writeAtomic(`${folder}/table.md`, "| n |\n");
 * assert.equal(Deno.readTextFileSync(`${folder}/table.md`), "| n |\n");
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${Deno.pid}-${crypto.randomUUID()}.tmp`);
  try {
    Deno.mkdirSync(folder, { recursive: true });
    const file = Deno.openSync(temporary, { write: true, createNew: true });
    try {
      writeFully(file, bytes, path);
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, path);
    syncFolder(folder);
  } catch (error) {
    removeIfThere(temporary);
    throw explainWriteError(error, path);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made, or is renamed already; the first error is the one to report.
  }
}

/** The rename itself is on the disk only when the folder is; Windows cannot open folders. */
function syncFolder(folder: string): void {
  if (Deno.build.os === "windows") return;
  using handle = Deno.openSync(folder);
  handle.syncSync();
}
