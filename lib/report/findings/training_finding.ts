import { formatCount, formatCounted, formatNats } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { NO_LOSS_LOG, type TrainingRow } from "../rows/training_types.ts";

/**
 * Phase 2's finding as Markdown: each recipe's first logged loss and the mean of its last ones. Of a
 * fall nothing is said: one first loss is noisy, the losses of a run depend on each other, and what
 * a loss on the training text says of the task is for the next phases.
 *
 * @param elsewhere Recipes whose adapter was trained elsewhere.
 */
export function trainingFinding(
  rows: readonly TrainingRow[],
  elsewhere: readonly string[] = [],
): string {
  const lines = rows.map(({ variant, steps, tokens, firstLossNats, lastLossNats }) =>
    `- **${markdownText(variant)}**: ${formatNats(firstLossNats, 2)} nats a token in the first ` +
    `logged loss, ${endText(lastLossNats)}, after ${formatCounted(steps, "step")} and ` +
    `${formatCounted(tokens, "token")}.`
  );
  const others = elsewhere.map((variant) => `- **${markdownText(variant)}**: ${NO_LOSS_LOG}.`);
  return ["**Finding.** The loss on the gold queries:\n", ...lines, ...others].join("\n");
}

function endText({ n, mean, ci95 }: TrainingRow["lastLossNats"]): string {
  const shown = formatNats(mean, 2);
  if (ci95 === undefined) return `${shown} in the last one`;
  const [low, high] = ci95.map((bound) => formatNats(bound, 2));
  return `${shown} [${low}, ${high}] in the mean of the last ${formatCount(n)}`;
}
