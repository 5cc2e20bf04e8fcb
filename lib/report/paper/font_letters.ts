import { readFileSync } from "node:fs";
import { codePoint } from "../../ground/mod.ts";
import { FONT_FILES, fontPath } from "./font_files.ts";

/** A letter that the fonts of a paper do not have, with its number: "张 (U+5F20)". */
export interface MissingLetter {
  /** The letter, one sign. */
  readonly letter: string;
  /** Its number in Unicode: "U+5F20". */
  readonly number: string;
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** What every text may hold and no font has to have: spaces, line breaks, and what is not drawn. */
const UNDRAWN = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}]$/u;
/** Printable ASCII, which needs no look into a font. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * The letters of a text that the fonts of a paper do not have, each once. A letter of several signs
 * is there where the fonts have each of them, or the one sign that is the same letter.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(missingLetters("Łukasz Ñ α"), []);
 * assert.deepEqual(missingLetters("张!"), [{ letter: "张", number: "U+5F20" }]);
 * ```
 */
export function missingLetters(text: string): MissingLetter[] {
  const found = new Map<string, MissingLetter>();
  for (const { missing } of parts(text)) for (const one of missing) found.set(one.letter, one);
  return [...found.values()];
}

/**
 * A text with what the fonts of a paper do not have written as its number in Unicode, as else an
 * empty box would stand there that says nothing. To do it again changes nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(withEscapes("name = '张三'"), "name = 'U+5F20 U+4E09'");
 * ```
 */
export function withEscapes(text: string): string {
  if (PLAIN.test(text)) return text;
  let [written, escaped] = ["", false];
  for (const { letter, missing } of parts(text)) {
    const numbers = missing.map(({ number }) => number).join(" ");
    written += numbers === "" ? letter : `${escaped ? " " : ""}${numbers}`;
    escaped = numbers !== "";
  }
  return written;
}

function* parts(
  text: string,
): Iterable<{ readonly letter: string; readonly missing: readonly MissingLetter[] }> {
  if (PLAIN.test(text)) return;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const missing = lacking(segment);
    const composed = segment.normalize("NFC");
    if (missing.length === 0 || lacking(composed).length === 0) {
      yield { letter: missing.length === 0 ? segment : composed, missing: [] };
    } else yield { letter: segment, missing };
  }
}

function lacking(letter: string): MissingLetter[] {
  return [...letter].filter((sign) => !UNDRAWN.test(sign) && !letters().has(sign.codePointAt(0)!))
    .map((sign) => ({ letter: sign, number: codePoint(sign) }));
}

let known: ReadonlySet<number> | undefined;

/** What all fonts of a paper have: a text may stand in each of them. */
function letters(): ReadonlySet<number> {
  known ??= FONT_FILES.map((file) => lettersOf(readFileSync(fontPath(file))))
    .reduce((all, own) => all.intersection(own));
  return known;
}

/**
 * The code points that a TrueType font has a glyph for, by its `cmap` table in format 4.
 *
 * Source: OpenType specification 1.9.1, "cmap: Character to Glyph Index Mapping Table".
 *
 * @throws {Error} If it has no such table.
 */
export function lettersOf(font: Uint8Array): Set<number> {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = Array.from({ length: view.getUint16(4) }, (_, i) => 12 + 16 * i);
  // "cmap"
  const record = tables.find((at) => view.getUint32(at) === 0x636d6170);
  const cmap = record === undefined ? 0 : view.getUint32(record + 8);
  const table = record === undefined
    ? undefined
    : Array.from({ length: view.getUint16(cmap + 2) }, (_, i) => cmap + 4 + 8 * i)
      .map((at) => cmap + view.getUint32(at + 4))
      .find((at) => view.getUint16(at) === 4);
  if (table === undefined) throw new Error("Cannot read a font as it has no cmap of format 4");
  const size = view.getUint16(table + 6);
  const found = new Set<number>();
  for (let segment = 0; segment < size; segment += 2) {
    const end = view.getUint16(table + 14 + segment);
    const start = view.getUint16(table + 16 + size + segment);
    const delta = view.getUint16(table + 16 + 2 * size + segment);
    const place = table + 16 + 3 * size + segment;
    const offset = view.getUint16(place);
    for (let code = start; code <= end && code < 0xffff; code++) {
      const glyph = offset === 0 ? code : view.getUint16(place + offset + 2 * (code - start));
      if (glyph !== 0 && ((glyph + delta) & 0xffff) !== 0) found.add(code);
    }
  }
  return found;
}
