import assert from "node:assert/strict";
import { notebookProgress } from "./notebook_progress.ts";

Deno.test("notebookProgress() writes steps and notes at once, and updates now and then", () => {
  const lines: string[] = [];
  let ms = 0;
  const progress = notebookProgress({ write: (line) => void lines.push(line), now: () => ms });
  progress.step("base: text-to-SQL");
  for (let done = 1; done <= 40; done++) {
    ms += 1_000;
    progress.update(done, 40, "questions");
  }
  progress.note("reused");
  assert.deepEqual(lines, [
    "base: text-to-SQL",
    "  15 of 40 questions",
    "  30 of 40 questions",
    "  reused",
  ]);
});
