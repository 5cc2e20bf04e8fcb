import { realpath, stat } from "node:fs/promises";
import { sha256OfFile } from "../../ground/mod.ts";
import { hasHotJournal, journalPathOf } from "../execute/image/database_image.ts";

/**
 * SHA-256 (hex) of a database's file, and of the write-ahead log or the journal of an unfinished
 * transaction beside it, which are a part of it, by what their names end in: `""`, `"-wal"` and
 * `"-journal"`. An empty log or a journal that is done with is none.
 *
 * @throws {UsageError} If there is no such file, or it may not be read.
 */
export async function databaseFileHashes(path: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map([["", await sha256OfFile(path)]]);
  // SQLite follows a link to the file, and looks for the log there
  const file = await realpath(path);
  const wal = `${file}-wal`;
  const log = await stat(wal).catch(() => undefined);
  if (log?.isFile() && log.size > 0) hashes.set("-wal", await sha256OfFile(wal));
  const journal = journalPathOf(file);
  if (hasHotJournal(file)) hashes.set("-journal", await sha256OfFile(journal));
  return hashes;
}
