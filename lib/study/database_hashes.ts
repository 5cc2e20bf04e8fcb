import { sha256OfFile } from "../ground/mod.ts";
import type { SqlInputs } from "./inputs.ts";

/**
 * SHA-256 of the databases that a study asks, by their path below Spider's
 * folder: a verdict depends on their rows. A write-ahead log beside a database
 * is a part of it.
 */
export async function databaseHashes(
  { asked, spider }: Pick<SqlInputs, "asked" | "spider">,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const dbId of [...new Set(asked.map((example) => example.dbId))].sort()) {
    const path = spider.databasePath(dbId);
    const name = `database/${dbId}/${dbId}.sqlite`;
    hashes[name] = await sha256OfFile(path);
    const log = await Deno.stat(`${path}-wal`).catch(() => undefined);
    if (log?.isFile && log.size > 0) hashes[`${name}-wal`] = await sha256OfFile(`${path}-wal`);
  }
  return hashes;
}
