import { z } from "zod";
import {
  checkRecord,
  parseJson,
  readTextFile,
  type RecordOf,
  REPOSITORY_ROOT,
  sha256Of,
  UsageError,
} from "../../../ground/mod.ts";

/** The general prompts that come with the project. */
export const GENERAL_PROMPTS = `${REPOSITORY_ROOT}/general_db/prompts.jsonl`;

/** The keys of {@linkcode GeneralPrompt}. */
export const PROMPT_KEYS = {
  /** Kind and number, such as `explain-1`. */
  id: z.string().regex(/^[a-z]+-[0-9]+$/),
  /** What the prompt asks for, such as `rewrite`. */
  kind: z.string().min(1),
  /** `en` or `pt`. */
  language: z.enum(["en", "pt"]),
  /** The user's turn, as it stands. */
  prompt: z.string().min(1),
};

/** A prompt that has nothing to do with SQL. */
export interface GeneralPrompt extends RecordOf<typeof PROMPT_KEYS> {}

/** General prompts, and the SHA-256 of their file. */
export interface GeneralPrompts {
  /** In the order of the file, at least one. */
  readonly prompts: readonly GeneralPrompt[];
  /** Of the file's text, hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads general prompts, one JSON object a line.
 *
 * @param path The file; the project's own when left out.
 * @throws {UsageError} If it cannot be read, a line is no prompt, or an id or a prompt is there
 * twice. The message has the line.
 */
export function loadGeneralPrompts(path: string = GENERAL_PROMPTS): GeneralPrompts {
  const text = readTextFile(path);
  const shown = path.replace(`${REPOSITORY_ROOT}/`, "");
  const seen = new Set<string>();
  const prompts = text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const place = `${shown}, line ${i + 1}`;
    const prompt: GeneralPrompt = checkRecord(
      z.strictObject(PROMPT_KEYS),
      parseJson(line, place),
      place,
    );
    for (const value of [prompt.id, prompt.prompt.trim()]) {
      if (seen.has(value)) {
        throw new UsageError(`Cannot use ${place}: it is there twice: ${JSON.stringify(value)}`);
      }
      seen.add(value);
    }
    return [prompt];
  });
  if (prompts.length === 0) throw new UsageError(`Cannot use ${shown}: it has no prompts`);
  return { prompts, sha256: sha256Of(text) };
}
