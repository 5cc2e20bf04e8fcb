import { stat } from "node:fs/promises";
import { join } from "node:path";
import { printable, UsageError } from "../ground/mod.ts";
import { readRecords } from "./_read_records.ts";
import { parseSchemas } from "./parse_schemas.ts";
import type { DatabaseSchema, MissingDatabase, SpiderData, SpiderExample } from "./types.ts";

/**
 * Reads a Spider folder and checks every record in it: as released (`train_spider.json` and
 * `train_others.json`, `dev.json`, `tables.json`, `database/<db_id>/<db_id>.sqlite`), or with one
 * `train.json` in place of the two, as the embedded sample has it.
 *
 * A dev database without its file (or with an empty one, which is what a tool leaves that opened a
 * missing database) is counted and named in `missingDatabases`; its examples stay in `dev`, so that
 * whoever leaves them out does so knowingly.
 *
 * @param dir The folder.
 * @returns Examples, schemas, missing databases, and the SHA-256 of each JSON file.
 * @throws {UsageError} If a file is missing or broken, or a record lacks `question`, `query` or
 * `db_id`, or names a database that `tables.json` does not have. The message names file and index.
 *
 * Source: Yu et al. 2018, arXiv:1809.08887; layout of https://yale-lily.github.io/spider
 */
export async function loadSpider(dir: string): Promise<SpiderData> {
  const hashes: Record<string, string> = {};
  async function read(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { records, sha256 } = await readRecords(join(dir, name));
    hashes[name] = sha256;
    return records;
  }

  const schemas = parseSchemas(await read("tables.json"));
  const released = await sizeOf(join(dir, "train_spider.json")) !== undefined ||
    await sizeOf(join(dir, "train.json")) === undefined;
  const train: SpiderExample[] = [];
  for (const name of released ? ["train_spider.json", "train_others.json"] : ["train.json"]) {
    train.push(...parseExamples(await read(name), { name, split: "train", schemas, train }));
  }
  const dev = parseExamples(await read("dev.json"), { name: "dev.json", split: "dev", schemas });

  function databasePath(dbId: string): string {
    if (!schemas.has(dbId)) {
      throw new RangeError(`Cannot locate a database: tables.json does not have it: ${dbId}`);
    }
    return join(dir, "database", dbId, `${dbId}.sqlite`);
  }
  return {
    root: dir,
    train,
    dev,
    schemas,
    hashes,
    databasePath,
    missingDatabases: await findMissing(dev, databasePath),
  };
}

function parseExamples(
  records: readonly Readonly<Record<string, unknown>>[],
  { name, split, schemas, train = [] }: {
    readonly name: string;
    readonly split: "train" | "dev";
    readonly schemas: ReadonlyMap<string, DatabaseSchema>;
    /** What the files before this one held: ids count on from there. */
    readonly train?: readonly SpiderExample[];
  },
): SpiderExample[] {
  if (records.length === 0) {
    throw new UsageError(`Cannot load Spider: ${name} has no records: fetch it again`);
  }
  const before = train.length;
  return records.map((record, index) => {
    const text = (field: string): string => {
      const value = record[field];
      if (typeof value === "string" && value.trim() !== "") return value;
      const what = value === undefined ? "is missing" : `must be a text: ${shown(value)}`;
      const near = Object.keys(record).find((key) => OTHER_NAMES[field]?.test(key));
      const hint = near === undefined ? "" : ` (it has "${printable(near)}": rename it)`;
      throw new UsageError(
        `Cannot load Spider: ${name}[${index}]: the field ${field} ${what}${hint}`,
      );
    };
    const dbId = text("db_id");
    if (!schemas.has(dbId)) {
      throw new UsageError(
        `Cannot load Spider: ${name}[${index}]: tables.json has no database of this db_id, take both files from one release: ${
          printable(dbId)
        }`,
      );
    }
    return {
      id: `${split}-${before + index}`,
      dbId,
      question: text("question"),
      query: text("query"),
    };
  });
}

// What other data sets call these fields (BIRD has `SQL`).
const OTHER_NAMES: Readonly<Record<string, RegExp>> = {
  query: /^(?:sql|gold\w*|query\w*)$/i,
  question: /^(?:questions?|utterance|text|nl\w*)$/i,
  db_id: /^(?:db|database|db_?id|database_?id|database_?name)$/i,
};

function shown(value: unknown): string {
  const json = printable(JSON.stringify(value));
  return json.length <= 60 ? json : `${json.slice(0, 59)}…`;
}

async function findMissing(
  dev: readonly SpiderExample[],
  databasePath: (dbId: string) => string,
): Promise<MissingDatabase[]> {
  const counts = new Map<string, number>();
  for (const { dbId } of dev) counts.set(dbId, (counts.get(dbId) ?? 0) + 1);
  const missing: MissingDatabase[] = [];
  for (const [dbId, examples] of counts) {
    if (!(await sizeOf(databasePath(dbId)))) missing.push({ dbId, examples });
  }
  return missing.sort((a, b) => a.dbId < b.dbId ? -1 : 1);
}

/** A file's bytes, or `undefined` where there is no file. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
