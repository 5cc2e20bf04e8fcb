import { listed } from "../../ground/mod.ts";
import {
  fewAnswersNotes,
  FEWEST_PLANNED,
  formatCount,
  formatCounted,
  planText,
} from "../../report/mod.ts";
import { type Gauge, GAUGES } from "../../runs/mod.ts";
import { FEW_CLUSTERS } from "../../stats/mod.ts";
import { MEASURES } from "../measures/measures.ts";
import type { OpenStudy } from "../open_study.ts";
import { type StoredPart, storedPart } from "./stored_part.ts";
import { type StudyCost, studyCost } from "./study_cost.ts";

/** What a study is about to do, about what it costs, and what of it is stored already. */
export function costLines(
  { variants, asked, generalPrompts, seconds, trainingTokens, weightsGb }: StudyCost,
  stored?: StoredPart,
): string[] {
  const trained = Object.entries(trainingTokens)
    .map(([name, tokens]) => `${name} about ${formatCount(tokens)} tokens`);
  const questions = GAUGES.filter((gauge) => asked[gauge] > 0)
    .map((gauge) => formatCounted(asked[gauge], MEASURES[gauge].asked));
  const general = generalPrompts > 0
    ? `, ${duration(seconds.general)} for the base model's answers to ` +
      formatCounted(generalPrompts, "general prompt")
    : "";
  const training = trained.length > 0 ? `, ${duration(seconds.training)} of training` : "";
  return [
    `${formatCounted(variants, "variant")}, the base model among them: ` +
    `${listed(questions)} each`,
    ...(trained.length > 0 ? [`training: ${trained.join(", ")}`] : []),
    `about ${duration(seconds.all)} of one device if nothing is stored yet ` +
    `(${duration(seconds.variant)} a variant${general}${training}); ` +
    `${weightsGb.toFixed(1)} GB of weights`,
    ...(stored ? [storedText(stored, variants)] : []),
  ];
}

function storedText(stored: StoredPart, variants: number): string {
  const trained = stored.trainings > 0
    ? ` and ${formatCount(stored.trained)} of ${formatCounted(stored.trainings, "training")}`
    : "";
  return `stored already: the answers of ${formatCount(stored.variants)} of ` +
    `${formatCounted(variants, "variant")}${trained}; for the rest about ` +
    `${duration(stored.secondsLeft)} of one device`;
}

/** What is asked of, or trained on, so few examples that little can be told from it. */
function fewLines({ asked, generalRecords }: StudyCost, topics: number): string[] {
  const counted = (gauge: Gauge): string => formatCounted(asked[gauge], MEASURES[gauge].asked);
  const sayNothing = asked.prose > 0 && topics <= FEW_CLUSTERS;
  const few = GAUGES.filter((gauge) =>
    asked[gauge] > 0 && asked[gauge] < FEWEST_PLANNED && !(gauge === "prose" && sayNothing)
  );
  return [
    ...(few.length === 0 ? [] : [
      `${listed(few.map(counted))}: so few that only a large change can be told from chance`,
    ]),
    ...(sayNothing
      ? [
        `${counted("prose")} on ${formatCounted(topics, "topic")}: too few to say whether they ` +
        `become more or less likely, which takes ${FEW_CLUSTERS + 1} topics`,
      ]
      : []),
    // all answers can be used, as far as is known before any is there
    ...fewAnswersNotes({
      general: Object.entries(generalRecords)
        .map(([recipe, records]) => ({ recipe, records, answers: records })),
    }),
  ];
}

/**
 * How long a study took, beside what was planned for one device.
 *
 * @param wentOn Whether something of it was stored before: then the time is of the rest alone.
 */
export function tookLine(
  { seconds: planned }: Pick<StudyCost, "seconds">,
  { seconds, wentOn }: { readonly seconds: number; readonly wentOn: boolean },
): string {
  const plan = `planned were about ${duration(planned.all)} of one device`;
  return wentOn
    ? `took ${exactly(seconds)} for what was not stored yet; ${plan} for all of it`
    : `took ${exactly(seconds)}; ${plan}`;
}

/** The plan of a study as Markdown: what it does and costs, and by which rule it recommends. */
export async function planReport(
  { inputs, folder }: OpenStudy,
): Promise<string> {
  const { plan, planOnly = false } = folder;
  const cost = await studyCost(inputs);
  const topics = new Set(inputs.prose.passages.map(({ topic }) => topic)).size;
  const titles = Object.fromEntries(
    GAUGES.map((gauge) => [gauge, MEASURES[gauge].title(inputs)]),
  ) as Record<Gauge, string>;
  const coverage = GAUGES.map((measure) => ({
    measure,
    asked: cost.asked[measure],
    scored: cost.asked[measure],
    clusters: 0,
    missing: "",
  }));
  const claimed = GAUGES.filter((gauge) =>
    cost.asked[gauge] > 0 && (MEASURES[gauge].primary === "always" || gauge === plan.gauge)
  );
  const stored = storedPart(inputs.config, folder, cost);
  const lines = [...costLines(cost, stored), ...fewLines(cost, topics)];
  const list = lines.map((line) => `- ${line}\n`).join("");
  return `${list}\n${planText(plan, titles, { coverage, claimed, isWritten: !planOnly })}`;
}

/** Seconds of an estimate, as a person reads them. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Seconds that have passed, to the second, as the clock beside each step has them. */
function exactly(passed: number): string {
  const seconds = Math.round(passed);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
