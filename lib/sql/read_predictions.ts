import { firstOf, printable, UsageError } from "../ground/mod.ts";
import { extractSql, isCutInReasoning } from "./extract_sql.ts";
import { type PlacedRecord, readJsonRecords } from "./text/json_records.ts";
import { linesOf } from "./text/lines.ts";
import { isOwnSample, isOwnVerdict, ofVariant } from "./text/own_records.ts";
import { isCode, tokenize } from "./text/tokens.ts";
import { hasIdKey, predictionIds, shortFields } from "./text/record_ids.ts";

/**
 * What is to be said of a prediction beside its verdict.
 *
 * - `no_prediction`: the file has none for this example.
 * - `no_answer`: the record or line is there and its answer is empty, null or absent.
 * - `cut_in_reasoning`: the completion ends inside its reasoning.
 * - `text_after_tab`: the line has a tab, and what follows it names no database.
 */
export type Remark = "no_prediction" | "no_answer" | "cut_in_reasoning" | "text_after_tab";

/** One record or line of a prediction file. */
export interface Prediction {
  /** The predicted statement; empty where there is none. */
  readonly sql: string;
  /** Which example it is for (`#3` is a place); without one it is for the example in its place. */
  readonly id?: string;
  /** Further ids of the same record; they must name the same example. */
  readonly otherIds?: readonly string[];
  /** The database that the record names. */
  readonly dbId?: string;
  /** The question that the record says it answers. */
  readonly question?: string;
  /** The gold that the record says it has. */
  readonly gold?: string;
  /** Its whole numbers and short texts, where it has no id: one of them may be meant as one. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What follows the first tab of a line: its database, as the official script's files have it. */
  readonly afterTab?: string;
  /** What is to be said of it. */
  readonly remark?: Extract<Remark, "no_answer" | "cut_in_reasoning">;
}

// A statement is taken as it is; of a completion the statement is extracted.
const STATEMENT_KEYS = ["sql", "predicted_sql", "pred_sql", "generated_sql"] as const;
const COMPLETION_KEY = "completion";
// Keys under which others keep an answer, or the gold: to be renamed, never to be guessed.
const OTHER_ANSWER_KEYS =
  /^(?:sql|query|pred\w*|answers?|outputs?|responses?|text|result|generated\w*|generations?|content|message|choices)$/i;
// Keys of these that stand beside "sql" are a prediction too, and then two of them must be one; "SQL"
// is beside "sql" alone, as in BIRD's records it is the gold.
const PREDICTED_KEYS =
  /^(?:sql|completion|pred\w*|generated\w*|generations?|responses?|outputs?|model_output)$/i;
const GOLD_KEYS = ["gold", "gold_sql", "gold_query"] as const;
const DATABASE_KEYS = ["db_id", "dbId", "database_id"] as const;
const MAX_KEYS_NAMED = 8;
// BIRD's prediction files have the database behind the statement.
const BIRD_MARK = "\t----- bird -----\t";

/** The forms of a prediction file, as `readListText` says them of another one. */
export const PREDICTION_FORMS: string =
  "predictions are read as one statement a line, or as JSON: an array, " +
  'JSON lines or {id: sql}, of records with "sql" or "completion"';

/** Options of {@linkcode readPredictions}. */
export interface ReadPredictionsOptions {
  /** Of a study's own file, which has several variants: the one whose answers are read. */
  readonly variant?: string;
}

