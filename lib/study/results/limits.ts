import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson, readTextFile, TEXT, UsageError } from "../../ground/mod.ts";
import { unwarrantedText } from "../../report/mod.ts";

/** A file beside a study's results with limits that its numbers do not tell, by language. */
export const LIMITS_FILE = "limits.json";

const LIMITS = z.strictObject({
  en: z.array(TEXT),
  pt: z.array(TEXT),
  repetition: z.boolean().optional(),
});

/** Limits that a study's numbers do not tell: somebody wrote them. */
export interface Limits {
  /** In English, each one or more sentences. */
  readonly en: readonly string[];
  /** The same in Portuguese. */
  readonly pt: readonly string[];
  /** Whether results of earlier runs on the same questions were known. */
  readonly repetition?: boolean | undefined;
}

/**
 * Reads the limits beside a study's results; none where there is no such file.
 *
 * @param folder Such as `results/recorded/sample`.
 * @throws {UsageError} If the file is damaged, has other keys, or a sentence that no number warrants.
 */
export function readLimits(folder: string): Limits {
  const path = join(folder, LIMITS_FILE);
  if (!existsSync(path)) return { en: [], pt: [] };
  const { data, success } = LIMITS.safeParse(parseJson(readTextFile(path), path));
  if (!success) {
    throw new UsageError(
      `Cannot use ${path}: it must be {"en": [...], "pt": [...]}, lists of texts, and may have ` +
        '"repetition": true',
    );
  }
  for (const language of ["en", "pt"] as const) {
    const unwarranted = data[language].map((limit) => unwarrantedText(limit, language))
      .find((text) => text !== undefined);
    if (unwarranted !== undefined) {
      throw new UsageError(`Cannot use ${path}: it has ${unwarranted}`);
    }
  }
  return data;
}
