import { UsageError } from "../usage_error.ts";
import { danglingLink } from "./dangling_link.ts";

/** What a person can mend, by the system's name for it. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free some space and run the same command again",
  EDQUOT: "the disk quota is used up: free some space and run the same command again",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  EEXIST: "a part of the path is a file, not a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "a symbolic link leads to itself",
  EMFILE: "too many files are open: raise the limit (ulimit -n)",
  ENFILE: "too many files are open on this machine",
};

/**
 * Writes all of the bytes at the file's position and waits until they are on the disk.
 *
 * @param path The file, for the message.
 * @throws {UsageError} If the disk is full, or another thing is in the way that a person can mend.
 * A part of the bytes may be in the file then.
 */
export function writeFully(file: Deno.FsFile, bytes: Uint8Array, path: string): void {
  try {
    // One call may write less than all.
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    file.syncSync();
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

/**
 * The error of a failed write, as a `UsageError` with a reason where a person can mend it, else
 * unchanged.
 */
export function explainWriteError(error: unknown, path: string): unknown {
  const reason = danglingReason(error, path) ?? environmentReason(error);
  return reason === undefined ? error : new UsageError(`Cannot write ${path}: ${reason}`);
}

/** A link that leads nowhere, where a system says that something is missing or in the way. */
function danglingReason(error: unknown, path: string): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === "ENOENT" || code === "EEXIST" ? danglingLink(path) : undefined;
}

/** Why the machine refused, where that is a thing that a person can mend: a full disk, a limit. */
export function environmentReason(error: unknown): string | undefined {
  if (error instanceof UsageError) return undefined;
  const { code, message } = (error ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  // Streams hand on the system's text without its name.
  const full = /no space left on device|os error 28\b/i.test(String(message));
  return REASONS[full ? "ENOSPC" : String(code)];
}
