import { exportSft } from "../spider/mod.ts";
import type { ModelInputs, SqlInputs } from "./inputs.ts";

/**
 * The text of the first training example as the model sees it: prompt and completion in the chat
 * template, markers included.
 *
 * @throws {RangeError} If there are no training examples.
 */
export function firstTrainingText({ tokenizer, spider }: ModelInputs & SqlInputs): string {
  const [record] = exportSft(spider.train.slice(0, 1), { schemas: spider.schemas });
  if (record === undefined) {
    throw new RangeError("Cannot show a training text as there are no training examples");
  }
  const [answer] = record.completion;
  return tokenizer.render(record.prompt) + (answer?.content ?? "");
}
