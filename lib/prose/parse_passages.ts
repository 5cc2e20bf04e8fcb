import { nearestName, UsageError } from "../ground/mod.ts";
import { decodeText } from "./_decode_text.ts";
import type { Passage } from "./types.ts";

/** The kind of passages that name none. */
export const OWN_KIND = "own text";

const KEYS = ["id", "kind", "topic", "language", "text"] as const;

/**
 * The passages in a file of JSON lines: one object a line with `text` and, if wanted, `id`,
 * `kind`, `topic` and `language`. Empty lines are passed over.
 *
 * Without an id a passage is called by its file and line (`mine-3` is line 3 of `mine.jsonl`),
 * without a topic it is a topic of its own, and without a kind it is {@linkcode OWN_KIND}. The text
 * is kept exactly, spaces and line breaks at its ends included.
 *
 * @param bytes The file, UTF-8, with or without a byte-order mark.
 * @param path How to name the file in messages and ids.
 * @returns The passages, at least one. Ids may still be repeated.
 * @throws {UsageError} If the bytes are not UTF-8, or a line is not JSON, not an object, has an
 * unknown key or a value that is not text, or its text is empty. The message names the line.
 *
 * @example One line
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const line = '{"id": "rain", "topic": "weather", "text": "It rained all day."}\n';
 * const [passage] = parsePassages(new TextEncoder().encode(line), "mine.jsonl");
 * assert.equal(passage?.topic, "weather");
 * assert.equal(passage?.kind, OWN_KIND);
 * ```
 */
export function parsePassages(bytes: Uint8Array, path: string): Passage[] {
  const stem = path.replace(/\.jsonl$/i, "");
  const passages = decodeText(bytes, path).split("\n").flatMap((line, index) =>
    line.trim() === "" ? [] : [parseLine(line, `${path} line ${index + 1}`, `${stem}-${index + 1}`)]
  );
  if (passages.length === 0) throw new UsageError(`Cannot load passages: ${path} has no passage`);
  return passages;
}

function parseLine(line: string, where: string, place: string): Passage {
  const record = parseObject(line, where);
  for (const key of Object.keys(record)) {
    if ((KEYS as readonly string[]).includes(key)) continue;
    const meant = nearestName(key, KEYS);
    throw new UsageError(
      `Cannot load passages: ${where}: unknown key ${JSON.stringify(key)}, ` +
        (meant ? `did you mean "${meant}"?` : `known are ${KEYS.join(", ")}`),
    );
  }
  const text = record.text;
  if (typeof text !== "string") {
    throw new UsageError(
      `Cannot load passages: ${where}: "text" must be a string: ${JSON.stringify(text)}`,
    );
  }
  checkText(text, where);
  const id = label(record, "id", where) ?? place;
  const language = label(record, "language", where);
  return {
    id,
    kind: label(record, "kind", where) ?? OWN_KIND,
    topic: label(record, "topic", where) ?? id,
    ...(language !== undefined && { language }),
    text,
  };
}

function parseObject(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new UsageError(`Cannot load passages: ${where} is not valid JSON: ${reason}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(
      `Cannot load passages: ${where} must be an object such as {"text": "..."}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A value that tables show: one line, not empty. */
function label(
  record: Readonly<Record<string, unknown>>,
  key: string,
  where: string,
): string | undefined {
  const value = record[key];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.trim() === "" || /\p{Cc}/u.test(value)) {
    throw new UsageError(
      `Cannot load passages: ${where}: "${key}" must be one line of text, not empty: ` +
        JSON.stringify(value),
    );
  }
  return value;
}

/**
 * Refuses a text that cannot be scored.
 *
 * @throws {UsageError} If it is empty or blank, has a NUL character, or half of a surrogate pair
 * without the other half, which no encoding of Unicode can hold.
 */
export function checkText(text: string, where: string): void {
  if (text.trim() === "") throw new UsageError(`Cannot load passages: ${where}: the text is empty`);
  if (text.includes("\0") || !text.isWellFormed()) {
    throw new UsageError(
      `Cannot load passages: ${where}: the text has a NUL character or a lone surrogate`,
    );
  }
}
