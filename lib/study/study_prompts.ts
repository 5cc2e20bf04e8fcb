import type { Prompt, Tokenizer } from "../engine/mod.ts";
import { devShots, mmluPrompt } from "../mmlu/mod.ts";
import { sqlPrompt } from "../spider/mod.ts";
import type { MmluInputs, ModelInputs, SqlInputs } from "./inputs.ts";

/** Prompts by the tokenizer that made them and the list of questions that they ask. */
const MADE = new WeakMap<Tokenizer, WeakMap<readonly unknown[], readonly Prompt[]>>();

/** The text-to-SQL prompts of a study's asked questions, made once however many variants answer them. */
export function sqlPrompts(
  { asked, shots, spider, tokenizer }: ModelInputs & SqlInputs,
): readonly Prompt[] {
  return once(
    tokenizer,
    asked,
    (example) =>
      tokenizer.encodeConversation(sqlPrompt(example, { schemas: spider.schemas, shots })),
  );
}

/** The multiple-choice prompts of a study's questions, made once as {@linkcode sqlPrompts} are. */
export function mmluPrompts(
  { config, mmlu, questions, tokenizer }: ModelInputs & MmluInputs,
): readonly Prompt[] {
  return once(tokenizer, questions, (question) => {
    const shots = devShots(mmlu, question.subject, config.mmlu.shots);
    const { shared, own } = mmluPrompt(question, shots);
    return tokenizer.encodePlain(shared, own);
  });
}

function once<Question>(
  tokenizer: Tokenizer,
  questions: readonly Question[],
  encode: (question: Question) => Prompt,
): readonly Prompt[] {
  const known = MADE.get(tokenizer) ?? new WeakMap<readonly unknown[], readonly Prompt[]>();
  MADE.set(tokenizer, known);
  const prompts = known.get(questions) ?? questions.map(encode);
  known.set(questions, prompts);
  return prompts;
}
