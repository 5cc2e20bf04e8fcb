import assert from "node:assert/strict";
import { auditTokens } from "../tokenizer/audit_tokens.ts";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import {
  EMBEDDED_MODEL,
  engineAnswers,
  largestDifference,
  referenceAnswers,
  skipUnlessPython,
} from "../testing/reference.ts";
import { openCpuEngine } from "./cpu_engine.ts";
import type { ChatMessage } from "../tokenizer/conversation.ts";
import { loadTokenizer } from "../tokenizer/load_tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Prompt } from "../engine.ts";

const skipped = skipUnlessPython(EMBEDDED_MODEL);
const SYSTEM = "You answer questions about a small library.";
const FACTS =
  "The library has 3 rooms, 1,200 books and 14 chairs. It opens at nine in the morning. ";

/** Prompts with a short shared prefix, one of more than 512 tokens, a plain text and none shared. */
function testPrompts(tokenizer: Tokenizer): Prompt[] {
  const chat = (facts: string, question: string): Prompt => {
    const content = `${facts}\n\nQuestion: ${question}`;
    const messages: ChatMessage[] = [{ role: "system", content: SYSTEM }, {
      role: "user",
      content,
    }];
    return tokenizer.encodeConversation({ messages, sharedLength: facts.length });
  };
  const { prefix, suffix } = chat(FACTS, "Write a short poem about the chairs.");
  return [
    chat(FACTS, "How many rooms are there?"),
    chat(FACTS, "When does it open, and would you go there before lunch or after it? Say why."),
    chat(FACTS, "What is 14 times 3?"),
    chat(FACTS, "Name one book that such a library should have."),
    chat(FACTS.repeat(25), "How many books are there?"),
    chat(FACTS.repeat(25), "List the numbers that you were told."),
    tokenizer.encodePlain("", "The capital of France is"),
    { prefix: [], suffix: [...prefix, ...suffix] },
  ];
}

Deno.test({
  name: `openCpuEngine() writes the embedded model's tokens as transformers does${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const checkpoint = await openCheckpoint(EMBEDDED_MODEL);
    const tokenizer = await loadTokenizer(EMBEDDED_MODEL);
    const prompts = testPrompts(tokenizer);
    assert(prompts[4]!.prefix.length > 512);
    assert.deepEqual(prompts[4]!.prefix, prompts[5]!.prefix);
    const conversation = { messages: [{ role: "user", content: FACTS }], sharedLength: 0 } as const;
    const { letterIds } = auditTokens(tokenizer, conversation);
    const run = { checkpoint, prompts, maxNewTokens: 32, choices: letterIds };

    await using engine = await openCpuEngine(checkpoint, { batchSize: 3 });
    const answers = await engineAnswers(engine, run);
    const [reference] = await referenceAnswers([run]);
    assert.deepEqual(answers.tokens, reference!.tokens);
    const count = answers.tokens.flat().length;
    assert(count >= 200, `only ${count} tokens were compared`);
    assert(new Set(answers.tokens.map((row) => row.length)).size > 2);
    assert(largestDifference(answers.logProbs, reference!.logProbs) < 1e-3);
  },
});
