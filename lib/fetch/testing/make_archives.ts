import { crc32, deflateRawSync } from "node:zlib";

/** An entry for the test archives below. */
export interface MadeEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Zip: store instead of deflating. */
  readonly stored?: boolean;
  /** Zip: Unix mode, for links. */
  readonly mode?: number;
  /** Zip: a number of its compression that is not the right one. */
  readonly method?: number;
  /** Zip: a name in bytes, of another encoding than UTF-8. */
  readonly nameBytes?: Uint8Array;
  /** Zip: a CRC-32 or size other than the right one. */
  readonly crc?: number;
  readonly size?: number;
  /** Zip: general purpose flags. */
  readonly flags?: number;
  /** Tar: the type letter. */
  readonly type?: string;
}

function bytesOf(content: string | Uint8Array = ""): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** For tests: a zip file, in zip64 form if asked for. */
export function makeZip(
  entries: readonly MadeEntry[],
  { zip64 = false, comment = "" }: { readonly zip64?: boolean; readonly comment?: string } = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = bytesOf(entry.content);
    const packed = entry.stored ? content : deflateRawSync(content);
    const name = entry.nameBytes ?? bytesOf(entry.name);
    const size = entry.size ?? content.length;
    const extra = new DataView(new ArrayBuffer(zip64 ? 28 : 0));
    if (zip64) {
      extra.setUint16(0, 1, true);
      extra.setUint16(2, 24, true);
      [size, packed.length, offset].forEach((value, i) =>
        extra.setBigUint64(4 + 8 * i, BigInt(value), true)
      );
    }
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(26, name.length, true);
    // An extra field that the directory does not have: where data begins is known here only.
    local.setUint16(28, 5, true);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    central.setUint16(8, entry.flags ?? 0x800, true);
    central.setUint16(10, entry.method ?? (entry.stored ? 0 : 8), true);
    central.setUint32(16, entry.crc ?? crc32(content), true);
    central.setUint32(20, zip64 ? 0xffffffff : packed.length, true);
    central.setUint32(24, zip64 ? 0xffffffff : size, true);
    central.setUint16(28, name.length, true);
    central.setUint16(30, extra.byteLength, true);
    central.setUint32(38, (entry.mode ?? 0o100644) * 2 ** 16, true);
    central.setUint32(42, zip64 ? 0xffffffff : offset, true);
    parts.push(bytes(local), name, new Uint8Array(5), packed);
    offset += 30 + name.length + 5 + packed.length;
    directory.push(bytes(central), name, bytes(extra));
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  if (zip64) {
    const end64 = new DataView(new ArrayBuffer(56));
    end64.setUint32(0, 0x06064b50, true);
    end64.setBigUint64(32, BigInt(entries.length), true);
    end64.setBigUint64(40, BigInt(length), true);
    end64.setBigUint64(48, BigInt(offset), true);
    const locator = new DataView(new ArrayBuffer(20));
    locator.setUint32(0, 0x07064b50, true);
    locator.setBigUint64(8, BigInt(offset + length), true);
    directory.push(bytes(end64), bytes(locator));
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, zip64 ? 0xffff : entries.length, true);
  end.setUint32(12, zip64 ? 0xffffffff : length, true);
  end.setUint32(16, zip64 ? 0xffffffff : offset, true);
  end.setUint16(20, comment.length, true);
  return concat([...parts, ...directory, bytes(end), bytesOf(comment)]);
}

/** For tests: a ustar file with its end mark. */
export function makeTar(entries: readonly MadeEntry[]): Uint8Array {
  const parts = entries.flatMap(({ name, content, type = "0" }) => {
    const body = bytesOf(content);
    const header = new Uint8Array(512);
    header.set(bytesOf(name).subarray(0, 100), 0);
    header.set(bytesOf(body.length.toString(8).padStart(11, "0")), 124);
    header.set(bytesOf(" ".repeat(8)), 148);
    header.set(bytesOf(type), 156);
    header.set(bytesOf("ustar\0" + "00"), 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(bytesOf(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
    return [header, body, new Uint8Array((512 - body.length % 512) % 512)];
  });
  return concat([...parts, new Uint8Array(1024)]);
}

function bytes(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
