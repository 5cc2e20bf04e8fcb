import type { Engine, TokenAudit } from "../engine/mod.ts";
import type { MmluSample } from "../runs/mod.ts";
import { type AnswerOptions, noteReused, onePerKey } from "./answer_sql.ts";
import type { MmluInputs, ModelInputs } from "./inputs.ts";
import { sampleIdentity } from "./sample_identity.ts";
import { mmluPrompts } from "./study_prompts.ts";

/**
 * Scores the letters A to D of the study's multiple-choice questions with one
 * variant; stored and resumed as `answerSql` does.
 *
 * @returns The samples of all questions, in the suite's order.
 */
export async function answerMmlu(
  inputs: ModelInputs & MmluInputs & { readonly audit: TokenAudit },
  engine: Engine,
  { variant, store, progress, signal }: AnswerOptions<MmluSample>,
): Promise<MmluSample[]> {
  const { questions, audit } = inputs;
  const prompts = mmluPrompts(inputs);
  const jobs = questions.map((question, i) => {
    const prompt = prompts[i]!;
    const identity = sampleIdentity(inputs, variant, prompt, {
      task: "mmlu",
      letters: audit.letterIds,
    });
    return { question, prompt, identity };
  });
  const missing = jobs.filter(({ identity }) => !store.has(identity.key));
  noteReused(progress, variant.name, jobs.length - missing.length, jobs.length);
  const open = onePerKey(missing);
  let batch: MmluSample[] = [];
  const scores = engine.choiceLogProbs(open.map(({ prompt }) => prompt), audit.letterIds, {
    variant: variant.weights,
    ...(signal ? { signal } : {}),
    onProgress(done, total): void {
      store.append(batch);
      batch = [];
      progress.update(done, total, "questions");
    },
  });
  for await (const { index, logProbs } of scores) {
    const { question, identity } = open[index]!;
    const { id, subject, category } = question;
    const [a, b, c, d] = logProbs as [number, number, number, number];
    batch.push({
      ...identity,
      id,
      subject,
      category,
      variant: variant.name,
      logProbs: [a, b, c, d],
    });
  }
  store.append(batch);
  return jobs.map(({ question: { id, subject, category }, identity }) => ({
    ...store.get(identity.key)!,
    id,
    subject,
    category,
    variant: variant.name,
  }));
}
