import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { realDataRoot, UsageError } from "../ground/mod.ts";
import {
  devShots,
  loadMultipleChoice,
  MMLU_PROMPT_VERSION,
  mmluPrompt,
  type MmluQuestion,
  selectSuite,
} from "./mod.ts";

function question(id: string, answer: 0 | 1 | 2 | 3 = 0): MmluQuestion {
  return {
    id,
    subject: "high_school_physics",
    category: "STEM",
    question: ` Question ${id}?\n`,
    choices: ["w", "x ", "y", "z"],
    answer,
  };
}

const DEV = new Map([["high_school_physics", [question("d0", 1), question("d1", 3)]]]);

Deno.test("mmluPrompt() writes the standard text, character by character", () => {
  const { shared, own } = mmluPrompt(question("q"), DEV.get("high_school_physics")!);
  assert.equal(
    shared + own,
    `The following are multiple choice questions (with answers) about high school physics.

Question d0?
A. w
B. x${" "}
C. y
D. z
Answer: B

Question d1?
A. w
B. x${" "}
C. y
D. z
Answer: D

Question q?
A. w
B. x${" "}
C. y
D. z
Answer:`,
  );
});

Deno.test("mmluPrompt() shares everything up to the last shot's letter", () => {
  const shots = DEV.get("high_school_physics")!;
  const one = mmluPrompt(question("q"), shots);
  const two = mmluPrompt(question("r"), shots);
  assert.equal(one.shared, two.shared);
  assert.ok(one.shared.endsWith("Answer: D"));
  assert.ok(one.own.startsWith("\n\nQuestion q?"));
  assert.equal(mmluPrompt(question("q"), []).shared, "");
});

Deno.test("mmluPrompt() does not depend on the question's answer", () => {
  assert.deepEqual(mmluPrompt(question("q", 0), []), mmluPrompt(question("q", 3), []));
});

Deno.test("mmluPrompt() refuses a shot of another subject, and the question as its own shot", () => {
  const other = { ...question("s"), subject: "astronomy" };
  assert.throws(() => mmluPrompt(question("q"), [other]), RangeError);
  assert.throws(() => mmluPrompt(question("q"), [question("q")]), RangeError);
});

Deno.test("devShots() takes the first questions, and refuses when there are fewer", () => {
  const data = { dev: DEV, isMmlu: true };
  assert.deepEqual(devShots(data, "high_school_physics", 1).map(({ id }) => id), ["d0"]);
  assert.deepEqual(devShots(data, "high_school_physics", 0), []);
  assert.throws(() => devShots(data, "high_school_physics", 3), UsageError);
  assert.throws(() => devShots(data, "alchemy", 1), /no such subject: alchemy/);
});

const root = realDataRoot();
const skipped = root === undefined || !existsSync(join(root, "mmlu"));

Deno.test({
  name:
    "mmluPrompt() writes the bytes of its version for MMLU's suite and for all 14042 questions" +
    (skipped ? " [skipped: no MMLU at LAB_DATA_ROOT]" : ""),
  ignore: skipped,
  fn: async () => {
    const data = await loadMultipleChoice(join(root!, "mmlu"));
    const hash = (perCategory: number | null): string => {
      const digest = createHash("sha256");
      for (const question of selectSuite(data, { perCategory, seed: 42 })) {
        const { id, category, answer } = question;
        const prompt = mmluPrompt(question, devShots(data, question.subject, 4));
        digest.update(JSON.stringify([id, category, answer, prompt]));
      }
      return digest.digest("hex").slice(0, 16);
    };
    // text, order or category that differs makes another version: the recorded numbers are of this
    assert.deepEqual([MMLU_PROMPT_VERSION, hash(50), hash(null)], [
      "mmlu-1",
      "7d736344b6b593fc",
      "5536d71ad9722f32",
    ]);
  },
});
