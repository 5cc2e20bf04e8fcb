import { basename, relative } from "node:path";
import { databaseFileHashes } from "../../sql/mod.ts";
import type { SpiderData, SpiderExample } from "../../spider/mod.ts";

/**
 * SHA-256 of the databases that a study asks, by their path below the data's
 * folder (by their name alone where they lie elsewhere): a verdict depends on
 * their rows. A write-ahead log beside a database is a part of it.
 */
export async function databaseHashes(
  { asked, spider }: {
    readonly asked: readonly Pick<SpiderExample, "dbId">[];
    readonly spider: Pick<SpiderData, "root" | "databasePath">;
  },
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const dbId of [...new Set(asked.map((example) => example.dbId))].sort()) {
    const path = spider.databasePath(dbId);
    const inside = relative(spider.root, path).replaceAll("\\", "/");
    const name = inside.startsWith("..") ? basename(path) : inside;
    for (const [ending, hash] of await databaseFileHashes(path)) hashes[name + ending] = hash;
  }
  return hashes;
}
