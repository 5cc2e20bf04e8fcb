import { formatCount, formatCounted, planText } from "../../report/mod.ts";
import type { Gauge } from "../../runs/mod.ts";
import type { OpenStudy } from "../open_study.ts";
import { type StudyCost, studyCost } from "./study_cost.ts";

/** What a study is about to do, and about what it costs. */
export function costLines(
  { variants, asked, seconds, trainingTokens, weightsGb }: StudyCost,
): string[] {
  const trained = Object.entries(trainingTokens)
    .map(([name, tokens]) => `${name} about ${formatCount(tokens)} tokens`);
  return [
    `${formatCounted(variants, "variant")}, the base model among them: ` +
    `${formatCounted(asked.sql, "text-to-SQL prompt")}, ` +
    `${formatCounted(asked.mmlu, "multiple-choice question")} and ` +
    `${formatCounted(asked.prose, "passage")} each`,
    ...(trained.length > 0 ? [`training: ${trained.join(", ")}`] : []),
    `about ${duration(seconds.all)} of one device if nothing is stored yet ` +
    `(${duration(seconds.variant)} a variant, ${duration(seconds.training)} of training); ` +
    `${weightsGb.toFixed(1)} GB of weights`,
  ];
}

/** How long a study took, beside what was planned for one device. */
export function tookLine({ seconds: planned }: StudyCost, seconds: number): string {
  return `took ${duration(seconds)}; planned were about ${duration(planned.all)} of one device`;
}

/** The plan of a study as Markdown: what it does and costs, and by which rule it recommends. */
export function planReport({ inputs, folder: { plan, planOnly = false } }: OpenStudy): string {
  const cost = studyCost(inputs);
  const titles = { sql: "text-to-SQL", mmlu: inputs.mmlu.title, prose: "general text" };
  const coverage = (Object.entries(cost.asked) as [Gauge, number][]).map(([measure, count]) => ({
    measure,
    asked: count,
    scored: count,
    clusters: 0,
    missing: "",
  }));
  const lines = costLines(cost).map((line) => `- ${line}\n`).join("");
  return `${lines}\n${planText(plan, titles, { coverage, isWritten: !planOnly })}`;
}

/** Seconds as a person reads them. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
