import { type OpenStudy, plannedTrainingTokens } from "../study/mod.ts";

/**
 * Rates on two cores of a laptop-class CPU without matrix units, embedded
 * model, for the estimate before the first question; what is running then
 * shows the time left from its own pace. Measured figures: docs/log.md.
 */
const RATES = { trainingTokens: 90, questions: 2.5, choices: 12 };

/** What a study is about to do and about how long it takes on a small CPU. */
export function planLines({ inputs }: OpenStudy): string[] {
  const { asked, questions, config } = inputs;
  const { recipes } = config.training;
  const variants = recipes.length + 1;
  const tokens = recipes.map((recipe) => plannedTrainingTokens(inputs, recipe));
  const total = tokens.reduce((sum, n) => sum + n, 0);
  const seconds = variants * (asked.length / RATES.questions + questions.length / RATES.choices) +
    total / RATES.trainingTokens;
  const lines = [
    `base model and ${recipes.length} LoRA recipes: ${asked.length} text-to-SQL and ` +
    `${questions.length} multiple-choice questions each`,
    `training: ${recipes.map(({ name }, i) => `${name} about ${tokens[i]} tokens`).join(", ")}`,
  ];
  if (config.model.source === "embedded") {
    lines.push(
      `about ${Math.ceil(seconds / 60)} minutes on two CPU cores if nothing is stored yet`,
    );
  }
  return lines;
}
