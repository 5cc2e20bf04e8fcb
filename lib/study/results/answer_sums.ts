import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  checksumText,
  readBytes,
  readChecksums,
  sha256Of,
  UsageError,
  writeAtomic,
} from "../../ground/mod.ts";
import { ANSWER_KINDS } from "../measures/answer_kinds.ts";

/** The file of a recording with the SHA-256 of its answers, which `sha256sum -c` checks too. */
export const ANSWER_SUMS = "answers.sha256";

const RECORDED = ANSWER_KINDS.map((kind) => `${kind}.parquet`);

/**
 * Writes down the SHA-256 of each file of answers in a recording, which holds from then on.
 *
 * @param folder The recording's folder.
 * @throws {UsageError} If a file cannot be read, or the list cannot be written.
 */
export function writeAnswerSums(folder: string): void {
  const there = RECORDED.filter((name) => existsSync(join(folder, name)));
  const sums = new Map(there.map((name) => [name, sha256Of(readBytes(join(folder, name)))]));
  writeAtomic(join(folder, ANSWER_SUMS), checksumText(sums));
}

/**
 * Compares recorded answers with the SHA-256 that were written down when they were recorded.
 *
 * @param path A folder with all its recorded answers, or one file; answers that are no Parquet are
 * not recorded, and not compared.
 * @returns A line where nothing was written down, so that a change cannot be told.
 * @throws {UsageError} If a file is another one, is missing, or was not there when it was recorded.
 */
export function checkAnswerSums(path: string): string[] {
  const one = path.endsWith(".parquet");
  const folder = one ? dirname(path) : path;
  const found = one ? [basename(path)] : RECORDED.filter((name) => existsSync(join(folder, name)));
  if (found.length === 0 && !existsSync(join(folder, ANSWER_SUMS))) return [];
  const sums = readChecksums(join(folder, ANSWER_SUMS));
  if (sums === undefined) {
    const files = found.map((name) => join(folder, name)).join(", ");
    return [
      `${files}: there is no ${ANSWER_SUMS} beside: whether they were changed since they were ` +
      "recorded cannot be told",
    ];
  }
  for (const name of one ? found : new Set([...sums.keys(), ...found])) {
    const sum = sums.get(name);
    const why = sum === undefined
      ? `it is not among those that ${ANSWER_SUMS} names`
      : !existsSync(join(folder, name))
      ? `it is missing, and ${ANSWER_SUMS} names it`
      : sha256Of(readBytes(join(folder, name))) !== sum
      ? `it was changed since it was recorded (its SHA-256 is not that of ${ANSWER_SUMS})`
      : undefined;
    if (why !== undefined) throw new UsageError(`Cannot use ${join(folder, name)}: ${why}`);
  }
  return [];
}
