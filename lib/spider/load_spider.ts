import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { printable, UsageError } from "../ground/mod.ts";
import { LAYOUT, readRecords } from "./_read_records.ts";
import { PLAIN_NAME } from "./own_data/find_databases.ts";
import { loadQuestionFile } from "./own_data/load_question_file.ts";
import { type MadeSchemas, makeSchemas } from "./own_data/made_schemas.ts";
import { parseSchemas } from "./parse_schemas.ts";
import type { DatabaseSchema, MissingDatabase, SpiderData, SpiderExample } from "./types.ts";

/** Options of {@linkcode loadSpider}. */
export interface LoadSpiderOptions {
  /** The SQLite file, or the folder of several, of questions in a `.jsonl` file; see `loadQuestionFile`. */
  readonly database?: string;
}

/**
 * Reads text-to-SQL data and checks every record in it:
 *
 * - a folder in Spider's layout, as released (`train_spider.json` and `train_others.json`,
 *   `dev.json`, `tables.json`, `database/<db_id>/<db_id>.sqlite`), or with one `train.json` in place
 *   of the two, as the embedded sample has it. Without any of them there is no training split.
 *   Without `tables.json` the schemas are made of the databases that examples name, and a note says so.
 * - a `.jsonl` file of your own questions beside their databases, or a folder with one such file and
 *   no `dev.json`: see `loadQuestionFile`.
 *
 * Where there is a `tables.json`, a dev database without its file (or with an empty one, which is
 * what a tool leaves that opened a missing database) is counted and named in `missingDatabases`; its
 * examples stay in `dev`, so that whoever leaves them out does so knowingly.
 *
 * @param path The folder or the file.
 * @returns Examples, schemas, missing databases, and the SHA-256 of each file read.
 * @throws {UsageError} If a file is missing or broken, or a record lacks `question`, `query` or
 * `db_id`, or names a database that `tables.json` does not have. The message names file and index.
 *
 * Source: Yu et al. 2018, arXiv:1809.08887; layout of https://yale-lily.github.io/spider
 */
export async function loadSpider(
  path: string,
  options: LoadSpiderOptions = {},
): Promise<SpiderData> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile()) {
    if (isQuestionFile(path)) return await loadQuestionFile(path, options);
    throw new UsageError(
      `Cannot load questions: ${path} is neither a .jsonl file nor a folder with one or in ` +
        "Spider's layout",
    );
  }
  if (info?.isDirectory() && await sizeOf(join(path, "dev.json")) === undefined) {
    const files = (await readdir(path)).filter(isQuestionFile).sort();
    if (files.length > 1) {
      throw new UsageError(
        `Cannot load questions: ${path} has ${files.length} .jsonl files, pass one of them: ${
          files.slice(0, 5).join(", ")
        }`,
      );
    }
    if (files.length === 1) return await loadQuestionFile(join(path, files[0]!), options);
  }
  if (options.database !== undefined) {
    throw new UsageError(
      `Cannot load Spider: spider.database is for questions in a .jsonl file, and a folder in ` +
        `Spider's layout has its databases in database/: ${path}`,
    );
  }
  if (info === undefined) {
    throw new UsageError(`Cannot load Spider: there is no file or folder ${path}: ${LAYOUT}`);
  }
  return await loadSpiderFolder(path);
}

function isQuestionFile(name: string): boolean {
  return /\.jsonl$/i.test(name) && !basename(name).startsWith(".");
}

