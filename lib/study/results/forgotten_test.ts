import assert from "node:assert/strict";
import type { MmluQuestion } from "../../mmlu/mod.ts";
import type { Summary } from "../../runs/mod.ts";
import { MADE_UP_CONFIG } from "../testing/made_up_config.ts";
import type { MmluAnswer } from "../answers/letters.ts";
import { NO_ANSWERS } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { forgottenReport } from "./forgotten.ts";

const QUESTIONS: readonly MmluQuestion[] = Array.from({ length: 8 }, (_, i) => ({
  id: `sociology-${i}`,
  subject: "sociology",
  category: "Social sciences",
  question: `Question ${i}?`,
  choices: ["one", "two", "three", "four"],
  answer: 1,
}));

/** The parts of a summary that are read: the variants that claims are made of, and the choice. */
function summaryOf(
  primary: readonly string[],
  chosen?: string,
): Pick<Summary, "config" | "plan" | "findings"> {
  const findings = chosen === undefined
    ? {}
    : { recommendation: { outcome: "recommended", chosen } };
  return { config: MADE_UP_CONFIG, plan: { primary }, findings } as unknown as Summary;
}

/** The answers of a variant that is wrong on these questions: it takes D there. */
function variantOf(name: string, wrong: readonly number[]): VariantAnswers {
  const letters = QUESTIONS.map(({ id, subject, category, answer }, i): MmluAnswer => {
    const chosen = wrong.includes(i) ? 3 : answer;
    const logProbs = [0, 1, 2, 3].map((at) => Math.log(at === chosen ? 0.4 : 0.2));
    return { id, subject, category, answer, chosen, correct: chosen === answer, logProbs };
  });
  return { ...NO_ANSWERS, name, origin: { source: name }, letters };
}

const BASE = variantOf("base", [0, 1]);

Deno.test("forgottenReport() shows questions that were right before, with both letters and all probabilities", () => {
  const text = forgottenReport({ questions: QUESTIONS }, summaryOf(["qv"]), [
    BASE,
    // 0 was wrong before, 1 is right now
    variantOf("qv", [0, 3, 4, 5]),
  ]);
  assert.match(text, /in the order of the SHA-256 of "42:id"/);
  assert.match(text, /#### qv: 2 of 3\n/);
  const shown = [...text.matchAll(/^- Question (\d)\?.*: base B, qv D; right is B\.$/gm)];
  assert.equal(shown.length, 2);
  for (const [, index] of shown) assert.ok(["3", "4", "5"].includes(index!));
  assert.equal(text.match(/\| B +\| two +\| 40\.0 % \| 20\.0 % \| right, base's \|/g)?.length, 2);
});

Deno.test("forgottenReport() shows the recommended variant alone, or another one where it has none", () => {
  const answers = [
    BASE,
    variantOf("qv", [0, 1, 2]),
    variantOf("half", []),
    variantOf("other", [7]),
  ];
  const titles = (summary: ReturnType<typeof summaryOf>): string[] =>
    forgottenReport({ questions: QUESTIONS }, summary, answers).match(/^#### .*$/gm) ?? [];
  assert.deepEqual(titles(summaryOf(["qv", "other"])), ["#### qv: 1 of 1", "#### other: 1 of 1"]);
  assert.deepEqual(titles(summaryOf(["qv", "other"], "other")), ["#### other: 1 of 1"]);
  assert.deepEqual(titles(summaryOf(["qv"], "half")), ["#### qv: 1 of 1", "#### other: 1 of 1"]);
});

Deno.test("forgottenReport() says where there is nothing to show", () => {
  const report = (answers: readonly VariantAnswers[]): string =>
    forgottenReport({ questions: QUESTIONS }, summaryOf(["qv"]), answers);
  assert.match(report([BASE, variantOf("qv", [])]), /^No question that the base model has right/);
  assert.match(report([{ ...BASE, letters: [] }]), /^No multiple choice was asked/);
});
