import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { decodeText, nearestName, printable, UsageError } from "../../ground/mod.ts";
import { DATABASE_ENDINGS, findDatabases } from "./find_databases.ts";
import { makeSchemas } from "./made_schemas.ts";
import type { SpiderData, SpiderExample } from "../types.ts";

const KEYS = ["question", "sql", "query", "id", "db_id", "evidence"] as const;

// What other data sets call these fields.
const OTHER_NAMES: Readonly<Record<string, RegExp>> = {
  sql: /^(?:gold\w*|sql_?\w*|statement|answer|output)$/i,
  question: /^(?:questions?|utterance|text|nl\w*|instruction|input|prompt)$/i,
  db_id: /^(?:db|database|db_?(?:id|name)|database_?(?:id|name))$/i,
  id: /^(?:question_?id|example_?id|uid|idx|index)$/i,
  evidence: /^(?:hint|knowledge|external_knowledge|context)$/i,
};

/** A record as its line has it. */
interface Question {
  readonly question: string;
  readonly query: string;
  readonly id: string;
  readonly dbId?: string;
  readonly evidence?: string;
  readonly where: string;
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
    hashes: { [name]: createHash("sha256").update(bytes).digest("hex"), ...hashes },
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
  const questions: Question[] = [];
  const ids = new Set<string>();
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const question = parseLine(line, `${name} line ${i + 1}`, `${stem}-${questions.length}`);
    if (ids.has(question.id)) {
      throw refusal(
        question.where,
        `a question before it has this id: "${printable(question.id)}"`,
      );
    }
    ids.add(question.id);
    questions.push(question);
  });
  if (questions.length === 0) throw refusal(name, "it has no question");
  return questions;
}

function parseLine(line: string, where: string, place: string): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const reason = printable((error as Error).message.replaceAll(/\s+/g, " "));
    throw refusal(where, `not valid JSON: ${reason}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(where, 'a line must be an object such as {"question": "...", "sql": "..."}');
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(record)) {
    if ((KEYS as readonly string[]).includes(key)) continue;
    const meant = Object.entries(OTHER_NAMES).find(([, names]) => names.test(key))?.[0] ??
      nearestName(key, KEYS);
    const hint = meant === undefined ? `known are ${KEYS.join(", ")}` : `rename it to "${meant}"`;
    throw refusal(where, `unknown key "${printable(key)}": ${hint}`);
  }
  if (record.sql !== undefined && record.query !== undefined) {
    throw refusal(where, 'it has both "sql" and "query": keep one');
  }
  const text = (key: string, wanted = key): string => {
    const found = record[key];
    if (typeof found === "string" && found.trim() !== "") return found;
    const fault = found === undefined ? "it is missing" : printable(JSON.stringify(found));
    throw refusal(where, `"${wanted}" must be a text, not empty: ${fault}`);
  };
  const optional = (key: string): string | undefined =>
    record[key] === undefined ? undefined : text(key);
  const dbId = optional("db_id");
  const evidence = optional("evidence");
  return {
    question: text("question"),
    query: text(record.query === undefined ? "sql" : "query"),
    id: typeof record.id === "number" ? String(record.id) : optional("id") ?? place,
    ...(dbId === undefined ? {} : { dbId }),
    ...(evidence === undefined ? {} : { evidence }),
    where,
  };
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
      unnamed.where,
      `"db_id" is missing and there are ${found.size} databases at ${place}: ${names}`,
    );
  }
  const asked = new Map<string, string>();
  const only = found.size === 1 ? [...found.keys()][0] : undefined;
  for (const { dbId = only!, where } of questions) {
    const file = found.get(dbId);
    if (file === undefined) {
      throw refusal(where, `there is no database of this db_id at ${place}: "${printable(dbId)}"`);
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

function refusal(where: string, what: string): UsageError {
  return new UsageError(`Cannot load questions: ${where}: ${what}`);
}
