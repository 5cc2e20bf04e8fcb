import assert from "node:assert/strict";
import { z } from "zod";
import { UsageError } from "../usage_error.ts";
import { jsonLines } from "./json_lines.ts";

Deno.test("jsonLines() refuses a line with a key twice, of which one value would be lost", () => {
  const read = (text: string): unknown => jsonLines(z.unknown(), text, "x.jsonl");
  for (const line of ['{"answer": 0, "answer": 1}', '{"a": [{"b": 1, "\\u0062": 2}]}']) {
    assert.throws(() => read(`{"answer": 0}\n${line}\n`), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /x\.jsonl, line 2: the key "(?:answer|b)" stands twice/);
      return true;
    });
  }
  const apart = '{"a": {"b": 1}, "c": {"b": "a:"}, "d": ["a", "a", "\\"a\\":"]}';
  assert.deepEqual(jsonLines(z.unknown(), apart, "x.jsonl").length, 1);
});
