import { normalizeSql } from "./normalize_sql.ts";
import { serializeSchema } from "./serialize_schema.ts";
import type { ChatMessage, ChatPrompt, DatabaseSchema, SpiderExample } from "./types.ts";

/**
 * The version of everything that decides the prompt's text: instruction, schema text, turn layout,
 * the spacing of gold SQL. Any change to one of them changes this, and results with another version
 * are not comparable.
 */
export const SQL_PROMPT_VERSION = "sql-1";

const INSTRUCTION =
  "Write one SQLite query that answers the question about the database. Reply with the query alone.";

/** What stands between the schema and the question. The shared part of a prompt ends with it. */
const QUESTION_LABEL = "\n\nQuestion:";

/** Options of {@link sqlPrompt}. */
export interface SqlPromptOptions {
  /** The schemas of the example's database and of the shots'. */
  readonly schemas: ReadonlyMap<string, DatabaseSchema>;
  /** The shots, in order; none by default. */
  readonly shots?: readonly SpiderExample[];
}

/**
 * The chat that asks for an example's query: the instruction as the system's turn, each shot as a
 * user's turn (its schema and question) and an assistant's (its query), then the example's schema
 * and, last, its question; where it has a hint (`evidence`), that follows in a line of its own.
 *
 * The question comes last so that all questions on a database begin alike. The shared part ends
 * after `Question:` and before the space, where byte-pair tokenizers begin a new token in any case,
 * so that tokens do not straddle the end of it.
 *
 * @param example The example to ask for; its query is not looked at.
 * @returns The turns, and the length of the part of the last one that is shared.
 * @throws {RangeError} If a schema is missing, or the example is one of its own shots, which would
 * give its answer away.
 *
 * @example The turns of a prompt without shots
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const schema = {
 *   dbId: "music",
 *   tables: [{ name: "singer", columns: [{ name: "id", type: "number" }] }],
 *   primaryKeys: [],
 *   foreignKeys: [],
 * };
 * const example = { id: "dev-0", dbId: "music", question: "How many singers?", query: "" };
 * const { messages, sharedLength } = sqlPrompt(example, { schemas: new Map([["music", schema]]) });
 * assert.equal(messages[1]?.content, "singer(id)\n\nQuestion: How many singers?");
 * assert.equal(messages[1]?.content.slice(sharedLength), " How many singers?");
 * ```
 */
export function sqlPrompt(
  example: SpiderExample,
  { schemas, shots = [] }: SqlPromptOptions,
): ChatPrompt {
  const messages: ChatMessage[] = [{ role: "system", content: INSTRUCTION }];
  for (const shot of shots) {
    if (shot.id === example.id) {
      throw new RangeError(
        `Cannot build the prompt of ${example.id}: it is one of its own shots, leave it out`,
      );
    }
    messages.push(
      { role: "user", content: sharedPart(shot, schemas) + questionPart(shot) },
      sqlCompletion(shot),
    );
  }
  const shared = sharedPart(example, schemas);
  messages.push({ role: "user", content: shared + questionPart(example) });
  return { messages, sharedLength: shared.length };
}

/**
 * The assistant's turn that answers an example: its gold query, evenly spaced, nothing else.
 *
 * @param example The example.
 * @returns One message, for a shot or as the completion to train on.
 *
 * @example The query alone
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const query = "SELECT name ,  age FROM singer;";
 * const turn = sqlCompletion({ id: "train-0", dbId: "music", question: "Who?", query });
 * assert.deepEqual(turn, { role: "assistant", content: "SELECT name, age FROM singer" });
 * ```
 */
export function sqlCompletion(example: SpiderExample): ChatMessage {
  return { role: "assistant", content: normalizeSql(example.query) };
}

function sharedPart(
  { id, dbId }: SpiderExample,
  schemas: ReadonlyMap<string, DatabaseSchema>,
): string {
  const schema = schemas.get(dbId);
  if (schema === undefined) {
    throw new RangeError(`Cannot build the prompt of ${id}: no schema of its database: ${dbId}`);
  }
  return serializeSchema(schema) + QUESTION_LABEL;
}

function questionPart({ question, evidence }: SpiderExample): string {
  const line = (text: string): string => text.trim().replaceAll(/\s+/g, " ");
  return ` ${line(question)}${evidence === undefined ? "" : `\nEvidence: ${line(evidence)}`}`;
}