async function loadSpiderFolder(dir: string): Promise<SpiderData> {
  const hashes: Record<string, string> = {};
  async function read(name: string): Promise<NamedRecords> {
    const { records, sha256 } = await readRecords(join(dir, name));
    if (records.length === 0) {
      throw new UsageError(`Cannot load Spider: ${name} has no records: fetch it again`);
    }
    hashes[name] = sha256;
    return { name, records };
  }
  const fileOf = (dbId: string): string => join(dir, "database", dbId, `${dbId}.sqlite`);

  const listed = await sizeOf(join(dir, "tables.json")) === undefined
    ? undefined
    : await read("tables.json");
  const devRecords = await read("dev.json");
  const trainRecords: NamedRecords[] = [];
  for (const name of await trainFiles(dir)) trainRecords.push(await read(name));
  const made = listed ? undefined : await makeFor([devRecords, ...trainRecords], dir, fileOf);
  Object.assign(hashes, made?.hashes);
  const schemas = made?.schemas ?? parseSchemas(listed!.records);
  const train: SpiderExample[] = [];
  for (const records of trainRecords) {
    train.push(...parseExamples(records, { split: "train", schemas, train }));
  }
  const dev = parseExamples(devRecords, { split: "dev", schemas });

  function databasePath(dbId: string): string {
    if (schemas.has(dbId)) return fileOf(dbId);
    throw new RangeError(`Cannot locate a database: tables.json does not have it: ${dbId}`);
  }
  return {
    root: dir,
    train,
    dev,
    schemas,
    hashes,
    notes: made?.notes ?? [],
    databasePath,
    missingDatabases: await findMissing(dev, databasePath),
  };
}

interface NamedRecords {
  readonly name: string;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** The files of the training split: the release's two, the sample's one, or none. */
async function trainFiles(dir: string): Promise<readonly string[]> {
  const released = ["train_spider.json", "train_others.json"];
  for (const name of released) {
    if (await sizeOf(join(dir, name)) !== undefined) return released;
  }
  return await sizeOf(join(dir, "train.json")) === undefined ? [] : ["train.json"];
}

/** Schemas of the databases that the records name, where no `tables.json` has them. */
async function makeFor(
  files: readonly NamedRecords[],
  dir: string,
  fileOf: (dbId: string) => string,
): Promise<MadeSchemas> {
  const databases = new Map<string, string>();
  for (const { name, records } of files) {
    for (const [index, record] of records.entries()) {
      const dbId = textField(record, "db_id", `${name}[${index}]`);
      if (databases.has(dbId)) continue;
      if (!PLAIN_NAME.test(dbId) || await sizeOf(fileOf(dbId)) === undefined) {
        throw new UsageError(
          `Cannot load Spider: ${name}[${index}]: no tables.json, and no database/${
            printable(dbId)
          }/${printable(dbId)}.sqlite to make it of: ${dir}`,
        );
      }
      databases.set(dbId, fileOf(dbId));
    }
  }
  return await makeSchemas(databases);
}

function parseExamples(
  { name, records }: NamedRecords,
  { split, schemas, train = [] }: {
    readonly split: "train" | "dev";
    readonly schemas: ReadonlyMap<string, DatabaseSchema>;
    /** What the files before this one held: ids count on from there. */
    readonly train?: readonly SpiderExample[];
  },
): SpiderExample[] {
  const before = train.length;
  return records.map((record, index) => {
    const where = `${name}[${index}]`;
    const dbId = textField(record, "db_id", where);
    if (!schemas.has(dbId)) {
      throw new UsageError(
        `Cannot load Spider: ${where}: tables.json has no database of this db_id, take both files from one release: ${
          printable(dbId)
        }`,
      );
    }
    const hasEvidence = record.evidence !== undefined && record.evidence !== "";
    return {
      id: `${split}-${before + index}`,
      dbId,
      question: textField(record, "question", where),
      query: textField(record, "query", where),
      ...(hasEvidence ? { evidence: textField(record, "evidence", where) } : {}),
    };
  });
}

function textField(
  record: Readonly<Record<string, unknown>>,
  field: string,
  where: string,
): string {
  const value = record[field];
  if (typeof value === "string" && value.trim() !== "") return value;
  const what = value === undefined ? "is missing" : `must be a text: ${shown(value)}`;
  const near = Object.keys(record).find((key) => key !== field && OTHER_NAMES[field]?.test(key));
  const hint = near === undefined ? "" : ` (it has "${printable(near)}": rename it)`;
  throw new UsageError(`Cannot load Spider: ${where}: the field ${field} ${what}${hint}`);
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
