import { trainingRecords } from "../training/data/training_records.ts";
import { trainingSet } from "../training/data/training_set.ts";
import type { ModelInputs } from "./model_inputs.ts";
import type { SqlInputs } from "./sql_inputs.ts";

/**
 * The text of the first training example as the model sees it: prompt and completion in the chat
 * template, markers included.
 *
 * @throws {UsageError} If there are no training examples, or dev has leaked into them.
 */
export function firstTrainingText(inputs: ModelInputs & SqlInputs): string {
  const { prompt, completion } = trainingRecords(inputs, trainingSet(inputs)).next().value!;
  return inputs.tokenizer.render(prompt) + completion[0]!.content;
}
