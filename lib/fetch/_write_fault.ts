import { explainWriteError, UsageError } from "../ground/mod.ts";

/**
 * The error to throw when writing below `path` failed: what the user can mend (a full disk, a
 * folder that may not be written to) as a usage error, anything else as it came.
 */
export function writeFault(error: unknown, path: string): unknown {
  if ((error as NodeJS.ErrnoException | undefined)?.code === "EFBIG") {
    return new UsageError(`Cannot write ${path}: the disk takes no file of that size`);
  }
  return explainWriteError(error, path);
}
