import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { firstOf, UsageError } from "../../ground/mod.ts";
import { oneLine } from "../execute/one_line.ts";
import { checkDatabaseId } from "./database_id.ts";

/** Which files of a database's folder a prediction is run on: every one, or the one of its name. */
export type Suite = "all" | "one";

/**
 * The SQLite files of a database: `<db_id>/<db_id>.sqlite` first, and with `all` every other
 * `.sqlite` file beside it, by name, as the distilled test suites have them. Names that begin with
 * `._` are not taken: macOS writes such files beside every file of an archive, and none is a database.
 *
 * @param databases The folder of databases.
 * @throws {UsageError} If the id is no name of a folder.
 * @returns The paths; none if the database's own file is absent or empty (which is what a tool
 * leaves that opened a missing one).
 *
 * Source: taoyds/test-suite-sql-eval, exec_eval.py, which takes all files of the folder.
 */
export function databaseFiles(databases: string, dbId: string, suite: Suite): readonly string[] {
  checkDatabaseId(dbId);
  const folder = join(databases, dbId);
  const own = `${dbId}.sqlite`;
  const isThere = (name: string): boolean => {
    try {
      const found = statSync(join(folder, name), { throwIfNoEntry: false });
      return found !== undefined && found.isFile() && found.size > 0;
    } catch (error) {
      // no file has such a name, or the link has no end: the database is missing
      const { code } = error as { readonly code?: string };
      if (code === "ELOOP" || code === "ENAMETOOLONG") return false;
      throw error;
    }
  };
  if (!isThere(own)) return [];
  if (suite === "one") return [join(folder, own)];
  const others = readdirSync(folder).filter((name) =>
    name.endsWith(".sqlite") && !name.startsWith("._") && name !== own && isThere(name)
  );
  return [own, ...others.sort()].map((name) => join(folder, name));
}

/** So many files are named, the rest by number. */
const MAX_NAMED = 3;

/**
 * Refuses what is no folder of databases.
 *
 * @throws {UsageError} If there is nothing at the place, or it is a file.
 */
export function checkDatabasesFolder(databases: string): void {
  const found = statSync(databases, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const what = found === undefined ? "there is none here" : "this is a file";
  throw new UsageError(
    `Cannot judge: the databases are a folder with DB/DB.sqlite, and ${what}: ${
      oneLine(databases)
    }`,
  );
}

/** One line on a database of which {@linkcode databaseFiles} finds none: what lies there instead. */
export function missingDatabase(databases: string, dbId: string): string {
  const own = `there is no ${dbId}/${dbId}.sqlite`;
  const others = namesIn(join(databases, dbId)).filter((name) => /\.(?:sqlite3?|db)$/i.test(name));
  if (others.length > 0) return `${own}, the folder has ${firstOf(others.sort(), MAX_NAMED)}`;
  const names = namesIn(databases);
  if (names.includes(`${dbId}.sqlite`)) {
    return `${own}, but ${dbId}.sqlite: put it into a folder of its name`;
  }
  const below = names.find((name) => namesIn(join(databases, name)).includes(dbId));
  return below === undefined
    ? own
    : `${own}, but ${basename(databases)}/${below}/${dbId}: pass the folder ${below}`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
