import { deriveTables as deriveOne, type SpiderTables } from "../lib/spider/mod.ts";

export { formatTables, type SpiderColumn, type SpiderTables } from "../lib/spider/mod.ts";

/**
 * Reads every built database under `dir` and describes it as Spider's `tables.json` does, in
 * alphabetical order of `db_id`, foreign keys in the order of their columns.
 *
 * @throws {UsageError} If a database is not built.
 * @throws {Error} If a foreign key of the sample refers to a column that is not there.
 */
export function deriveTables(dir: string): SpiderTables[] {
  return databaseIds(dir).map((dbId) => {
    const { tables, brokenKeys } = deriveOne(databasePath(dir, dbId), dbId);
    if (brokenKeys.length > 0) throw new Error(brokenKeys.join(", "));
    const keys = tables.foreign_keys.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
    return { ...tables, foreign_keys: keys };
  });
}

/** The databases of a sample folder, in alphabetical order. */
export function databaseIds(dir: string): string[] {
  return [...Deno.readDirSync(`${dir}/database`)]
    .filter((entry) => entry.isDirectory)
    .map((entry) => entry.name)
    .sort();
}

/** Where the SQLite file of a database lies, built or not. */
export function databasePath(dir: string, dbId: string): string {
  return `${dir}/database/${dbId}/${dbId}.sqlite`;
}
