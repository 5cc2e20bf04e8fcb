import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkDatabaseId } from "./database_id.ts";

/** Which files of a database's folder a prediction is run on: every one, or the one of its name. */
export type Suite = "all" | "one";

/**
 * The SQLite files of a database: `<db_id>/<db_id>.sqlite` first, and with `all` every other
 * `.sqlite` file beside it, by name, as the distilled test suites have them.
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
    name.endsWith(".sqlite") && name !== own && isThere(name)
  );
  return [own, ...others.sort()].map((name) => join(folder, name));
}
