import { UsageError } from "../runs/usage_error.ts";
import { extractSql } from "./extract_sql.ts";

/** One line of a prediction file. */
export interface Prediction {
  /** The predicted statement; empty where there is none. */
  readonly sql: string;
  /** Which example it is for; without one it is for the example in the same place. */
  readonly id?: string;
}

/** One example of a gold file. */
export interface GoldExample {
  readonly id: string;
  readonly dbId: string;
  readonly gold: string;
}

/**
 * Reads a prediction file. A line is one statement, of which the part before the first tab counts as
 * in the official script, or a JSON record: `sql` (a statement, taken as it is) or `completion` (what
 * a model wrote, of which the statement is extracted), and if need be `id` (`dev-12`) or `index`
 * (`12`, a place in the example file). An empty line is an empty prediction.
 *
 * @param source The file's name, for messages.
 * @throws {UsageError} If a line that begins like a JSON record is none, or has neither field.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readPredictions("SELECT 1\n\n", "pred.txt"), [{ sql: "SELECT 1" }, { sql: "" }]);
 * ```
 */
export function readPredictions(text: string, source: string): readonly Prediction[] {
  const lines = linesOf(text);
  const isJson = lines.find((line) => line.trim() !== "")?.trimStart().startsWith("{") ?? false;
  if (!isJson) return lines.map((line) => ({ sql: line.trim().split("\t", 1)[0]! }));
  return lines
    .map((line, index) => ({ line, place: `${source}: line ${index + 1}` }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, place }) => predictionOf(parsed(line, place), place));
}

/**
 * Reads an example file: Spider's JSON (`db_id`, `query`) or its gold list, a statement, a tab and a
 * database a line. Ids are the file's name and the place in it: `dev-0` for the first of dev.json.
 *
 * @throws {UsageError} If the file is neither.
 */
export function readGoldExamples(text: string, source: string): readonly GoldExample[] {
  const split = source.split(/[\\/]/).at(-1)!.replace(/\.[^.]*$/, "").replace(/_gold$/, "");
  if (text.trimStart().startsWith("[")) {
    const records = parsed(text, source) as readonly unknown[];
    return records.map((record, index) => {
      const { db_id: dbId, query: gold } = (record ?? {}) as Record<string, unknown>;
      if (typeof dbId !== "string" || typeof gold !== "string") {
        throw new UsageError(
          `Cannot read ${source}: record ${index} must have the texts "db_id" and "query"`,
        );
      }
      return { id: `${split}-${index}`, dbId, gold };
    });
  }
  return linesOf(text).map((line, index) => {
    const [gold, dbId] = line.trim().split("\t");
    if (!gold || !dbId) {
      throw new UsageError(
        `Cannot read ${source}: line ${index + 1} must be a statement, a tab and a database`,
      );
    }
    return { id: `${split}-${index}`, dbId: dbId.trim(), gold };
  });
}

function linesOf(text: string): readonly string[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  // The end of the last line is no line of its own.
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new UsageError(`Cannot read ${place}: not valid JSON: ${reason}`);
  }
}

function predictionOf(record: unknown, place: string): Prediction {
  const { sql, completion, id, index } = (record ?? {}) as Record<string, unknown>;
  const statement = typeof completion === "string" && sql === undefined
    ? extractSql(completion) ?? ""
    : sql;
  if (typeof statement !== "string") {
    throw new UsageError(`Cannot read ${place}: it needs the text "sql" or "completion"`);
  }
  if (typeof id === "string") return { sql: statement, id };
  return Number.isSafeInteger(index) ? { sql: statement, id: `#${index}` } : { sql: statement };
}
