import assert from "node:assert/strict";
import type { Progress } from "../ground/mod.ts";
import { notebookProgress } from "./notebook_progress.ts";

/** A progress, what it shows, and its clock. */
function watched(): { progress: Progress; texts: string[]; wait: (ms: number) => void } {
  const texts: string[] = [];
  let ms = 0;
  const progress = notebookProgress({ show: (text) => void texts.push(text), now: () => ms });
  return { progress, texts, wait: (by) => void (ms += by) };
}

Deno.test("notebookProgress() shows the running part, and how far it is, a second apart", () => {
  const { progress, texts, wait } = watched();
  progress.step("base: text-to-SQL");
  for (let done = 1; done <= 40; done++) {
    wait(300);
    progress.update(done, 40, "questions");
  }
  assert.equal(texts[0], "base: text-to-SQL");
  assert.equal(texts[1], "base: text-to-SQL\n  4 of 40 questions");
  assert.equal(texts.at(-1), "base: text-to-SQL\n  40 of 40 questions");
  assert.equal(texts.length, 11);
  progress.step("base: general text");
  assert.equal(texts.at(-1), "base: general text");
});

Deno.test("notebookProgress() keeps notes, and of those alike the newest with their number", () => {
  const { progress, texts } = watched();
  progress.note("missing database: wta_1 (62 questions)");
  for (const variant of ["base", "qv", "qv@0.5"]) {
    progress.step(`${variant}: multiple choice`);
    progress.note(`${variant}: reused 150 of 150 stored answers`);
  }
  progress.step("Training");
  for (let step = 1; step <= 30; step++) progress.note(`step ${step} of 30, loss ${3 / step}`);
  assert.equal(
    texts.at(-1),
    [
      "Training",
      "  missing database: wta_1 (62 questions)",
      "  qv@0.5: reused 150 of 150 stored answers (the last of 3 such lines)",
      "  step 30 of 30, loss 0.1 (the last of 30 such lines)",
    ].join("\n"),
  );
});

Deno.test("notebookProgress() cuts a line that is as long as a prompt", () => {
  const { progress, texts } = watched();
  progress.note(`example: ${"x".repeat(5000)}`);
  assert.match(texts.at(-1)!, /^ {2}example: x{151}…$/);
});

Deno.test("notebookProgress() never grows beyond a dozen notes", () => {
  const { progress, texts } = watched();
  for (const letter of "abcdefghijklmnopqrstuvwxyz") progress.note(`note ${letter}`);
  assert.equal(texts.at(-1)?.split("\n").length, 12);
  assert.match(texts.at(-1)!, /note o.*note z$/s);
});
