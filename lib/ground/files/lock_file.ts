import { UsageError } from "../usage_error.ts";
import { isSameFile } from "./is_same_file.ts";
import { explainWriteError } from "./write_fully.ts";

/**
 * Holds `<path>.lock` until disposed of, so that one process at a time writes `path`.
 *
 * The lock is the operating system's, on the open file: it ends with the process, however that
 * ends, and there is no stale lock to be guessed at. The file's text, the holder's process id, is
 * for the message only.
 *
 * @throws {UsageError} If another process holds it; the message has that process's id.
 */
export function lockFile(path: string): Disposable {
  const lock = tryLockFile(path);
  if (!("holder" in lock)) return lock;
  throw new UsageError(`Cannot open ${path}: ${lock.holder} is writing it: wait for it or end it`);
}

/**
 * Takes the lock of {@linkcode lockFile} if it is free.
 *
 * @returns The lock, held until disposed of, or who holds it, in words.
 */
export function tryLockFile(path: string): Disposable | { readonly holder: string } {
  const lockPath = `${path}.lock`;
  while (true) {
    const file = openLock(lockPath);
    if (!file.tryLockSync(true)) {
      file.close();
      return { holder: readHolder(lockPath) };
    }
    // The last holder may have removed the file between the opening and the locking of it.
    if (!isSameFile(file, lockPath)) {
      file.close();
      continue;
    }
    writeHolder(file, lockPath);
    return {
      [Symbol.dispose](): void {
        // Removed while still held: whoever opened it meanwhile sees that it is gone.
        if (Deno.build.os !== "windows") removeOwn(file, lockPath);
        file.close();
      },
    };
  }
}

function openLock(lockPath: string): Deno.FsFile {
  try {
    return Deno.openSync(lockPath, { read: true, write: true, create: true });
  } catch (error) {
    throw explainWriteError(error, lockPath);
  }
}

function writeHolder(file: Deno.FsFile, lockPath: string): void {
  try {
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw explainWriteError(error, lockPath);
  }
}

/** Removes a lock's file, unless somebody has: the one that lies there now is another holder's. */
function removeOwn(file: Deno.FsFile, lockPath: string): void {
  try {
    if (isSameFile(file, lockPath)) Deno.removeSync(lockPath);
  } catch {
    // One that stays locks nobody out, and what ended the work is not to be hidden by it.
  }
}

function readHolder(lockPath: string): string {
  try {
    const pid = Deno.readTextFileSync(lockPath).trim();
    return /^\d+$/.test(pid) ? `process ${pid}` : "another process";
  } catch {
    // Gone again, or unreadable while it is locked (Windows).
    return "another process";
  }
}
