/** What the header of a tar file's entry says. */
export interface TarHeader {
  readonly name: string;
  /** The type's letter. */
  readonly type: string;
  readonly size: number;
}

/** What a pax header says of the entry after it. */
export interface PaxFields {
  readonly path?: string;
  readonly size?: number;
  /** Whether its content is a map of pieces and not the file's bytes. */
  readonly isSparse: boolean;
}

/**
 * Reads a header's 512 bytes.
 *
 * @returns What it says; nothing where its checksum or its size is wrong.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
export function parseTarHeader(header: Uint8Array): TarHeader | undefined {
  const size = parseNumber(header.subarray(124, 136));
  // The sum of the header's bytes, its own field counted as spaces.
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (size === undefined || sum !== parseNumber(header.subarray(148, 156))) return undefined;
  return { name: headerName(header), type: String.fromCharCode(header[156]!), size };
}

/**
 * Reads the records `<length> <key>=<value>\n` of a pax header.
 *
 * @returns What is used of them; nothing where they are damaged.
 */
export function parsePax(records: Uint8Array): PaxFields | undefined {
  const fields: { path?: string; size?: number; isSparse: boolean } = { isSparse: false };
  const decoder = new TextDecoder();
  for (let at = 0; at < records.length;) {
    const space = records.indexOf(32, at);
    const length = Number(decoder.decode(records.subarray(at, space)));
    const end = at + length;
    if (space < 0 || !(length > space - at + 1) || end > records.length) return undefined;
    const record = /^([^=]+)=(.*)\n$/s.exec(decoder.decode(records.subarray(space + 1, end)));
    if (record === null) return undefined;
    const [, key = "", value = ""] = record;
    if (key === "path") fields.path = value;
    if (key === "size") {
      if (!/^\d+$/.test(value)) return undefined;
      fields.size = Number(value);
    }
    if (key.startsWith("GNU.sparse.")) fields.isSparse = true;
    at = end;
  }
  return fields;
}

function headerName(header: Uint8Array): string {
  const name = text(header.subarray(0, 100));
  const isUstar = text(header.subarray(257, 262)) === "ustar" && header[262] === 0;
  const prefix = isUstar ? text(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or, with the top bit set, GNU's big-endian binary. */
function parseNumber(field: Uint8Array): number | undefined {
  if (field[0] === 0x80) {
    return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  }
  const digits = text(field).trim();
  return /^[0-7]*$/.test(digits) ? parseInt(digits || "0", 8) : undefined;
}
