import assert from "node:assert/strict";
import { messageKind, messageText } from "./message_kind.ts";

const CASES = [
  ["no such column: T2.age", "no such column"],
  ["no such table: has_pet", "no such table"],
  ["0 rows, the gold has 12", "n rows, the gold has n"],
  ['near "FROM": syntax error', 'near "…": syntax error'],
  ['unrecognized token: "\'"', "unrecognized token"],
  ["incomplete input", "incomplete input"],
  [
    "1st ORDER BY term does not match any column in the result set",
    "1st ORDER BY term does not match any column in the result set",
  ],
] as const;

Deno.test("messageKind() leaves out names, numbers and quoted text, and nothing else", () => {
  for (const [message, kind] of CASES) assert.equal(messageKind(message), kind);
});

Deno.test("messageKind() takes one row as it takes several", () => {
  assert.equal(messageKind("1 row, the gold has 2"), "n rows, the gold has n");
  assert.equal(messageKind("1 column, the gold has 2"), "n columns, the gold has n");
});

Deno.test("messageText() counts as the page does, and leaves other messages alone", () => {
  assert.equal(messageText("1 rows, the gold has 2"), "1 row, the gold has 2");
  assert.equal(messageText("14042 rows, the gold has 1"), "14,042 rows, the gold has 1");
  assert.equal(messageText("2 columns, the gold has 1"), "2 columns, the gold has 1");
  for (const [message] of CASES) assert.equal(messageText(message), message);
});
