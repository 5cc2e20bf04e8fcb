import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { buildSampleDatabases, type SpiderTables } from "../build_sample.ts";

/** The embedded sample's folder. */
export const SAMPLE = join(import.meta.dirname ?? ".", "..", "sample");

/** The sample's splits, each the name of a JSON file. */
export const SPLITS = ["train", "dev"] as const;

/** A record of a split, as Spider writes it. */
export interface Pair {
  readonly db_id: string;
  readonly question: string;
  readonly query: string;
}

/** What a JSON file says; the caller says what it is. */
export function readJson<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(path));
}

/** The records of one split, in the order of the file. */
export function readPairs(split: typeof SPLITS[number]): readonly Pair[] {
  return readJson(join(SAMPLE, `${split}.json`));
}

/** The records of both splits. */
export function allPairs(): readonly Pair[] {
  return SPLITS.flatMap(readPairs);
}

/** The committed `tables.json`. */
export function committedTables(): readonly SpiderTables[] {
  return readJson(join(SAMPLE, "tables.json"));
}

/** Runs a test on freshly built databases, so that none depends on what a working tree holds. */
export async function withBuilt(test: (dir: string) => Promise<void> | void): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "sample_" });
  try {
    for (const { db_id } of committedTables()) {
      await Deno.mkdir(`${dir}/database/${db_id}`, { recursive: true });
      await Deno.copyFile(
        `${SAMPLE}/database/${db_id}/schema.sql`,
        `${dir}/database/${db_id}/schema.sql`,
      );
    }
    await buildSampleDatabases(dir);
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Options of {@linkcode run}. */
export interface RunOptions {
  /** Scan tables and indexes backwards wherever the query leaves the order open. */
  readonly reversed?: boolean;
}

/** Rows as text, in the order of the result; the database is opened read-only. */
export function run(
  dir: string,
  dbId: string,
  query: string,
  options: RunOptions = {},
): string[] {
  // Rows as objects would lose one of two columns of the same name. Deno's types lack the option.
  const settings: { readOnly: boolean; returnArrays: boolean } = {
    readOnly: true,
    returnArrays: true,
  };
  const db = new DatabaseSync(`${dir}/database/${dbId}/${dbId}.sqlite`, settings);
  try {
    if (options.reversed) db.exec("PRAGMA reverse_unordered_selects = ON");
    return db.prepare(query).all().map((row) => {
      assert.ok(Array.isArray(row));
      return JSON.stringify(row);
    });
  } finally {
    db.close();
  }
}

/** Rows without their order, as one text. */
export function bag(rows: readonly string[]): string {
  return [...rows].sort().join("\n");
}

/** A query's result as it counts: with its order where the query asks for one. */
export function result(dir: string, dbId: string, query: string): string {
  const rows = run(dir, dbId, query);
  return query.includes(" ORDER BY ") ? rows.join("\n") : bag(rows);
}
