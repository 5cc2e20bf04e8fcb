import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeText } from "./decode_text.ts";

// Right-hand sides: Python 3.11, `bytes.fromhex(x).decode(errors="ignore")`.
const CASES: readonly (readonly [string, string])[] = [
  ["61ff62", "ab"],
  ["c3a9", "é"],
  ["c3", ""],
  ["c328", "("],
  ["e28228", "("],
  ["e282ac", "€"],
  ["eda080", ""],
  ["f09f9880", "😀"],
  ["f09f98", ""],
  ["f48fbfbf", "\u{10ffff}"],
  ["f4908080", ""],
  ["c080", ""],
  ["e0808041", "A"],
  ["610062", "a\0b"],
  ["efbbbf61", "\ufeff" + "a"],
  ["efbfbdff", "\ufffd"],
  ["", ""],
];

Deno.test("decodeText() leaves invalid bytes out as Python's errors='ignore' does", () => {
  for (const [hex, text] of CASES) {
    assert.equal(decodeText(Uint8Array.fromHex(hex)), text, hex);
  }
});

Deno.test("decodeText() gives every text back that was encoded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(decodeText(new TextEncoder().encode(text)), text);
    }),
    { seed: 42 },
  );
});

Deno.test("decodeText() keeps the valid text round any invalid byte", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const bytes = new Uint8Array([
        ...new TextEncoder().encode(before),
        0xff,
        ...new TextEncoder().encode(after),
      ]);
      assert.equal(decodeText(bytes), before + after);
    }),
    { seed: 42 },
  );
});
