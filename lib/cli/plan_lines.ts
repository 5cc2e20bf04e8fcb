import { formatCount } from "../report/mod.ts";
import { type OpenStudy, studyCost } from "../study/mod.ts";

/** What a study is about to do, by which rule it recommends, and about what it costs. */
export function planLines({ inputs, folder: { plan } }: OpenStudy): string[] {
  const cost = studyCost(inputs);
  const { asked, seconds, trainingTokens } = cost;
  const { delta, gauge, paths, halves, alpha, needs } = plan;
  const trained = Object.entries(trainingTokens)
    .map(([name, tokens]) => `${name} about ${formatCount(tokens)} tokens`);
  const have = gauge === "mmlu" ? asked.mmlu : asked.prose;
  const unit = gauge === "mmlu" ? "points of multiple choice" : "nats a token of general text";
  const tolerance = gauge === "mmlu" ? `${(100 * delta).toFixed(1)} ${unit}` : `${delta} ${unit}`;
  return [
    `${formatCount(cost.variants)} variants, the base model among them: ` +
    `${formatCount(asked.sql)} text-to-SQL prompts, ${formatCount(asked.mmlu)} multiple-choice ` +
    `questions and ${formatCount(asked.prose)} passages each`,
    ...(trained.length > 0 ? [`training: ${trained.join(", ")}`] : []),
    `about ${duration(seconds.all)} if nothing is stored yet ` +
    `(${duration(seconds.variant)} a variant, ${duration(seconds.training)} of training); ` +
    `${cost.weightsGb.toFixed(1)} GB of weights`,
    `a variant may be recommended if a loss of ${tolerance} or more is excluded ` +
    `(level ${alpha} over ${paths.length} ${paths.length === 1 ? "path" : "paths"}); the best is ` +
    `chosen on ${halves.choose.length} databases and confirmed on ${halves.confirm.length}`,
    `that takes ${
      needs.map(({ flipShare, designEffect, items }) =>
        `${formatCount(items)} items at ${
          gauge === "mmlu"
            ? `${(100 * flipShare).toFixed(0)} % flips`
            : `a spread of ${Math.sqrt(flipShare).toFixed(2)} nats`
        }${designEffect === 1 ? "" : `, clusters of effect ${designEffect}`}`
      ).join("; ")
    }; there are ${formatCount(have)}`,
  ];
}

/** Seconds as a person reads them. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
