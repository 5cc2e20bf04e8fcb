import type { Prompt, Tokenizer } from "../../engine/mod.ts";
import { devShots, mmluPrompt } from "../../mmlu/mod.ts";
import { type ProsePrompt, prosePrompt } from "../../prose/mod.ts";
import { sqlPrompt } from "../../spider/mod.ts";
import type { MmluInputs } from "../inputs/mmlu_inputs.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import type { ProseInputs } from "../inputs/prose_inputs.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";
import { promptHash } from "./sample_identity.ts";

/** Prompts by the tokenizer that made them, and what they were made of, one level each. */
interface Made {
  readonly below: WeakMap<object, Made>;
  prompts?: unknown;
}

const MADE: Made = { below: new WeakMap() };

/**
 * The text-to-SQL prompts of a study's asked questions, made once for each set of examples shown,
 * however many variants answer them.
 */
export function sqlPrompts(
  { asked, shots, spider, tokenizer }: ModelInputs & SqlInputs,
): readonly Prompt[] {
  return once(
    tokenizer,
    [shots, asked],
    () =>
      asked.map((example) =>
        tokenizer.encodeConversation(sqlPrompt(example, { schemas: spider.schemas, shots }))
      ),
  );
}

/**
 * The multiple-choice prompts of a study's questions, made once as {@linkcode sqlPrompts} are, many
 * of them in several threads.
 */
export function mmluPrompts(
  { config, mmlu, questions, tokenizer }: ModelInputs & MmluInputs,
): Promise<readonly Prompt[]> {
  return once(
    tokenizer,
    [mmlu, questions],
    () =>
      tokenizer.encodeAllPlain(questions, (question) => {
        const shots = devShots(mmlu, question.subject, config.mmlu.shots);
        const { shared, own } = mmluPrompt(question, shots);
        return [shared, own];
      }, {
        // its hash is asked for by every answer, and there is time while threads encode
        each: promptHash,
      }),
  );
}

/**
 * Begins to make the multiple-choice prompts, so that other threads work on them while this one
 * opens an engine. What goes wrong is told to whoever asks for the prompts.
 */
export function beginMmluPrompts(inputs: ModelInputs & MmluInputs): void {
  mmluPrompts(inputs).catch(() => undefined);
}

/** The passages of a study as tokens, made once as {@linkcode sqlPrompts} are. */
export function passagePrompts(
  { prose, tokenizer }: ModelInputs & ProseInputs,
): readonly ProsePrompt[] {
  return once(
    tokenizer,
    [prose],
    () => prose.passages.map((passage) => prosePrompt(passage, tokenizer)),
  );
}

function once<Prompts>(
  tokenizer: Tokenizer,
  sources: readonly object[],
  make: () => Prompts,
): Prompts {
  let made = MADE;
  for (const source of [tokenizer, ...sources]) {
    made = made.below.getOrInsertComputed(source, () => ({ below: new WeakMap() }));
  }
  return (made.prompts ??= make()) as Prompts;
}
