import { NO_LOSS_LOG, type TrainingRow } from "./rows.ts";

/**
 * Phase 2's finding as Markdown: where each recipe's loss began and where it ended.
 *
 * @param elsewhere Recipes whose adapter was trained elsewhere.
 */
export function trainingFinding(
  rows: readonly TrainingRow[],
  elsewhere: readonly string[] = [],
): string {
  const lines = rows.map((row) => {
    const { variant, steps, tokens, firstLossNats, lastLossNats } = row;
    return `- **${variant}**: ${firstLossNats.toFixed(2)} nats a token at first, ` +
      `${endText(lastLossNats)}, after ${steps} steps and ${tokens} tokens. ${courseText(row)}`;
  });
  const others = elsewhere.map((variant) => `- **${variant}**: ${NO_LOSS_LOG}.`);
  return ["**Finding.** The loss on the gold queries:\n", ...lines, ...others].join("\n");
}

function endText({ n, mean, ci95 }: TrainingRow["lastLossNats"]): string {
  if (ci95 === undefined) return `${mean.toFixed(2)} at the end`;
  const [low, high] = ci95;
  return `${mean.toFixed(2)} [${low.toFixed(2)}, ${
    high.toFixed(2)
  }] at the end (mean of the last ` +
    `${n} logged losses)`;
}

function courseText({ firstLossNats, lastLossNats: { ci95 } }: TrainingRow): string {
  if (ci95 === undefined) return "Too few losses for an interval.";
  return ci95[1] < firstLossNats
    ? "It fell."
    : "The interval reaches the first loss: no fall is shown.";
}
