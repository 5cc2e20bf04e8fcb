import assert from "node:assert/strict";
import fc from "fast-check";
import { isCode, tokenize } from "./tokens.ts";

Deno.test("tokenize() loses no character of any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(tokenize(text).map((token) => token.text).join(""), text);
    }),
    { seed: 42 },
  );
});

Deno.test("tokenize() loses no character of text that is nearly SQL", () => {
  const piece = fc.constantFrom(
    "SELECT ",
    "'",
    "''",
    '"',
    "`",
    "[",
    "]",
    "--",
    "/*",
    "*/",
    "\n",
    ";",
    "x'ab'",
    "1.5e3",
    "?",
    ":a",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const tokens = tokenize(text);
      assert.equal(tokens.map((token) => token.text).join(""), text);
      let at = 0;
      for (const token of tokens) {
        assert.equal(token.start, at);
        assert.ok(token.text.length > 0);
        at += token.text.length;
      }
    }),
    { seed: 42, numRuns: 500 },
  );
});

Deno.test("tokenize() keeps quotes, comments and blobs whole", () => {
  const kinds = (sql: string): readonly string[] =>
    tokenize(sql).filter((token) => token.kind !== "space").map((token) => token.kind);
  assert.deepEqual(kinds("'it''s; fine'"), ["string"]);
  assert.deepEqual(kinds('"a ""b"""'), ["quoted_name"]);
  assert.deepEqual(kinds("`a``b` [c'd]"), ["quoted_name", "quoted_name"]);
  assert.deepEqual(kinds("-- a 'quote\n1 /* ; */ 2"), ["comment", "number", "comment", "number"]);
  assert.deepEqual(kinds("x'00ff'"), ["string"]);
  assert.deepEqual(kinds("a.b <> 1.5e-3"), [
    "word",
    "punctuation",
    "word",
    "punctuation",
    "number",
  ]);
  assert.deepEqual(kinds("? :name @v $d ?12"), Array(5).fill("parameter"));
});

Deno.test("tokenize() makes one last token of a quote or comment without an end", () => {
  for (const text of ["'abc", '"abc', "`abc", "[abc", "/* abc", "'it''"]) {
    const last = tokenize(`1 ${text}`).at(-1)!;
    assert.equal(last.kind, "unterminated");
    assert.equal(last.text, text);
  }
});

Deno.test("isCode() is false for white space and comments only", () => {
  const code = tokenize(" a -- b\n/* c */ 'd'").filter(isCode).map((token) => token.text);
  assert.deepEqual(code, ["a", "'d'"]);
});
