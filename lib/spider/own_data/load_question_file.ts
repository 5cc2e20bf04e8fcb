import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { z } from "zod";
import {
  decodeText,
  jsonLines,
  LABEL,
  type OtherNames,
  printable,
  type RecordOf,
  SAID,
  sha256Of,
  together,
  UsageError,
} from "../../ground/mod.ts";
import { DATABASE_ENDINGS, findDatabases } from "./find_databases.ts";
import { makeSchemas } from "./made_schemas.ts";
import type { SpiderData, SpiderExample } from "../types.ts";

/** The keys of a question of your own. */
export const QUESTION_KEYS = {
  /** What is asked. */
  question: SAID,
  /** The gold statement; `query` is another name of it. */
  sql: SAID.exactOptional(),
  /** The gold statement, as Spider calls it. */
  query: SAID.exactOptional(),
  /** What it is called; base and tuned are paired by it. */
  id: z.union([LABEL, z.int()]).meta({ allowed: "one line of text, or an integer" })
    .exactOptional(),
  /** The database's file name without its ending. */
  db_id: LABEL.exactOptional(),
  /** A hint that the prompt shows after the question. */
  evidence: SAID.exactOptional(),
};

/** A question of your own as its line has it. */
export interface QuestionRecord extends RecordOf<typeof QUESTION_KEYS> {}

const QUESTION: z.ZodType<QuestionRecord> = together(
  z.strictObject(QUESTION_KEYS),
  ({ sql, query }) => {
    if (sql === undefined && query === undefined) {
      return { path: ["sql"], rule: "a text that is not empty" };
    }
    return sql !== undefined && query !== undefined
      ? { path: ["query"], rule: 'left out beside "sql"', value: query }
      : undefined;
  },
);

// What other data sets call these keys.
const OTHER_NAMES: OtherNames = {
  question: /^(?:questions?|utterance|text|nl\w*|instruction|input|prompt)$/i,
  sql: /^(?:gold\w*|sql\w*|statement|answer|output)$/i,
  db_id: /^(?:db|database|db_?(?:id|name)|database_?(?:id|name))$/i,
  id: /^(?:question_?id|example_?id|uid|idx|index)$/i,
  evidence: /^(?:hint|knowledge|external_knowledge|context)$/i,
};

/** A record, and where it stands. */
interface Question {
  readonly id: string;
  readonly question: string;
  readonly query: string;
  readonly dbId?: string;
  readonly evidence?: string;
  readonly place: string;
}

/**
 * Reads questions of your own: JSON lines beside one SQLite database or several.
 *
 * One object a line with `question`, `sql` (or `query`) and, if wanted, `id`, `db_id` and `evidence`,
 * a hint that the prompt shows after the question. Without an id a question is called by the file's
 * name and its place, counted from 0: `mine-0`. With one database `db_id` may be left out.
 *
 * The databases are those at `database` (a file, or a folder: see `findDatabases`). Without it they
 * are the one `.sqlite` file beside the questions, or all files beside them or in `database/` where
 * the questions name them.
 *
 * There is no training split: shots and training need Spider's layout, with a `train.json`.
 *
 * @param path The `.jsonl` file.
 * @param options `database`: the SQLite file, or the folder of several.
 * @throws {UsageError} If a file is absent or broken, a line has an unknown key or lacks one, two
 * questions have one id, or a database is not there. The message names the file and the line.
 */
export async function loadQuestionFile(
  path: string,
  { database }: { readonly database?: string } = {},
): Promise<SpiderData> {
  const name = basename(path);
  const bytes = await readFile(path).catch((error) => {
    const fault = error.code === "ENOENT" ? "no such file" : `cannot be read (${error.code})`;
    throw new UsageError(`Cannot load questions: ${name}: ${fault}: ${path}`);
  });
  const questions = parseQuestionLines(decodeText(bytes, path), name);
  const databases = await databasesFor(questions, { path, database });
  const { schemas, hashes, notes } = await makeSchemas(databases);
  const only = databases.size === 1 ? [...databases.keys()][0] : undefined;
  const dev = questions.map(({ id, dbId = only!, question, query, evidence }): SpiderExample => ({
    id,
    dbId,
    question,
    query,
    ...(evidence === undefined ? {} : { evidence }),
  }));
  return {
    root: dirname(path),
    train: [],
    dev,
    schemas,
    missingDatabases: [],
    hashes: { [name]: sha256Of(bytes), ...hashes },
    notes,
    databasePath(dbId): string {
      const found = databases.get(dbId);
      if (found !== undefined) return found;
      throw new RangeError(`Cannot locate a database: ${name} does not ask it: ${dbId}`);
    },
  };
}

function parseQuestionLines(text: string, name: string): Question[] {
  const stem = name.slice(0, -extname(name).length);
  const ids = new Set<string>();
  const questions = jsonLines(QUESTION, text, name, OTHER_NAMES).map(
    ({ record, place }, at): Question => {
      const { question, sql, query, id = `${stem}-${at}`, db_id: dbId, evidence } = record;
      if (ids.has(String(id))) {
        throw refusal(place, `a question before it has this id: "${printable(String(id))}"`);
      }
      ids.add(String(id));
      return {
        id: String(id),
        question,
        query: (sql ?? query)!,
        ...(dbId === undefined ? {} : { dbId }),
        ...(evidence === undefined ? {} : { evidence }),
        place,
      };
    },
  );
  if (questions.length === 0) throw refusal(name, "it has no question");
  return questions;
}

/** The files of the databases that the questions are on, by `db_id`. */
async function databasesFor(
  questions: readonly Question[],
  { path, database }: { readonly path: string; readonly database: string | undefined },
): Promise<ReadonlyMap<string, string>> {
  const place = database ?? await placeBeside(path);
  const found = await findDatabases(place);
  if (found.size === 0) {
    throw new UsageError(
      `Cannot load questions: no database (${DATABASE_ENDINGS.join(", ")}) at ${place}: put it ` +
        `beside ${basename(path)}, or name it (spider.database)`,
    );
  }
  const unnamed = questions.find(({ dbId }) => dbId === undefined);
  if (unnamed !== undefined && found.size > 1) {
    const names = [...found.keys()].slice(0, 5).join(", ");
    throw refusal(
      unnamed.place,
      `"db_id" is missing and there are ${found.size} databases at ${place}: ${names}`,
    );
  }
  const asked = new Map<string, string>();
  const only = found.size === 1 ? [...found.keys()][0] : undefined;
  for (const { dbId = only!, place: line } of questions) {
    const file = found.get(dbId);
    if (file === undefined) {
      throw refusal(line, `there is no database of this db_id at ${place}: "${printable(dbId)}"`);
    }
    asked.set(dbId, file);
  }
  return asked;
}

/** Where databases lie that nobody named: beside the questions, or in `database/` there. */
async function placeBeside(path: string): Promise<string> {
  const folder = dirname(path);
  const names = await readdir(folder);
  const beside = names.some((name) => DATABASE_ENDINGS.includes(extname(name).toLowerCase()));
  return !beside && names.includes("database") ? join(folder, "database") : folder;
}

function refusal(place: string, what: string): UsageError {
  return new UsageError(`Cannot use ${place}: ${what}`);
}
