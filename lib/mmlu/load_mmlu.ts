import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { firstOf, printable, sha256Of, UsageError } from "../ground/mod.ts";
import { collectItems, type ItemFile } from "./own_data/_collect_items.ts";
import type { OwnItemsOptions } from "./own_data/load_own_items.ts";
import { parseCsvItems } from "./own_data/parse_items.ts";
import { parseQuestions } from "./parse_questions.ts";
import { SUBJECT_CATEGORIES, SUITE_CATEGORIES } from "./subject_categories.ts";
import type { MmluData, MmluQuestion } from "./types.ts";

/**
 * Reads an MMLU folder: CSV files in `test/` and `dev/`, one a subject, named
 * `<subject>_test.csv` and `<subject>_dev.csv` or just `<subject>.csv`.
 *
 * It may hold some subjects only, as a sample does; each must have a name of MMLU's and both files.
 * Hidden files and those about the data (README) are passed over; a note names files of other kinds.
 *
 * @param dir The folder.
 * @returns The questions by subject, and the SHA-256 of each file.
 * @throws {UsageError} If a folder is missing or empty, a file is of an unknown subject or has a
 * malformed row (named with its line), or a subject of `test/` has no file in `dev/`.
 *
 * Source: Hendrycks et al. 2021, arXiv:2009.03300; layout of the authors' data.tar
 */
export async function loadMmlu(dir: string): Promise<MmluData> {
  const data = await loadMmluFolder(dir, {});
  const unknown = [...data.test.keys()].find((subject) => !SUBJECT_CATEGORIES.has(subject));
  if (unknown === undefined) return data;
  throw new UsageError(
    `Cannot load MMLU: unknown subject, not one of MMLU's 57: ${printable(unknown)}`,
  );
}

/**
 * Reads a folder in MMLU's layout, with MMLU's subjects or with subjects of your own.
 *
 * Subjects of your own are what their files are called. They may have 2 to 10 choices, a header with
 * columns of your own (see `parseCsvItems`), and no file in `dev/`; their category is the title
 * unless a column names one.
 *
 * @param dir The folder.
 * @throws {UsageError} As {@linkcode loadMmlu}, and if MMLU's subjects and others lie in one folder:
 * a misspelt name would change what the numbers are of.
 */
export async function loadMmluFolder(
  dir: string,
  { title }: OwnItemsOptions,
): Promise<MmluData> {
  const test = await listSubjects(dir, "test");
  const dev = await listSubjects(dir, "dev", test);
  const files = [...test, ...dev];
  const left = [...await notRead(dir, "test"), ...await notRead(dir, "dev")];
  const notes = left.length === 0
    ? []
    : [`not read, since MMLU's files end in .csv: ${firstOf(left, MAX_NAMED)}`];
  const others = files.filter(({ subject }) => !SUBJECT_CATEGORIES.has(subject));
  const [other] = others;
  const hashes: Record<string, string> = {};
  if (other !== undefined) {
    if (others.length < files.length) {
      throw new UsageError(
        `Cannot load MMLU: ${other.path}: unknown subject, not one of MMLU's 57, beside some that ` +
          `are: rename it, or keep subjects of your own in a folder of their own: ${
            printable(other.subject)
          }`,
      );
    }
    const own = await loadOwnSubjects(dir, files, title ?? basename(resolve(dir)));
    return { ...own, notes };
  }
  const subjects = {
    test: await readSubjects(dir, test, hashes),
    dev: await readSubjects(dir, dev, hashes),
  };
  for (const subject of subjects.test.keys()) {
    if (subjects.dev.has(subject)) continue;
    throw new UsageError(
      `Cannot load MMLU: dev/${subject}_dev.csv is missing, shots are taken from it: ${dir}`,
    );
  }
  const found = new Set([...subjects.test.keys()].map((name) => SUBJECT_CATEGORIES.get(name)!));
  const missing = SUITE_CATEGORIES.filter((category) => !found.has(category));
  return {
    root: dir,
    title: title ?? "MMLU",
    isMmlu: missing.length === 0,
    categories: missing.length === 0 ? SUITE_CATEGORIES : [...found],
    ...subjects,
    hashes,
    notes: missing.length === 0 ? notes : [
      ...notes,
      `this part of MMLU has no question of ${missing.join(" and ")}: only the others are asked`,
    ],
  };
}

