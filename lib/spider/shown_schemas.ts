import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { DatabaseError, ExecutorPool } from "../sql/mod.ts";
import { REPOSITORY_ROOT, UsageError } from "../ground/mod.ts";
import { KeptCellValues } from "./kept_cell_values.ts";
import { serializeSchema } from "./serialize_schema.ts";
import { SQL_PROMPT_VERSION } from "./sql_prompt.ts";
import type { DatabaseSchema, SpiderData } from "./types.ts";

const CACHE = `${REPOSITORY_ROOT}/.cache/cell_values.json`;

/** What prompts show of a database, at training and at evaluation alike. */
export interface SchemaSettings {
  /** Whether the foreign keys are listed; yes if left out. */
  readonly foreignKeys?: boolean;
  /** How many values of each column are shown, 0 to 5; none if left out. */
  readonly cellValues?: number;
}

/** The schemas as prompts show them, and the databases that cannot be shown so. */
export interface ShownSchemas {
  /** All schemas of the data, by database. */
  readonly schemas: ReadonlyMap<string, DatabaseSchema>;
  /** Databases whose values are to be shown and that have no file, sorted; never any without values. */
  readonly withoutFile: readonly string[];
}

/**
 * The version of prompts with such schemas: {@linkcode SQL_PROMPT_VERSION}, and what differs from
 * the schema as it is shown by default.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(sqlPromptVersion(), "sql-1");
 * assert.equal(sqlPromptVersion({ foreignKeys: false, cellValues: 2 }), "sql-1-nokeys-values2");
 * ```
 */
export function sqlPromptVersion(
  { foreignKeys = true, cellValues = 0 }: SchemaSettings = {},
): string {
  return SQL_PROMPT_VERSION + (foreignKeys ? "" : "-nokeys") +
    (cellValues > 0 ? `-values${cellValues}` : "");
}

/**
 * The schemas as prompts show them. Everything that makes a prompt takes them from here, so that a
 * model is trained on the schema text that it is asked with. By default they are the schemas as
 * they are.
 *
 * @param spider The data.
 * @param settings What is shown.
 * @param databases Whose values are read, if any are shown; all others keep their names only.
 * @param cache The file that remembers what was read.
 * @throws {UsageError} If a database that has a file cannot be read, with its name.
 */
export async function shownSchemas(
  { schemas, databasePath }: Pick<SpiderData, "schemas" | "databasePath">,
  { foreignKeys = true, cellValues = 0 }: SchemaSettings,
  databases: Iterable<string>,
  cache: string = CACHE,
): Promise<ShownSchemas> {
  const shown = new Map(
    [...schemas].map(([dbId, schema]) =>
      [dbId, foreignKeys ? schema : { ...schema, foreignKeys: [] }] as const
    ),
  );
  const withoutFile: string[] = [];
  if (cellValues === 0) return { schemas: shown, withoutFile };
  await using pool = new ExecutorPool();
  const kept = new KeptCellValues(pool, cellValues, cache);
  // all at once: each database has a process of its own, and the processors are to be busy
  const read = await Promise.allSettled(Array.from(new Set(databases), async (dbId) => {
    const path = databasePath(dbId);
    if (!(await stat(path).catch(() => undefined))?.size) {
      withoutFile.push(dbId);
      return;
    }
    try {
      shown.set(dbId, await kept.of(shown.get(dbId)!, path));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      throw new UsageError(`Cannot read values of "${dbId}" for the prompt: ${error.reason}`);
    }
  }));
  const failed = read.find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
  kept.save();
  return { schemas: shown, withoutFile: withoutFile.sort() };
}

/**
 * The data with its schemas as prompts show them ({@linkcode shownSchemas}). By default it is the
 * data as it is.
 *
 * Where values are shown, train examples on a database without a file are left out, as their prompts
 * would be of another kind, and are counted in `withoutValues`; dev examples stay, since those of
 * missing databases are not asked anyway. The hashes then have one of all shown schemas.
 *
 * @throws {UsageError} As `shownSchemas` does.
 */
export async function withShownSchemas(
  spider: SpiderData,
  settings: SchemaSettings = {},
): Promise<SpiderData> {
  const { train, dev } = spider;
  const used = new Set([...train, ...dev].map(({ dbId }) => dbId));
  const { schemas, withoutFile } = await shownSchemas(spider, settings, used);
  if ((settings.cellValues ?? 0) === 0) return { ...spider, schemas };
  const missing = new Set(withoutFile);
  const all = createHash("sha256");
  for (const schema of schemas.values()) all.update(`${schema.dbId}\n${serializeSchema(schema)}\n`);
  const examplesOf = (dbId: string): number => train.filter((one) => one.dbId === dbId).length;
  return {
    ...spider,
    schemas,
    train: train.filter(({ dbId }) => !missing.has(dbId)),
    hashes: { ...spider.hashes, "schemas as shown": all.digest("hex") },
    withoutValues: withoutFile.map((dbId) => ({ dbId, examples: examplesOf(dbId) }))
      .filter(({ examples }) => examples > 0),
  };
}
