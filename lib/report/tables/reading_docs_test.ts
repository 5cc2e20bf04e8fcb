import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";

Deno.test("docs/reading_the_numbers.md quotes lines that the recorded sample has, word for word", () => {
  const docs = Deno.readTextFileSync(fromRoot("docs/reading_the_numbers.md"));
  const recorded = Deno.readTextFileSync(fromRoot("results/recorded/sample/summary.md"));
  const lines = new Set(recorded.split("\n"));
  const quoted = [...docs.matchAll(/```text\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.trimEnd().split("\n"));
  assert.ok(quoted.length >= 8);
  for (const line of quoted) assert.ok(lines.has(line), line);
});
