import { createHash } from "node:crypto";
import { printable } from "../../ground/mod.ts";
import { databaseFileHashes } from "../../sql/mod.ts";
import { deriveTables } from "./derive_tables.ts";
import { parseSchemas } from "../parse_schemas.ts";
import type { DatabaseSchema } from "../types.ts";

/** The name under which {@linkcode makeSchemas} gives the hash of the databases. */
export const MADE_TABLES = "tables.json (made of the databases)";

/** Schemas made of databases in place of a `tables.json`. */
export interface MadeSchemas {
  /** The schemas by `db_id`. */
  readonly schemas: ReadonlyMap<string, DatabaseSchema>;
  /** {@linkcode MADE_TABLES} with the SHA-256 (hex) over the names and hashes of the databases. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What was made of what, and the foreign keys that had to be left out. */
  readonly notes: readonly string[];
}

/**
 * Makes the schemas of databases from what their files say, in memory.
 *
 * @param databases The SQLite files by `db_id`.
 * @throws {UsageError} As `deriveTables` does.
 */
export async function makeSchemas(databases: ReadonlyMap<string, string>): Promise<MadeSchemas> {
  const ids = [...databases.keys()].sort();
  const derived = ids.map((dbId) => deriveTables(databases.get(dbId)!, dbId));
  const hash = createHash("sha256");
  for (const dbId of ids) {
    for (const [ending, digest] of await databaseFileHashes(databases.get(dbId)!)) {
      hash.update(`${digest}  ${dbId}${ending}\n`);
    }
  }
  const digest = hash.digest("hex");
  const count = ids.length === 1 ? "the database" : `${ids.length} databases`;
  return {
    schemas: parseSchemas(derived.map(({ tables }) => ({ ...tables }))),
    hashes: { [MADE_TABLES]: digest },
    notes: [
      `there is no tables.json: schemas were made of ${count} (SHA-256 ${digest.slice(0, 10)}…)`,
      ...derived.flatMap(({ brokenKeys }) => brokenKeys)
        .map((key) => `${printable(key)}: the foreign key is left out of the schema`),
    ],
  };
}
