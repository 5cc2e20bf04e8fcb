import type { Progress } from "../../ground/mod.ts";
import { GAUGES } from "../../runs/mod.ts";
import type { AnswerRow } from "../measures/measure.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";

/**
 * Whether two variants gave the same answers to all that both were asked: statements, letters with
 * their log-probabilities, and the nats of passages. A change of exactly nothing is more often one
 * model that answered twice than a finding.
 */
export function sameAnswers(a: VariantAnswers, b: VariantAnswers): boolean {
  let asked = false;
  for (const gauge of GAUGES) {
    const { rows } = MEASURES[gauge];
    const [own, other] = [rows.write(a), rows.write(b)];
    if (own.length === 0 || other.length === 0) continue;
    const isSame = own.length === other.length &&
      own.every((row, i) => answerText(row) === answerText(other[i]!));
    // no further measure's rows are made: there may be many
    if (!isSame) return false;
    asked = true;
  }
  return asked;
}

/** A row as a text, without the name of the variant that answered: two variants differ in it. */
function answerText({ variant: _, ...answer }: AnswerRow): string {
  return JSON.stringify(answer);
}

/** Tells in a line each which tuned variants gave the base model's answers, its own weights at scale 0 apart. */
export function noteSameAnswers(
  [base, ...tuned]: readonly VariantAnswers[],
  progress: Progress,
): void {
  for (const variant of tuned) {
    if (variant.origin.scale === 0 || !sameAnswers(base!, variant)) continue;
    progress.note(
      `${variant.name}: it gave the base model's answers to every question: ` +
        "perhaps its weights were not used",
    );
  }
}
