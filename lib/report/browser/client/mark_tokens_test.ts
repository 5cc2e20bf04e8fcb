import assert from "node:assert/strict";
import fc from "fast-check";
import { markTokens } from "./mark_tokens.ts";

/** The marked parts between braces. */
function shown(text: string, other: string): string {
  return markTokens(text, other)!.map(({ text, differs }) => differs ? `{${text}}` : text).join("");
}

Deno.test("markTokens() marks what the other statement has not, and joins neighbours", () => {
  assert.equal(
    shown("SELECT name FROM student WHERE Germany = 'Germany'", "select name from student"),
    "SELECT name FROM student {WHERE Germany = 'Germany'}",
  );
  assert.equal(shown("SELECT a, b FROM t", "SELECT b FROM t"), "SELECT {a,} b FROM t");
});

Deno.test("markTokens() takes letters outside of quotes and all white space as alike", () => {
  assert.equal(shown("Select  A\nFROM t", "SELECT a FROM T"), "Select  A\nFROM t");
  assert.equal(shown("SELECT 'a'", "SELECT 'A'"), "SELECT {'a'}");
});

Deno.test("markTokens() keeps every character, and marks nothing of equal statements", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (text, other) => {
    assert.equal(markTokens(text, other)!.map((part) => part.text).join(""), text);
    assert.ok(markTokens(text, text)!.every(({ differs }) => !differs));
  }));
});

Deno.test("markTokens() leaves out what would take too long", () => {
  const long = "a ".repeat(3_000);
  assert.equal(markTokens(long, long), undefined);
});
