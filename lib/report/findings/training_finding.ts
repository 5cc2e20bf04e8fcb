import { formatCount, formatNats } from "../format_numbers.ts";
import { markdownText } from "../markdown_text.ts";
import { NO_LOSS_LOG, type TrainingRow } from "../rows.ts";

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
    return `- **${markdownText(variant)}**: ${
      formatNats(firstLossNats, 2)
    } nats a token at first, ` +
      `${endText(lastLossNats)}, after ${formatCount(steps)} steps and ${
        formatCount(tokens)
      } tokens. ${courseText(row)}`;
  });
  const others = elsewhere.map((variant) => `- **${markdownText(variant)}**: ${NO_LOSS_LOG}.`);
  return ["**Finding.** The loss on the gold queries:\n", ...lines, ...others].join("\n");
}

function endText({ n, mean, ci95 }: TrainingRow["lastLossNats"]): string {
  const shown = formatNats(mean, 2);
  if (ci95 === undefined) return `${shown} at the end`;
  const [low, high] = ci95.map((bound) => formatNats(bound, 2));
  return `${shown} [${low}, ${high}] at the end (mean of the last ${formatCount(n)} logged losses)`;
}

function courseText({ firstLossNats, lastLossNats: { ci95 } }: TrainingRow): string {
  if (ci95 === undefined) return "Too few losses for an interval.";
  return ci95[1] < firstLossNats
    ? "It fell."
    : "The interval reaches the first loss: no fall is shown.";
}
