import assert from "node:assert/strict";
import type { Progress } from "../ground/mod.ts";
import { terminalProgress } from "./terminal_progress.ts";

/** A progress whose clock and output the test holds. */
function fake(terminal: boolean): { progress: Progress; pass(ms: number): void; take(): string } {
  let time = 1000;
  let written = "";
  const write = (text: string): void => void (written += text);
  return {
    progress: terminalProgress({ write, terminal }, () => time),
    pass: (ms) => void (time += ms),
    take: () => {
      const text = written;
      written = "";
      return text;
    },
  };
}

Deno.test("terminalProgress writes plain lines, one in five seconds, where there is no terminal", () => {
  const { progress, pass, take } = fake(false);
  progress.step("Training");
  pass(3000);
  progress.update(1, 4, "steps");
  assert.equal(take(), "[0:00] Training\n  1/4 steps, 0:09 left\n");
  pass(2000);
  progress.update(2, 4, "steps");
  assert.equal(take(), "");
  pass(4000);
  progress.update(3, 4, "steps");
  assert.equal(take(), "  3/4 steps, 0:03 left\n");
  pass(1000);
  progress.update(4, 4, "steps");
  assert.equal(
    take(),
    "  4/4 steps, took 0:10\n",
    "the last one is always shown, with the time it took",
  );
});

Deno.test("terminalProgress draws a bar over itself on a terminal", () => {
  const { progress, pass, take } = fake(true);
  progress.step("Answers");
  take();
  pass(30_000);
  progress.update(1, 4, "questions");
  assert.equal(take(), `\r  [${"#".repeat(6)}${"-".repeat(18)}] 1/4 questions, 1:30 left\x1b[K`);
  pass(50);
  progress.update(2, 4, "questions");
  assert.equal(take(), "", "no more than one in a tenth of a second");
  progress.note("reused 2");
  assert.equal(take(), "\n  reused 2\n", "a note leaves the bar standing");
  pass(30_000);
  progress.update(4, 4, "questions");
  assert.equal(take(), `\r  [${"#".repeat(24)}] 4/4 questions, took 1:00\x1b[K\n`);
  progress.note("done");
  assert.equal(take(), "  done\n");
});

Deno.test("terminalProgress counts each part's time from its own begin, and the step's from the start", () => {
  const { progress, pass, take } = fake(false);
  progress.step("One");
  pass(125_000);
  progress.step("Two");
  pass(4000);
  progress.update(1, 2, "questions");
  assert.equal(take(), "[0:00] One\n[2:05] Two\n  1/2 questions, 0:04 left\n");
});

Deno.test("terminalProgress counts the time of verdicts from the end of the answers", () => {
  const { progress, pass, take } = fake(false);
  progress.step("Questions");
  pass(60_000);
  progress.update(2, 2, "questions");
  take();
  pass(1000);
  progress.update(1, 4, "verdicts");
  pass(3000);
  progress.update(4, 4, "verdicts");
  assert.equal(take(), "  4/4 verdicts, took 0:04\n");
});

Deno.test("terminalProgress goes by the share of the work, where units differ in length", () => {
  const { progress, pass, take } = fake(false);
  progress.step("Passages");
  take();
  pass(60_000);
  progress.update(64, 75, "passages", 0.5);
  assert.equal(take(), "  64/75 passages, 1:00 left\n");
  pass(6_000);
  progress.update(65, 75, "passages", 0);
  assert.equal(take(), "  65/75 passages, just begun\n");
});

Deno.test("terminalProgress estimates nothing before it has seen enough", () => {
  const told = (ms: number, done: number): string => {
    const { progress, pass, take } = fake(false);
    progress.step("Statements");
    take();
    pass(ms);
    progress.update(done, 1000, "questions");
    return take().trim();
  };
  assert.equal(told(500, 1), "1/1000 questions");
  assert.equal(told(1500, 500), "500/1000 questions");
  assert.equal(told(10_000, 49), "49/1000 questions");
  assert.equal(told(3000, 50), "50/1000 questions, 0:57 left");
  assert.equal(told(30_000, 10), "10/1000 questions, 49:30 left", "of days something is told");
});

Deno.test("terminalProgress has no time left to tell before anything is done", () => {
  for (const terminal of [true, false]) {
    const { progress, pass, take } = fake(terminal);
    pass(1000);
    progress.update(0, 4, "questions");
    assert.doesNotMatch(take(), /NaN|Infinity/);
    progress.update(0, 0, "questions");
    assert.doesNotMatch(take(), /NaN|Infinity/);
  }
});
