/**
 * Decodes UTF-8 and leaves every byte out that is no part of a valid sequence, as the official
 * script's connection does. A NUL and a byte order mark are characters like any other.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(decodeText(new Uint8Array([0x61, 0xff, 0x62])), "ab");
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeValidParts(bytes);
  }
}

function decodeValidParts(bytes: Uint8Array): string {
  const kept: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    for (let offset = 0; offset < length; offset++) kept.push(bytes[at + offset]!);
    at += Math.max(1, length);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(kept));
}

// Well-formed sequences by the table 3-7 of the Unicode Standard; 0 for anything else.
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead <= 0xdf
    ? 2
    : lead >= 0xe0 && lead <= 0xef
    ? 3
    : lead >= 0xf0 && lead <= 0xf4
    ? 4
    : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let offset = 2; offset < length; offset++) {
    if ((bytes[at + offset]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}
