import { printable, UsageError } from "../ground/mod.ts";
import { type PlacedRecord, readJsonRecords } from "./text/json_records.ts";
import { linesOf } from "./text/lines.ts";
import { exampleIds } from "./text/record_ids.ts";

/** One example of a gold file. */
export interface GoldExample {
  /** The file's name and the place in it, counted from 0: `dev-0`. */
  readonly id: string;
  /** The database's name. */
  readonly dbId: string;
  /** The gold statement. */
  readonly gold: string;
  /** What is asked, where the file says it. */
  readonly question?: string;
  /** Ids that the record brings along, such as BIRD's `question_id`; `#3` stands for an index. */
  readonly ownIds?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const GOLD_KEYS = ["query", "SQL", "sql", "gold", "gold_sql"] as const;
const DATABASE_KEYS = ["db_id", "dbId", "database_id"] as const;

/** The forms of an example file, as `readListText` says them of another one. */
export const EXAMPLE_FORMS: string =
  "examples are read as JSON, such as dev.json, or as a statement, a tab " +
  "and a database a line";

/**
 * Reads an example file: JSON (an array, JSON lines, or an object by id) with a database (`db_id`)
 * and a gold (`query` as Spider, `SQL` as BIRD, also `gold`), or a gold list, a statement, a tab and
 * a database a line. Ids are the file's name and the place in it: `dev-0` for the first of dev.json.
 *
 * @param source The file's name, for ids and messages.
 * @throws {UsageError} If the file is neither, it has no examples, or a record lacks its gold or its
 * database.
 */
export function readGoldExamples(text: string, source: string): readonly GoldExample[] {
  const split = source.split(/[\\/]/).at(-1)!.replace(/\.[^.]*$/, "").replace(/_gold$/, "");
  const records = readJsonRecords(text, source, (value) => goldKey(value) !== undefined);
  const examples = records === undefined
    ? lineExamples(text, source)
    : records.map((record) => exampleOf(record));
  if (examples.length === 0) throw new UsageError(`Cannot read ${source}: it has no examples`);
  return examples.map((example, index) => ({ id: `${split}-${index}`, ...example }));
}

function lineExamples(text: string, source: string): readonly Omit<GoldExample, "id">[] {
  const lines = [...linesOf(text)];
  while (lines.at(-1)?.trim() === "") lines.pop();
  return lines.map((line, index) => {
    const place = `${source}: line ${index + 1}`;
    const [gold, dbId] = line.trim().split("\t");
    if (!gold?.trim() || !dbId?.trim()) {
      throw new UsageError(`Cannot read ${place} must be a statement, a tab and a database`);
    }
    return { dbId: dbId.trim(), gold };
  });
}

function exampleOf({ value, place, key }: PlacedRecord): Omit<GoldExample, "id"> {
  const record = typeof value === "string" ? {} : value;
  const ownIds = [...(key === undefined ? [] : [key]), ...exampleIds(record)];
  return {
    dbId: textOf(record, databaseKey(record), { place, wanted: "db_id" }),
    gold: textOf(record, goldKey(record), { place, wanted: "query" }),
    ...(typeof record.question === "string" ? { question: record.question } : {}),
    ...(ownIds.length > 0 ? { ownIds } : {}),
  };
}

// Spider's `sql` is the parsed statement, an object.
function goldKey(record: Fields): string | undefined {
  const keys = GOLD_KEYS.filter((key) => Object.hasOwn(record, key));
  return keys.find((key) => typeof record[key] === "string") ?? keys[0];
}

function databaseKey(record: Fields): string | undefined {
  return DATABASE_KEYS.find((key) => Object.hasOwn(record, key));
}

function textOf(
  record: Fields,
  key: string | undefined,
  { place, wanted }: { readonly place: string; readonly wanted: "db_id" | "query" },
): string {
  const value = key === undefined ? undefined : record[key];
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = value === undefined ? "" : `: ${printable(JSON.stringify(value)).slice(0, 60)}`;
  throw new UsageError(
    `Cannot read ${place} must have the texts "db_id" and "query" (or "SQL"): ` +
      `${key ?? wanted} ${value === undefined ? "is missing" : "is none"}${found}`,
  );
}