/**
 * Reads a prediction file: statements or JSON.
 *
 * A list of statements has one a line, of which the part before the first tab counts as in the
 * official script; an empty line is an empty prediction. JSON is an array, JSON lines, or an object
 * `{id: answer}`; a record has `sql` (also `predicted_sql`, `pred_sql`, `generated_sql`: a
 * statement, taken as it is) or `completion` (what a model wrote, of which the statement is
 * extracted), and if need be an id: the example's own, `dev-12`, or its place, as `id`,
 * `question_id`, `index` and their kin. A record that is a text is a statement.
 *
 * The files that this project writes are read too: a study's `samples/sql.jsonl`, where the
 * completion is `text`, and its `verdicts.jsonl`.
 *
 * @param source The file's name, for messages.
 * @throws {UsageError} If a record cannot be read, or its id or answer has a name or a type that is
 * not known, or it has answers of several variants and none is named.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readPredictions("SELECT 1\n", "pred.txt"), [{ sql: "SELECT 1" }]);
 * assert.deepEqual(readPredictions('{"3": "SELECT 1"}', "p.json"), [{ sql: "SELECT 1", id: "3" }]);
 * ```
 */
export function readPredictions(
  text: string,
  source: string,
  { variant }: ReadPredictionsOptions = {},
): readonly Prediction[] {
  const all = readJsonRecords(text, source, isRecord);
  if (all === undefined && variant === undefined) return linesOf(text).map(predictionOfLine);
  const records = ofVariant(all ?? [], source, variant);
  const predictions = records.map(predictionOf);
  if (records.length > 0 && !records.some(hasAnswerKey)) {
    const keys = records.flatMap(({ value }) =>
      typeof value === "string" ? [] : Object.keys(value)
    );
    const named = firstOf([...new Set(keys)].map(printable), MAX_KEYS_NAMED);
    throw new UsageError(
      `Cannot read ${source}: no record has "sql" or "${COMPLETION_KEY}"` +
        (keys.length === 0 ? "" : `, rename the one with the answer: the keys are ${named}`),
    );
  }
  return predictions;
}

function isRecord(value: Readonly<Record<string, unknown>>): boolean {
  return answerKey(value) !== undefined || hasIdKey(value);
}

function predictionOfLine(line: string): Prediction {
  const [sql, ...rest] = line.trim().split("\t");
  const afterTab = rest.join("\t").trim();
  return {
    sql: sql!,
    ...(afterTab === "" ? {} : { afterTab }),
    ...(sql!.trim() === "" ? { remark: "no_answer" as const } : {}),
  };
}

function predictionOf({ value, place, key }: PlacedRecord): Prediction {
  const record = typeof value === "string" ? { sql: value } : known(value);
  const ids = [...(key === undefined ? [] : [key]), ...predictionIds(record, place)];
  const dbId = databaseOf(record, place);
  const gold = GOLD_KEYS.map((name) => record[name]).find((text) => typeof text === "string");
  return {
    ...answerOf(record, place),
    ...(typeof record.question === "string" ? { question: record.question } : {}),
    ...(gold === undefined ? {} : { gold: gold as string }),
    ...(ids.length > 0 ? { id: ids[0]! } : {}),
    ...(ids.length > 0 || typeof value === "string" ? {} : fieldsOf(record)),
    ...(ids.length > 1 ? { otherIds: ids.slice(1) } : {}),
    ...(dbId === undefined ? {} : { dbId }),
  };
}

function fieldsOf(record: Readonly<Record<string, unknown>>): Pick<Prediction, "fields"> {
  const others = Object.entries(record).filter(([key]) =>
    ![...STATEMENT_KEYS, COMPLETION_KEY, ...DATABASE_KEYS].some((name) => name === key)
  );
  const fields = shortFields(Object.fromEntries(others));
  return Object.keys(fields).length === 0 ? {} : { fields };
}

/** A record of this project's own files with its answer under the key that others have it under. */
function known(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (isOwnSample(record)) return { ...record, [COMPLETION_KEY]: record.text };
  // a verdict on an answer without a statement has none
  return isOwnVerdict(record) && answerKey(record) === undefined ? { ...record, sql: "" } : record;
}

