import assert from "node:assert/strict";
import type { SearchSection } from "../search_sections.ts";
import { excerpt, rankSections, wordsOf } from "./rank_sections.ts";

const SECTIONS: readonly SearchSection[] = [
  ["a.html#1", "Guide", "Other", "a GPU, the GPU and a gpu, and one GPU more"],
  ["b.html", "Running on a GPU", "Running on a GPU", "what is needed"],
  ["c.html#2", "Guide", "Letters", "the prior of a letter, then the letter"],
  ["d.html#3", "Guide", "Values", "with the letter prior taken off"],
];

function addresses(query: string, limit = 9): string[] {
  return rankSections(SECTIONS, query, limit).map(([address]) => address);
}

Deno.test("rankSections() puts headings before texts, and words together before words apart", () => {
  assert.deepEqual(addresses("gpu"), ["b.html", "a.html#1"]);
  assert.deepEqual(addresses("GPU guide"), ["a.html#1"]);
  assert.deepEqual(addresses("prior taken"), ["d.html#3"]);
  assert.deepEqual(addresses("letter prior"), ["c.html#2", "d.html#3"]);
  assert.deepEqual(addresses("letter", 1), ["c.html#2"]);
});

Deno.test("rankSections() finds nothing of nothing, and takes signs as they are", () => {
  assert.deepEqual(addresses("  "), []);
  assert.deepEqual(addresses("g.u"), []);
});

Deno.test("excerpt() is cut at spaces around what was looked for", () => {
  const text = `${"word ".repeat(60)}the letter prior${" end".repeat(60)}`;
  const shown = excerpt(text, wordsOf("Letter PRIOR"), 60);
  assert.match(shown, /^… word .*the letter prior.* end …$/);
  assert.ok(shown.length <= 64, `${shown.length}`);
  assert.equal(excerpt("short", ["none"], 60), "short");
  assert.match(excerpt(text, ["none"], 20), /^word .* …$/);
});
