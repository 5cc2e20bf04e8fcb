import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { printable, sha256Of, UsageError } from "../../ground/mod.ts";
import { collectItems, type ItemFile } from "./_collect_items.ts";
import type { OwnItem } from "./own_item.ts";
import { parseCsvItems, parseJsonItems } from "./parse_items.ts";
import { parseParquetItems } from "./parse_parquet_items.ts";
import type { MmluData } from "../types.ts";

/** How a file of each kind is read. */
const PARSERS: Readonly<
  Record<string, (bytes: Uint8Array, path: string) => OwnItem[] | Promise<OwnItem[]>>
> = { ".jsonl": parseJsonItems, ".csv": parseCsvItems, ".parquet": parseParquetItems };

/** Files about the questions, which may lie beside them and are not read. */
const ABOUT = /^(readme|licen[cs]e|notice|dataset_infos?)(\.(md|txt|json))?$/i;

/** A file of dev or test questions by its name; the Hugging Face hub adds the number of the part. */
const DEV = /^dev(-\d+-of-\d+)?$/i;
const TEST = /^test(-\d+-of-\d+)?$/i;

/** Splits that data sets of the hub have beside these, and that nothing here needs. */
const OTHER_SPLIT = /^(val|validation|train|auxiliary_train)(-\d+-of-\d+)?$/i;

/** Options of {@linkcode loadOwnItems}. */
export interface OwnItemsOptions {
  /** What to call the data; the name of the file or the folder if left out. */
  readonly title?: string;
}

/** The kinds of files that questions of your own are read from, by their ending. */
export const ITEM_ENDINGS: readonly string[] = Object.keys(PARSERS);

/**
 * Reads multiple-choice questions of your own: one file, or a folder with one or more, as JSON
 * lines (`.jsonl`), CSV (`.csv`) or Parquet (`.parquet`); see `parseJsonItems`, `parseCsvItems` and
 * `parseParquetItems`. In a folder, `dev.*` holds the dev questions that shots are taken from, and
 * every other file is asked. Files called `train.*` and `validation.*` are not read, and a note says
 * so; hidden files and those about the data (README, LICENSE) are passed over.
 *
 * A question without a subject is on the title, or on its file's name where there are several
 * files. One without a category is counted under the same, or under MMLU's official one where all
 * subjects are MMLU's.
 *
 * @param path The file or the folder.
 * @param names The names of the folder's entries; left out for a file.
 * @throws {UsageError} If there is nothing to read, a file is of another kind or broken, two
 * questions have one id, or a dev question is asked too.
 */
export async function loadOwnItems(
  path: string,
  { title }: OwnItemsOptions,
  names?: readonly string[],
): Promise<MmluData> {
  const dir = names === undefined ? dirname(path) : path;
  const { read, notes } = names === undefined
    ? { read: [basename(path)], notes: [] }
    : filesToRead(names, path);
  const tests = read.filter((name) => !DEV.test(stemOf(name)));
  const own = title ?? ownTitle(resolve(path), tests);
  const hashes: Record<string, string> = {};
  const files: ItemFile[] = [];
  for (const name of read) {
    const bytes = await readFile(join(dir, name)).catch((error) => {
      throw new UsageError(`Cannot load questions: ${name} cannot be read (${error.code})`);
    });
    hashes[name] = sha256Of(bytes);
    const stem = stemOf(name);
    const called = tests.length > 1 && !TEST.test(stem) && !DEV.test(stem) ? stem : own;
    files.push({
      items: await PARSERS[extname(name).toLowerCase()]!(bytes, name),
      stem,
      split: names !== undefined && DEV.test(stem) ? "dev" : "test",
      subject: called,
      category: called,
    });
  }
  const collected = collectItems(files);
  const named = collected.isMmlu && title === undefined ? "MMLU" : own;
  return { root: path, title: named, ...collected, hashes, notes };
}

/** A folder's files in order, and a note of those that are left out. */
function filesToRead(
  names: readonly string[],
  root: string,
): { readonly read: readonly string[]; readonly notes: readonly string[] } {
  const visible = names.filter((name) => !name.startsWith(".") && !ABOUT.test(name)).sort();
  const other = visible.find((name) => !(extname(name).toLowerCase() in PARSERS));
  if (other !== undefined) {
    throw new UsageError(
      `Cannot load questions: ${printable(other)} is none of ${ITEM_ENDINGS.join(", ")}: ` +
        `take it out of the folder, or pass one file: ${root}`,
    );
  }
  const left = visible.filter((name) => OTHER_SPLIT.test(stemOf(name)));
  const read = visible.filter((name) => !left.includes(name));
  if (read.every((name) => DEV.test(stemOf(name)))) {
    throw new UsageError(
      `Cannot load questions: the folder has no questions to ask: put them into a file such as ` +
        `test.jsonl or test.csv, or pass MMLU's own folder with dev/ and test/: ${root}`,
    );
  }
  const notes = left.map((name) => `${name} is not read: questions are asked of other files`);
  return { read, notes };
}

/** What a person called the data: the one file of questions, or the folder. */
function ownTitle(path: string, tests: readonly string[]): string {
  const [only] = tests;
  const folder = basename(extname(path).toLowerCase() in PARSERS ? dirname(path) : path);
  return tests.length === 1 && !TEST.test(stemOf(only!)) ? stemOf(only!) : folder;
}

function stemOf(name: string): string {
  return basename(name, extname(name));
}
