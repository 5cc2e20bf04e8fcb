import assert from "node:assert/strict";
import { codeBlock } from "./page_body.ts";

Deno.test("codeBlock() wraps what a program prints, but no row of a table", () => {
  const kindOf = (text: string, language: string): string | undefined =>
    codeBlock(text, language).match(/^<div class="([^"]*)"/)?.[1];
  assert.equal(kindOf("one | two\n- three", "text"), "code output");
  assert.equal(kindOf("Accuracy\n| model | all |\n| ----- | --- |", "text"), "code");
  assert.equal(kindOf("  | a |", ""), "code");
  assert.equal(kindOf("cat a \\\n  | wc", "sh"), "code typed");
  assert.equal(kindOf("| a |", "source"), "code");
});
