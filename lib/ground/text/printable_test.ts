import assert from "node:assert/strict";
import { escapeControls, escapeLines, printable } from "./printable.ts";

Deno.test("printable() leaves letters of every script, signs and spaces as they are", () => {
  for (const text of ["", "café 数据 😀", "a | b <c> \\n", "שלום", "a\u00a0b"]) {
    assert.equal(printable(text), text);
  }
});

Deno.test("printable() writes terminal escapes, bells and C1 controls as escapes", () => {
  assert.equal(printable("\u001b]0;pwn\u0007"), "\\u001b]0;pwn\\u0007");
  assert.equal(printable("\u009b2J\u007f\u0000"), "\\u009b2J\\u007f\\u0000");
});

Deno.test("printable() keeps one line one line", () => {
  assert.equal(printable("a\nb\r\nc\td\u2028e"), "a\\nb\\u000d\\nc\\td\\u2028e");
});

Deno.test("printable() shows marks of direction and halves of pairs", () => {
  assert.equal(printable("a\u202eb\u2066c"), "a\\u202eb\\u2066c");
  assert.equal(printable("a\ud83d b"), "a\\ud83d b");
});

Deno.test("printable() cuts what would fill a screen", () => {
  assert.equal(printable("x".repeat(500)).length, 500);
  assert.equal(printable("x".repeat(1_000_000)), `${"x".repeat(500)}…`);
});

Deno.test("escapeLines() keeps line breaks alone, and escapeControls() none, whatever the length", () => {
  const text = `${"x".repeat(600)}\u001b]0;t\u0007\n\r\u202e`;
  assert.equal(escapeLines(text), `${"x".repeat(600)}\\u001b]0;t\\u0007\n\\u000d\\u202e`);
  assert.equal(escapeControls(text), `${"x".repeat(600)}\\u001b]0;t\\u0007\\n\\u000d\\u202e`);
});
