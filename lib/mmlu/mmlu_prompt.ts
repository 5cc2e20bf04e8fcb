import { UsageError } from "../ground/mod.ts";
import { LETTERS } from "./letters.ts";
import type { MmluData, MmluQuestion } from "./types.ts";

/** The version of the prompt's text; results with another version are not comparable. */
export const MMLU_PROMPT_VERSION = "mmlu-1";

/** A prompt in two parts; the text to score is `shared + own`. */
export interface MmluPrompt {
  /** What all questions of the subject begin with: the header and the shots. */
  readonly shared: string;
  /** The question itself, up to and with `Answer:`. */
  readonly own: string;
}

/**
 * MMLU's standard few-shot text: a header that names the subject, the shots with their answers, the
 * question, and `Answer:`, after which the space and the letter follow. Questions of your own have
 * as many lettered lines as choices, and a subject of their own in the header.
 *
 * The shared part ends with the last shot's letter, and the blank line after it belongs to `own`:
 * tokenizers merge line breaks with what stands before or after them, but none merges a letter with
 * a line break. Without shots nothing is shared.
 *
 * @param question The question to ask.
 * @param shots The shots in order, of the same subject: see `devShots`.
 * @returns The two parts.
 * @throws {RangeError} If a shot is of another subject, or is the question itself.
 *
 * @example The text without shots
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { shared, own } = mmluPrompt({
 *   id: "world_religions-0",
 *   subject: "world_religions",
 *   category: "Humanities",
 *   question: "Which is a river?",
 *   choices: ["Ganges", "Everest", "Sinai", "Kailash"],
 *   answer: 0,
 * }, []);
 * assert.equal(
 *   shared + own,
 *   "The following are multiple choice questions (with answers) about world religions.\n\n" +
 *     "Which is a river?\nA. Ganges\nB. Everest\nC. Sinai\nD. Kailash\nAnswer:",
 * );
 * ```
 *
 * Source: https://github.com/hendrycks/test, evaluate.py, as cleaned up in lm-evaluation-harness
 * (tasks/mmlu/default): one space before the subject, not two; the question trimmed.
 */
export function mmluPrompt(question: MmluQuestion, shots: readonly MmluQuestion[]): MmluPrompt {
  const subject = question.subject.replaceAll("_", " ");
  const header = `The following are multiple choice questions (with answers) about ${subject}.`;
  const parts = shots.map((shot) => {
    if (shot.subject !== question.subject || shot.id === question.id) {
      throw new RangeError(
        `Cannot build the prompt of ${question.id}: a shot must be another question of its subject: ${shot.id}`,
      );
    }
    return `${format(shot)} ${LETTERS[shot.answer]}`;
  });
  const own = format(question);
  if (parts.length === 0) return { shared: "", own: `${header}\n\n${own}` };
  return { shared: [header, ...parts].join("\n\n"), own: `\n\n${own}` };
}

/**
 * The first `count` dev questions of a subject, the shots that every harness uses. Of your own data
 * as many as there are, which may be none: `fewerShots` says where.
 *
 * @param data The loaded data.
 * @param subject The subject.
 * @param count How many, 4 in this study (MMLU has 5); 0 gives none.
 * @returns The shots, in file order.
 * @throws {UsageError} If the subject is not in MMLU's dev questions, or has fewer of them.
 */
export function devShots(
  data: Pick<MmluData, "dev" | "isMmlu">,
  subject: string,
  count: number,
): readonly MmluQuestion[] {
  const dev = data.dev.get(subject);
  if (dev !== undefined && (dev.length >= count || !data.isMmlu)) return dev.slice(0, count);
  if (count === 0 || !data.isMmlu) return [];
  if (dev === undefined) {
    throw new UsageError(`Cannot take MMLU shots: dev/ has no such subject: ${subject}`);
  }
  throw new UsageError(
    `Cannot take ${count} MMLU shots of ${subject}: dev/ has ${dev.length}: ask for fewer`,
  );
}

function format({ question, choices }: MmluQuestion): string {
  const lines = choices.map((choice, index) => `${LETTERS[index]}. ${choice}`);
  return [question.trim(), ...lines, "Answer:"].join("\n");
}