/** So many files are named, the rest by number. */
const MAX_NAMED = 5;
const PASSED_OVER = /^(?:\.|readme|licen[cs]e)/i;

/** Files of a split that are neither questions nor about them: a subject may be among them. */
async function notRead(dir: string, split: "test" | "dev"): Promise<readonly string[]> {
  const names = await readdir(join(dir, split)).catch(() => []);
  return names.filter((name) => !name.endsWith(".csv") && !PASSED_OVER.test(name))
    .sort().map((name) => printable(`${split}/${name}`));
}

/** A file of one subject. */
interface SubjectFile {
  readonly subject: string;
  readonly split: "test" | "dev";
  /** Its path below the folder. */
  readonly path: string;
}

/**
 * @param without Subjects of `test/`: if none is MMLU's, `dev/` may be missing.
 */
async function listSubjects(
  dir: string,
  split: "test" | "dev",
  without: readonly SubjectFile[] = [],
): Promise<SubjectFile[]> {
  const isOwn = without.length > 0 &&
    without.every(({ subject }) => !SUBJECT_CATEGORIES.has(subject));
  const entries = await readdir(join(dir, split)).catch(() => {
    if (isOwn) return [];
    throw new UsageError(
      `Cannot load MMLU: no folder ${split}/: pass the folder that holds dev/ and test/: ${dir}`,
    );
  });
  const files = entries.filter((name) => name.endsWith(".csv") && !name.startsWith(".")).sort();
  if (files.length === 0 && !isOwn) {
    throw new UsageError(`Cannot load MMLU: ${split}/ has no CSV file: ${join(dir, split)}`);
  }
  const subjects = new Set<string>();
  return files.map((file) => {
    const stem = file.slice(0, -".csv".length);
    const subject = stem.endsWith(`_${split}`) ? stem.slice(0, -split.length - 1) : stem;
    const path = `${split}/${file}`;
    if (subjects.has(subject)) {
      throw new UsageError(`Cannot load MMLU: ${path}: a second file of one subject: ${subject}`);
    }
    subjects.add(subject);
    return { subject, split, path };
  });
}

async function readSubjects(
  dir: string,
  files: readonly SubjectFile[],
  hashes: Record<string, string>,
): Promise<Map<string, readonly MmluQuestion[]>> {
  const subjects = new Map<string, readonly MmluQuestion[]>();
  for (const { subject, split, path } of files) {
    const bytes = await readSubject(dir, path, hashes);
    const category = SUBJECT_CATEGORIES.get(subject)!;
    const prefix = split === "dev" ? `${subject}-dev` : subject;
    subjects.set(
      subject,
      parseQuestions(bytes, path).map((row, index) => ({
        id: `${prefix}-${index}`,
        subject,
        category,
        ...row,
      })),
    );
  }
  return subjects;
}

async function loadOwnSubjects(
  dir: string,
  files: readonly SubjectFile[],
  title: string,
): Promise<MmluData> {
  const hashes: Record<string, string> = {};
  const read: ItemFile[] = [];
  for (const { subject, split, path } of files) {
    const items = parseCsvItems(await readSubject(dir, path, hashes), path);
    const stem = split === "dev" ? `${subject}-dev` : subject;
    read.push({ items, stem, split, subject, category: title });
  }
  return { root: dir, title, ...collectItems(read), hashes, notes: [] };
}

async function readSubject(
  dir: string,
  path: string,
  hashes: Record<string, string>,
): Promise<Uint8Array> {
  const bytes = await readFile(join(dir, path)).catch((error) => {
    throw new UsageError(`Cannot load MMLU: ${path} cannot be read (${error.code})`);
  });
  hashes[path] = sha256Of(bytes);
  return bytes;
}
