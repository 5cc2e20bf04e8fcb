import { basename, dirname, join, relative, resolve } from "node:path";
import { realPath } from "./real_path.ts";
import { UsageError } from "../usage_error.ts";
import { environmentReason, explainWriteError, writeFully } from "./write_fully.ts";

/** As much as a file system hands out at least: an empty file may fit on a full disk. */
const PROBE_BYTES = 4096;

/**
 * Refuses, before any work is done, a file that could not be written in the end. Nothing is made.
 *
 * @throws {UsageError} If the path names a folder or a device, a part of it is a file, or its
 * folder cannot be written to.
 */
export function checkOutputFile(path: string): void {
  if (/[\\/]$/.test(path)) {
    throw new UsageError(`Cannot write ${path}: it names a folder: give the name of a file`);
  }
  const found = statOf(path, path);
  if (found?.isDirectory) {
    throw new UsageError(`Cannot write ${path}: it is a folder: give the name of a file`);
  }
  if (found && !found.isFile) {
    throw new UsageError(`Cannot write ${path}: it is a device, not a file`);
  }
  probe(nearestFolder(dirname(resolve(path)), path), path);
}

/**
 * Refuses an output that would take the place of what is read.
 *
 * @param inputs Files, and folders with all that is below them; those that are not there are no
 * matter.
 * @throws {UsageError} If the path is one of them or below one, links followed.
 */
export function checkOutputIsNoInput(path: string, inputs: readonly string[]): void {
  const place = realPath(resolve(path));
  for (const input of inputs) {
    const way = relative(realPath(resolve(input)), place);
    if (way !== "" && (way.startsWith("..") || resolve(way) === way)) continue;
    throw new UsageError(
      `Cannot write ${path}: it is ${way === "" ? "" : "inside "}${input}, which is read: ` +
        "give another place",
    );
  }
}

/**
 * Refuses, before any work is done, a folder that results could not be written to; it need not be
 * there yet. Nothing is made.
 *
 * @throws {UsageError} If the path, or a part of it, is a file, or it cannot be written to.
 */
export function checkOutputFolder(path: string): void {
  probe(nearestFolder(resolve(path), path), path);
}

/** The folder itself, or the one that it would be made in. */
function nearestFolder(folder: string, path: string): string {
  const found = statOf(folder, path);
  if (found === undefined) return nearestFolder(dirname(folder), path);
  if (found.isDirectory) return folder;
  throw new UsageError(`Cannot write ${path}: a part of the path is a file, not a folder`);
}

function statOf(path: string, named: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (absent) return undefined;
    throw explainWriteError(error, named);
  }
}

/** Writes a small file and takes it away again: nothing else tells whether it can be done. */
function probe(folder: string, path: string): void {
  const temporary = join(folder, `.${basename(path)}.${crypto.randomUUID()}.probe`.slice(-200));
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(temporary, { write: true, createNew: true });
    writeFully(file, new Uint8Array(PROBE_BYTES), path);
  } catch (error) {
    const reason = environmentReason(error) ?? `no file can be made in ${folder}`;
    throw error instanceof UsageError ? error : new UsageError(`Cannot write ${path}: ${reason}`);
  } finally {
    if (file) {
      file.close();
      Deno.removeSync(temporary);
    }
  }
}