function answerOf(
  record: Readonly<Record<string, unknown>>,
  place: string,
): Pick<Prediction, "sql" | "remark" | "dbId"> {
  const name = answerKey(record);
  if (name === undefined) {
    const other = Object.keys(record).find((key) =>
      OTHER_ANSWER_KEYS.test(key) && (record[key] ?? "") !== ""
    );
    if (other !== undefined) {
      throw new UsageError(
        `Cannot read ${place}: it needs the text "sql" or "${COMPLETION_KEY}", and the key ` +
          `"${printable(other)}" is neither: rename it`,
      );
    }
    return { sql: "", remark: "no_answer" };
  }
  const value = record[name] ?? "";
  if (typeof value !== "string") {
    throw new UsageError(
      `Cannot read ${place}: "${name}" must be a text: ${
        printable(JSON.stringify(value)).slice(0, 60)
      }`,
    );
  }
  if (value.trim() === "") return { sql: "", remark: "no_answer" };
  if (name !== COMPLETION_KEY) {
    const [sql, dbId] = value.split(BIRD_MARK);
    refuseOtherAnswer(record, { name, sql: sql!, place });
    return dbId === undefined ? { sql: sql! } : { sql: sql!, dbId: dbId.trim() };
  }
  const sql = extractSql(value) ?? "";
  const isCut = sql === "" && isCutInReasoning(value);
  return isCut ? { sql, remark: "cut_in_reasoning" } : { sql };
}

/** Refuses a record with a second answer that is another one: `sql` may be its gold. */
function refuseOtherAnswer(
  record: Readonly<Record<string, unknown>>,
  { name, sql, place }: { readonly name: string; readonly sql: string; readonly place: string },
): void {
  if (isOwnSample(record) || isOwnVerdict(record)) return;
  const other = Object.entries(record).find(([key, value]) =>
    key !== name && PREDICTED_KEYS.test(key) && !isGoldBeside(name, key) &&
    typeof value === "string" && isAnswer(key, value) && !isSame(value, sql)
  );
  if (other === undefined) return;
  throw new UsageError(
    `Cannot read ${place}: "${name}" and "${printable(other[0])}" are two different answers: ` +
      "leave the prediction alone in it",
  );
}

/** Whether a text is an answer by its key, or by the statement in it: one on the run is none. */
function isAnswer(key: string, text: string): boolean {
  const isStatement = STATEMENT_KEYS.some((name) => name === key);
  return isStatement ? text.trim() !== "" : extractSql(text) !== undefined;
}

/** Whether a key is BIRD's `SQL`, its gold, beside a key that is of a prediction by its name. */
function isGoldBeside(name: string, key: string): boolean {
  return name !== "sql" && /^sql$/i.test(key);
}

/** Whether a text is a statement, has it in it, or holds it in another form, as a JSON text does. */
function isSame(text: string, sql: string): boolean {
  if (holds(text, sql) || holds(sql, text)) return true;
  const found = codeOf(extractSql(text) ?? "");
  return found !== "" && found === codeOf(extractSql(sql) ?? sql);
}

/** A statement without its spaces and comments. */
function codeOf(sql: string): string {
  return tokenize(sql).filter(isCode).map(({ text }) => text.toLowerCase()).join("");
}

function holds(text: string, part: string): boolean {
  const plain = (sql: string): string => sql.toLowerCase().replaceAll(/[\s;]+/g, "");
  return plain(text).includes(plain(part));
}

// The first key that has a value, else the first that is there.
function answerKey(record: Readonly<Record<string, unknown>>): string | undefined {
  const keys = [...STATEMENT_KEYS, COMPLETION_KEY].filter((key) => Object.hasOwn(record, key));
  return keys.find((key) => record[key] !== null) ?? keys[0];
}

function hasAnswerKey({ value }: PlacedRecord): boolean {
  return typeof value === "string" || answerKey(known(value)) !== undefined;
}

function databaseOf(
  record: Readonly<Record<string, unknown>>,
  place: string,
): string | undefined {
  const key = DATABASE_KEYS.find((name) => Object.hasOwn(record, name));
  if (key === undefined) return undefined;
  const value = record[key];
  if (typeof value === "string") return value;
  throw new UsageError(`Cannot read ${place}: "${key}" must be a text: ${JSON.stringify(value)}`);
}
