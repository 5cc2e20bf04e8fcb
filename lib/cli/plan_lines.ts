import { adapterOrigin, type OpenStudy, plannedTrainingTokens } from "../study/mod.ts";

/**
 * Rates of the embedded model a second on two small or busy cores, on the safe
 * side of what was measured (docs/log.md): for the estimate before the first
 * question. What is running then shows the time left from its own pace.
 */
const RATES = { trainingTokens: 90, questions: 2.5, choices: 12 };

/** What a study is about to do and about how long it takes on a small CPU. */
export function planLines({ inputs, folder }: OpenStudy): string[] {
  const { asked, questions, config } = inputs;
  const { recipes } = config.training;
  const variants = recipes.length + 1;
  const tokens = recipes.map((recipe) =>
    adapterOrigin(folder.training(recipe)) === "elsewhere"
      ? 0
      : plannedTrainingTokens(inputs, recipe)
  );
  const total = tokens.reduce((sum, n) => sum + n, 0);
  const seconds = variants * (asked.length / RATES.questions + questions.length / RATES.choices) +
    total / RATES.trainingTokens;
  const lines = [
    `base model and ${recipes.length} LoRA recipes: ${asked.length} text-to-SQL and ` +
    `${questions.length} multiple-choice questions each`,
    `training: ${
      recipes.map(({ name }, i) =>
        tokens[i] === 0 ? `${name} is from elsewhere` : `${name} about ${tokens[i]} tokens`
      ).join(", ")
    }`,
  ];
  if (config.model.source === "embedded") {
    lines.push(
      `about ${Math.ceil(seconds / 60)} minutes on two CPU cores if nothing is stored yet`,
    );
  }
  return lines;
}
