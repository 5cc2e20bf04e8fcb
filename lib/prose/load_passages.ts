import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkRecord, decodeText, sha256Of, UsageError } from "../ground/mod.ts";
import { listFiles } from "./_list_files.ts";
import { OWN_KIND, parsePassages, type Passage, SCORABLE_TEXT } from "./parse_passages.ts";
import type { ProseData } from "./types.ts";

/** Files about the passages, which may lie beside JSON lines and are not read. */
const ABOUT = /^(readme|licen[cs]e|notice)(\.(md|txt))?$/i;

/**
 * Reads passages from a file of JSON lines, from a folder with such files (as the sample is), or
 * from a folder of plain text.
 *
 * - JSON lines (`.jsonl`): see `parsePassages`. `README`, `LICENSE` and `NOTICE` may lie beside
 *   them and are not read; any other file is refused.
 * - Plain text (`.txt`, `.md`): one file is one passage, its id the path below the folder. Its
 *   topic is the folder right below the one that was named (`history/rome/one.txt` is on
 *   `history`), or the file's name without its ending if it lies in no folder. Line ends become
 *   `\n`, and blank space at both ends is dropped. Markdown is text like any other.
 *
 * Hidden files are passed over. Anything else is refused by name, so that nothing is left out in
 * silence.
 *
 * @param path The folder or the `.jsonl` file.
 * @returns The passages, at least one, and the SHA-256 of each file.
 * @throws {UsageError} If there is nothing at `path` or nothing to read below it; a file is of
 * another type, unreadable, empty, or not UTF-8; two passages have one id or one text; and as
 * `parsePassages` does.
 */
export async function loadPassages(path: string): Promise<ProseData> {
  const info = await stat(path).catch((error) => {
    const fault = error.code === "ENOENT" ? "there is no such file or folder" : error.code;
    throw new UsageError(`Cannot load passages: ${path}: ${fault}`);
  });
  const isFolder = info.isDirectory();
  if (!isFolder && !isJsonLines(path)) {
    throw new UsageError(
      `Cannot load passages: ${path} is not a .jsonl file: pass one, or a folder of .txt or .md files`,
    );
  }
  const names = isFolder ? filesToRead(await listFiles(path), path) : [basename(path)];
  const hashes: Record<string, string> = {};
  const passages: Passage[] = [];
  for (const name of names) {
    const bytes = await readFile(isFolder ? join(path, name) : path).catch((error) => {
      throw new UsageError(`Cannot load passages: ${name} cannot be read (${error.code})`);
    });
    hashes[name] = sha256Of(bytes);
    if (isJsonLines(name)) passages.push(...parsePassages(bytes, name));
    else passages.push(textPassage(bytes, name));
  }
  refuseRepeated(passages);
  return { passages, hashes };
}

function filesToRead(names: readonly string[], root: string): readonly string[] {
  const jsonLines = names.filter(isJsonLines);
  const texts = names.filter((name) => /\.(txt|md)$/i.test(name));
  const chosen = jsonLines.length > 0 ? jsonLines : texts;
  if (chosen.length === 0 && names.length === 0) {
    throw new UsageError(
      `Cannot load passages: the folder has no .txt, .md or .jsonl file: ${root}`,
    );
  }
  const other = names.find((name) =>
    !chosen.includes(name) && !(jsonLines.length > 0 && ABOUT.test(basename(name)))
  );
  if (other === undefined) return chosen;
  throw new UsageError(
    `Cannot load passages: ${other} is ` +
      (jsonLines.length > 0
        ? `not JSON lines as ${jsonLines[0]} beside it: keep the two in folders of their own`
        : "neither .txt nor .md nor .jsonl: take it out of the folder, or give it such a name"),
  );
}

function isJsonLines(name: string): boolean {
  return /\.jsonl$/i.test(name);
}

function textPassage(bytes: Uint8Array, name: string): Passage {
  const text = decodeText(bytes, name).replaceAll("\r\n", "\n").trim();
  const [top] = name.split("/");
  const topic = top === name ? name.replace(/\.[^.]+$/, "") : top!;
  return { id: name, kind: OWN_KIND, topic, text: checkRecord(SCORABLE_TEXT, text, name) };
}

/** A passage that is there twice would count twice, and look like more evidence than it is. */
function refuseRepeated(passages: readonly Passage[]): void {
  const ids = new Set<string>();
  const texts = new Map<string, string>();
  for (const { id, text } of passages) {
    if (ids.has(id)) {
      throw new UsageError(`Cannot load passages: two have one id: ${JSON.stringify(id)}`);
    }
    const same = texts.get(text);
    if (same !== undefined) {
      throw new UsageError(`Cannot load passages: two have one text, keep one: ${same} and ${id}`);
    }
    ids.add(id);
    texts.set(text, id);
  }
}
