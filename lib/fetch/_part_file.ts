import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { redactUrls } from "../ground/mod.ts";
import { writeFault } from "./_write_fault.ts";

/** What is known of a file of which a part is here; kept in `<part>.json`. */
export interface PartNote {
  /** Its address, without user name, password and keys. */
  readonly url: string;
  /** A strong ETag, or a Last-Modified that is as good: it names these very bytes. */
  readonly validator: string;
  /** The whole file's size, where the server said. */
  readonly bytes?: number;
}

/** A part that can be asked to go on: its note, and how much of it is here. */
export interface ResumablePart extends PartNote {
  readonly offset: number;
}

/** What is here of an address, if it can go on; nothing where no note, or one cut short, is there. */
export async function resumablePart(url: string, part: string): Promise<ResumablePart | undefined> {
  const offset = await sizeOf(part) ?? 0;
  try {
    const note: PartNote = JSON.parse(await readFile(`${part}.json`, "utf8"));
    const fits = note.url === redactUrls(url) && typeof note.validator === "string" &&
      offset > 0 && offset <= (note.bytes ?? Infinity);
    return fits ? { ...note, offset } : undefined;
  } catch {
    return undefined;
  }
}

/** Begins a part anew, and notes what names its bytes, where the answer does. */
export async function beginPart(
  url: string,
  part: string,
  { headers, bytes }: { readonly headers: Headers; readonly bytes: number | undefined },
): Promise<void> {
  await removePart(part);
  const validator = validatorOf(headers);
  if (validator === undefined) return;
  const note: PartNote = {
    url: redactUrls(url),
    validator,
    ...(bytes === undefined ? {} : { bytes }),
  };
  await writeFile(`${part}.json`, JSON.stringify(note)).catch((error) => {
    throw writeFault(error, `${part}.json`);
  });
}

/**
 * Whether an answer is of the bytes that a part was begun with: neither another ETag or date, nor
 * another size.
 */
export function isSameFile(
  { validator, bytes }: PartNote,
  headers: Headers,
  total: number | undefined,
): boolean {
  const name = validator.startsWith('"') ? headers.get("etag") : headers.get("last-modified");
  return (name === null || name === validator) &&
    (bytes === undefined || total === undefined || bytes === total);
}

/** Removes a part and its note. */
export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

/** A file's size; nothing where there is no file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

/**
 * The value for `If-Range`. A date counts only where the file had not just been written when it
 * was sent: two versions within a second have the same one.
 *
 * Source: RFC 9110, sections 8.8.1, 8.8.2.2 and 13.1.5
 */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) return etag;
  const modified = headers.get("last-modified");
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(modified ?? "");
  return modified !== null && age >= 1000 ? modified : undefined;
}
