/**
 * Builds the embedded sample: one SQLite file from each committed `schema.sql`, and `tables.json`
 * from what those files then say.
 *
 * ```sh
 * deno run -A spider_db/build_sample.ts   # builds what is missing, rewrites tables.json
 * ```
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { databaseIds, databasePath, deriveTables, formatTables } from "./derive_tables.ts";

export {
  deriveTables,
  formatTables,
  type SpiderColumn,
  type SpiderTables,
} from "./derive_tables.ts";

/** What {@linkcode buildSampleDatabases} did, as database ids in alphabetical order. */
export interface BuildReport {
  readonly built: readonly string[];
  readonly reused: readonly string[];
}

/** A partial file older than this was left behind by a build that was killed. */
const STALE_PARTIAL_MS = 60_000;

/**
 * Builds `database/<db_id>/<db_id>.sqlite` from its `schema.sql`, for every database under `dir`.
 *
 * A file is reused when it opens and carries the mark of its schema (see {@linkcode schemaMark}).
 * Each build goes to a name of its own and is renamed when it is whole, so a build that was killed,
 * or two at once, leave no half database.
 *
 * @param dir the sample's folder, the one that holds `database/`.
 * @throws {Error} If a `schema.sql` is not valid SQLite or breaks one of its own foreign keys.
 * @throws {Deno.errors.NotFound} If `dir` has no `database/`, or a database no `schema.sql`.
 */
export async function buildSampleDatabases(dir: string): Promise<BuildReport> {
  const built: string[] = [];
  const reused: string[] = [];
  for (const dbId of databaseIds(dir)) {
    const folder = `${dir}/database/${dbId}`;
    await removeStalePartials(folder);
    const schema = await Deno.readTextFile(`${folder}/schema.sql`);
    const mark = schemaMark(schema);
    const path = databasePath(dir, dbId);
    if (readMark(path) === mark) {
      reused.push(dbId);
      continue;
    }
    const partial = `${folder}/partial-${randomUUID()}.sqlite`;
    try {
      createDatabase(partial, { dbId, schema, mark });
      await Deno.rename(partial, path);
    } finally {
      await Deno.remove(partial).catch(ignoreNotFound);
    }
    built.push(dbId);
  }
  return { built, reused };
}

/**
 * The first 31 bits of the SHA-256 of a schema's text, kept in the database as `PRAGMA
 * user_version` (a signed 32-bit number). Never 0, which is what an unmarked database says.
 */
export function schemaMark(schema: string): number {
  const digest = createHash("sha256").update(schema).digest();
  return (digest.readUInt32BE(0) >>> 1) || 1;
}

interface NewDatabase {
  readonly dbId: string;
  readonly schema: string;
  readonly mark: number;
}

function createDatabase(path: string, { dbId, schema, mark }: NewDatabase): void {
  const db = new DatabaseSync(path);
  try {
    // The journal stays in memory: the file has no reader before it is renamed.
    db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = OFF; BEGIN;`);
    db.exec(schema);
    db.exec(`PRAGMA user_version = ${mark}; COMMIT;`);
    const broken = db.prepare("PRAGMA foreign_key_check").all();
    if (broken.length > 0) {
      throw new Error(`${broken.length} rows break a foreign key, first: ${describe(broken[0])}`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot build ${dbId} from its schema.sql: ${reason}`, { cause: error });
  } finally {
    db.close();
  }
}

function describe(row: unknown): string {
  return JSON.stringify(row, (_, value) => typeof value === "bigint" ? Number(value) : value);
}

/** The mark of a built database; undefined when there is none or it cannot be used. */
function readMark(path: string): number | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    if (db.prepare("PRAGMA quick_check").get()?.quick_check !== "ok") return undefined;
    return Number(db.prepare("PRAGMA user_version").get()?.user_version);
  } catch {
    // Missing, truncated or no database at all: either way it is built anew.
    return undefined;
  } finally {
    db?.close();
  }
}

async function removeStalePartials(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    if (!/^partial-.*\.sqlite$/.test(entry.name)) continue;
    const path = `${folder}/${entry.name}`;
    // Another build may rename its file between the listing and here.
    const info = await Deno.stat(path).catch(ignoreNotFound);
    if (!info?.mtime || Date.now() - info.mtime.getTime() < STALE_PARTIAL_MS) continue;
    await Deno.remove(path).catch(ignoreNotFound);
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  const dir = `${import.meta.dirname}/sample`;
  const { built, reused } = await buildSampleDatabases(dir);
  await Deno.writeTextFile(`${dir}/tables.json`, formatTables(deriveTables(dir)));
  const line = `sample databases: ${built.length} built, ${reused.length} reused\n`;
  await Deno.stderr.write(new TextEncoder().encode(line));
}
