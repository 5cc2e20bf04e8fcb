import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { parseQuestions } from "./parse_questions.ts";
import { SUBJECT_CATEGORIES } from "./subject_categories.ts";
import type { MmluData, MmluQuestion } from "./types.ts";

/**
 * Reads an MMLU folder: CSV files in `test/` and `dev/`, one a subject, named
 * `<subject>_test.csv` and `<subject>_dev.csv` or just `<subject>.csv`.
 *
 * It may hold some subjects only, as a sample does; each must have a name of MMLU's and both files.
 * Hidden files and files of other kinds are passed over.
 *
 * @param dir The folder.
 * @returns The questions by subject, and the SHA-256 of each file.
 * @throws {UsageError} If a folder is missing or empty, a file is of an unknown subject or has a
 * malformed row (named with its line), or a subject of `test/` has no file in `dev/`.
 *
 * Source: Hendrycks et al. 2021, arXiv:2009.03300; layout of the authors' data.tar
 */
export async function loadMmlu(dir: string): Promise<MmluData> {
  const hashes: Record<string, string> = {};
  const test = await loadSplit(dir, "test", hashes);
  const dev = await loadSplit(dir, "dev", hashes);
  for (const subject of test.keys()) {
    if (dev.has(subject)) continue;
    throw new UsageError(
      `Cannot load MMLU: dev/${subject}_dev.csv is missing, shots are taken from it: ${dir}`,
    );
  }
  return { root: dir, test, dev, hashes };
}

async function loadSplit(
  dir: string,
  split: "test" | "dev",
  hashes: Record<string, string>,
): Promise<Map<string, readonly MmluQuestion[]>> {
  const entries = await readdir(join(dir, split)).catch(() => {
    throw new UsageError(
      `Cannot load MMLU: no folder ${split}/: pass the folder that holds dev/ and test/: ${dir}`,
    );
  });
  const files = entries.filter((name) => name.endsWith(".csv") && !name.startsWith(".")).sort();
  if (files.length === 0) {
    throw new UsageError(`Cannot load MMLU: ${split}/ has no CSV file: ${join(dir, split)}`);
  }
  const subjects = new Map<string, readonly MmluQuestion[]>();
  for (const file of files) {
    const stem = file.slice(0, -".csv".length);
    const subject = stem.endsWith(`_${split}`) ? stem.slice(0, -split.length - 1) : stem;
    const path = `${split}/${file}`;
    const category = SUBJECT_CATEGORIES.get(subject);
    if (category === undefined) {
      throw new UsageError(
        `Cannot load MMLU: ${path}: unknown subject, not one of MMLU's 57: ${subject}`,
      );
    }
    if (subjects.has(subject)) {
      throw new UsageError(`Cannot load MMLU: ${path}: a second file of one subject: ${subject}`);
    }
    const bytes = await readFile(join(dir, path)).catch((error) => {
      throw new UsageError(`Cannot load MMLU: ${path} cannot be read (${error.code})`);
    });
    hashes[path] = createHash("sha256").update(bytes).digest("hex");
    const prefix = split === "dev" ? `${subject}-dev` : subject;
    const rows = parseQuestions(bytes, path);
    subjects.set(
      subject,
      rows.map((row, index) => ({ id: `${prefix}-${index}`, subject, category, ...row })),
    );
  }
  return subjects;
}
