import assert from "node:assert/strict";
import { unwarrantedSentences } from "../words/unwarranted.ts";

/** For tests: a text has no sentence of a kind that no number warrants. */
export function assertWarranted(text: string): void {
  const [first] = unwarrantedSentences(text);
  assert.equal(first, undefined, `${first?.why}: "${first?.found}"`);
}
