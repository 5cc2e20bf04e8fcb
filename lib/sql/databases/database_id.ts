import { UsageError } from "../../ground/mod.ts";
import { oneLine } from "../execute/one_line.ts";

/**
 * Refuses a `db_id` that is not the name of one folder: empty, `.`, `..`, with a slash of either
 * kind, a drive or a NUL. So no data set reaches a file outside its folder of databases by a name.
 * A link inside the folder is another matter: whoever put it there chose the file that it leads to,
 * and it is followed.
 *
 * @throws {UsageError} If it is none; the message names it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * checkDatabaseId("world_1");
 * assert.throws(() => checkDatabaseId("../secret"), /"\.\.\/secret" is no name of a folder/);
 * ```
 */
export function checkDatabaseId(dbId: string): void {
  if (dbId !== "" && dbId !== "." && dbId !== ".." && !/[/\\\0]|^[a-z]:/i.test(dbId)) return;
  throw new UsageError(
    `Cannot judge: the db_id "${oneLine(dbId)}" is no name of a folder, ` +
      "and no database outside the folder of databases is read",
  );
}
