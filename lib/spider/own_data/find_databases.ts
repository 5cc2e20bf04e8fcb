import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { UsageError } from "../../ground/mod.ts";

/** How the files of SQLite databases end. */
export const DATABASE_ENDINGS: readonly string[] = [".sqlite", ".sqlite3", ".db"];

/**
 * The SQLite databases at a place, by the name that examples call them by (`db_id`):
 *
 * - a file is one database, called by its name without the ending;
 * - of a folder, each `NAME.sqlite` in it, and each `NAME/NAME.sqlite` below it, as Spider's
 *   `database/` has them. `.sqlite3` and `.db` are taken as well, hidden files are not.
 *
 * Whether a file is a database is seen when it is opened.
 *
 * @returns The paths by name, in the order of the names; none if a folder has no such file.
 * @throws {UsageError} If there is nothing at the place, a file has another ending, two files have
 * one name, or a name has characters that a `db_id` must not have.
 */
export async function findDatabases(place: string): Promise<ReadonlyMap<string, string>> {
  const info = await stat(place).catch(() => {
    throw new UsageError(`Cannot find databases: there is no such file or folder: ${place}`);
  });
  const paths: string[] = [];
  if (!info.isDirectory()) {
    if (!isDatabaseName(place)) {
      throw new UsageError(
        `Cannot find databases: ${place} is none of ${DATABASE_ENDINGS.join(", ")}`,
      );
    }
    paths.push(place);
  } else {
    for (const name of (await readdir(place)).sort()) {
      // macOS writes a hidden `._NAME` beside each file of an archive
      if (name.startsWith(".")) continue;
      const path = join(place, name);
      if (isDatabaseName(name)) paths.push(path);
      else paths.push(...await databaseOfFolder(path));
    }
  }
  const found = new Map<string, string>();
  for (const path of paths) {
    const dbId = basename(path, extname(path));
    if (!PLAIN_NAME.test(dbId)) {
      throw new UsageError(
        `Cannot use the database "${path}": rename it: its name must be of letters, digits, ` +
          "'_', '.' and '-'",
      );
    }
    const other = found.get(dbId);
    if (other !== undefined) {
      throw new UsageError(`Cannot find databases: two are called "${dbId}": ${other} and ${path}`);
    }
    found.set(dbId, path);
  }
  return found;
}

/** What a `db_id` may be: it becomes a part of a path, and nothing may lead out of the folder. */
export const PLAIN_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;

function isDatabaseName(name: string): boolean {
  return DATABASE_ENDINGS.includes(extname(name).toLowerCase());
}

async function databaseOfFolder(folder: string): Promise<string[]> {
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory()) return [];
  const name = basename(folder);
  const inside = new Set(await readdir(folder));
  const ending = DATABASE_ENDINGS.find((end) => inside.has(name + end));
  return ending === undefined ? [] : [join(folder, name + ending)];
}
