import { UsageError } from "../runs/usage_error.ts";

/**
 * The error to throw when writing below `path` failed: what the user can mend (a full disk, a
 * folder that may not be written to) as a usage error, anything else as it came.
 */
export function writeFault(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const message = String((error as Error | undefined)?.message);
  if (code === "ENOSPC" || code === "EDQUOT" || /no space left|os error 28/i.test(message)) {
    return new UsageError(`Cannot write ${path}: the disk is full: free some space and run again`);
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new UsageError(`Cannot write ${path}: no permission (${code}): choose another folder`);
  }
  return error;
}
