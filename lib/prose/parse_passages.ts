import { z } from "zod";
import {
  decodeText,
  jsonLines,
  LABEL,
  type RecordOf,
  together,
  UsageError,
} from "../ground/mod.ts";

/** The kind of passages that name none. */
export const OWN_KIND = "own text";

/** A text that can be scored: no encoding of Unicode holds half of a surrogate pair. */
export const SCORABLE_TEXT = together(z.string(), (text) => {
  if (text.trim() === "") return { rule: "a text that is not empty" };
  return text.includes("\0") || !text.isWellFormed()
    ? { rule: "a text without a NUL character or a lone surrogate" }
    : undefined;
});

/** The keys of a {@linkcode Passage} in a file: only its text is needed. */
export const PASSAGE_KEYS = {
  /** Unique within a set: what base and tuned are paired by. */
  id: LABEL.exactOptional(),
  /** The sort of text, such as `narrative`; `own text` for a user's own that names none. */
  kind: LABEL.default(OWN_KIND),
  /** The cluster: passages on one topic are not independent of each other. */
  topic: LABEL.exactOptional(),
  /** A language tag such as `pt-BR`, or the name of a programming language. */
  language: LABEL.exactOptional(),
  /** The text, exactly as it is scored. */
  text: SCORABLE_TEXT,
};

/** A piece of general text whose cross-entropy is measured. */
export interface Passage extends RecordOf<typeof PASSAGE_KEYS> {
  /** Its own, or that of its place: `mine-3`. */
  readonly id: string;
  /** Its own, or its id. */
  readonly topic: string;
}

const PASSAGE = z.strictObject(PASSAGE_KEYS);

/**
 * The passages in a file of JSON lines: one object a line with `text` and, if wanted, `id`,
 * `kind`, `topic` and `language`. Empty lines are passed over.
 *
 * Without an id a passage is called by its file and line (`mine-3` is line 3 of `mine.jsonl`),
 * without a topic it is a topic of its own, and without a kind it is {@linkcode OWN_KIND}. The text
 * is kept exactly, spaces and line breaks at its ends included.
 *
 * @param bytes The file, UTF-8, or UTF-16 with its mark.
 * @param path How to name the file in messages and ids.
 * @returns The passages, at least one. Ids may still be repeated.
 * @throws {UsageError} If the bytes are not text, or a line is not JSON, not an object, has an
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
  const passages = jsonLines(PASSAGE, decodeText(bytes, path), path).map(({ record, line }) => {
    const id = record.id ?? `${stem}-${line}`;
    return { ...record, id, topic: record.topic ?? id };
  });
  if (passages.length === 0) throw new UsageError(`Cannot load passages: ${path} has no passage`);
  return passages;
}
