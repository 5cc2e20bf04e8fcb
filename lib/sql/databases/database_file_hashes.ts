import { realpath, stat } from "node:fs/promises";
import { sha256OfFile } from "../../ground/mod.ts";

/**
 * SHA-256 (hex) of a database's file, and of the write-ahead log beside it, which is a part of it,
 * by what their names end in: `""` and `"-wal"`. An empty log is none.
 *
 * @throws {UsageError} If there is no such file, or it may not be read.
 */
export async function databaseFileHashes(path: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map([["", await sha256OfFile(path)]]);
  // SQLite follows a link to the file, and looks for the log there
  const wal = `${await realpath(path)}-wal`;
  const log = await stat(wal).catch(() => undefined);
  if (log?.isFile() && log.size > 0) hashes.set("-wal", await sha256OfFile(wal));
  return hashes;
}
