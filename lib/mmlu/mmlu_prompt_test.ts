import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { devShots, mmluPrompt, type MmluQuestion } from "./mod.ts";

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
