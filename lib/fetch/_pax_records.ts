/** What a pax header, or a GNU long name, says of the entry after it. */
export interface EntryNote {
  readonly path?: string | undefined;
  readonly size?: number | undefined;
  /** Whether the content is a map of pieces and not the file's bytes. */
  readonly isSparse?: boolean;
}

/**
 * Reads the records `<length> <key>=<value>\n` of a pax header, or a GNU long name, which ends in a
 * NUL.
 *
 * By hand, as `tar` passes over damaged records without a word, and takes a line within a value for
 * a record.
 *
 * @returns What is used of them; nothing where they are damaged.
 *
 * Source: POSIX.1-2017, pax, "pax Extended Header"
 */
export function readPaxRecords(text: string): EntryNote | undefined {
  if (text.endsWith("\0")) return { path: text.replace(/\0.*/s, "") };
  const fields = new Map<string, string>();
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const end = at + Number(decoder.decode(bytes.subarray(at, space)));
    if (space < 0 || !(end > space + 1) || end > bytes.length) return undefined;
    const record = /^([^=]+)=(.*)\n$/s.exec(decoder.decode(bytes.subarray(space + 1, end)));
    if (record === null) return undefined;
    fields.set(record[1]!, record[2]!);
    at = end;
  }
  const size = fields.get("size");
  if (size !== undefined && !/^\d+$/.test(size)) return undefined;
  return {
    path: fields.get("path"),
    size: size === undefined ? undefined : Number(size),
    isSparse: [...fields.keys()].some((key) => key.startsWith("GNU.sparse.")),
  };
}
