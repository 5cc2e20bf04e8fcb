import assert from "node:assert/strict";
import { messageKind } from "./message_kind.ts";

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
