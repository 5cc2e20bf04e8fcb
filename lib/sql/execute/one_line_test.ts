import assert from "node:assert/strict";
import { oneLine } from "./one_line.ts";

Deno.test("oneLine() writes what moves a terminal as code points", () => {
  assert.equal(oneLine("a\x1b[31mb\x07\x9bc"), "a\\u{1b}[31mb\\u{7}\\u{9b}c");
  assert.equal(oneLine("a\u202eb\u2028c\u200bd"), "a\\u{202e}b\\u{2028}c\\u{200b}d");
  assert.equal(oneLine("a\nb\r\tc"), "a\\u{a}b\\u{d}\\u{9}c");
});

Deno.test("oneLine() leaves letters of every script as they are", () => {
  for (const text of ["no such column: title", "café", "日本", "🎉", "a\u00a0b"]) {
    assert.equal(oneLine(text), text);
  }
});

Deno.test("oneLine() cuts what is too long, and no character in half", () => {
  const cut = oneLine("x".repeat(299) + "🎉".repeat(9));
  assert.ok(cut.endsWith("…") && cut.isWellFormed());
  assert.equal(oneLine("x".repeat(300)).length, 300);
});
