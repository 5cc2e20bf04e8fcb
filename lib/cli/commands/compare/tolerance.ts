import { UsageError } from "../../../ground/mod.ts";
import { ANY_DATA_TITLES } from "../../../report/mod.ts";
import { KNOWLEDGE_GAUGES, type Summary, type SweepPlan } from "../../../runs/mod.ts";
import type { VariantAnswers } from "../../../study/mod.ts";
import { type FlagValues, number, oneOf } from "../../command.ts";

/** The loss that is not to be tolerated, and what it is a loss of. */
export type Tolerance = Readonly<Pick<SweepPlan, "gauge" | "delta">>;

type KnowledgeGauge = Tolerance["gauge"];

/** The losses that are not to be tolerated when the flags do not say: a share, and nats a token. */
export const DELTAS: Readonly<Record<KnowledgeGauge, number>> = { mmlu: 0.03, prose: 0.05 };

/** The kind of answers of each gauge that a loss may be one of. */
const ANSWERS = { mmlu: "letters", prose: "prose" } as const;

/**
 * The loss that `--delta` does not tolerate; `undefined` if it was not given.
 *
 * @throws {UsageError} If it is not above 0 and below 1.
 */
export function givenDelta(command: string, flags: FlagValues): number | undefined {
  const delta = number(flags, "delta");
  if (delta === undefined || (delta > 0 && delta < 1)) return delta;
  throw new UsageError(
    `${command}: --delta must be above 0 and below 1, of MMLU 0.01 is one point: ${delta}`,
  );
}

/**
 * The loss that a comparison of two sets of answers does not tolerate. Where `--gauge` is left out, it
 * is one of what the plans of both name, then of multiple choice, then of general text: the first of
 * these that both have answers of. `undefined` if there is none.
 *
 * @param answers Both sets.
 * @param summaries Those of their studies, of both sets; `undefined` where there is none.
 * @throws {UsageError} If a flag's value is wrong, or is of what the two have no answers of.
 */
export function toleranceOfTwo(
  flags: FlagValues,
  answers: readonly VariantAnswers[],
  summaries: readonly (Summary | undefined)[],
): Tolerance | undefined {
  const delta = givenDelta("compare", flags);
  const answered = KNOWLEDGE_GAUGES.filter((name) =>
    answers.every((own) => own[ANSWERS[name]].length > 0)
  );
  if (flags.gauge !== undefined) {
    const gauge = oneOf("compare", flags, { flag: "gauge", names: KNOWLEDGE_GAUGES });
    if (answered.includes(gauge)) return { gauge, delta: delta ?? DELTAS[gauge] };
    throw new UsageError(`compare: --gauge ${gauge} is of ${ANY_DATA_TITLES[gauge]}, ${NOT_BOTH}`);
  }
  const planned = new Set(summaries.map((summary) => summary?.plan.gauge));
  const gauge = answered.find((name) => planned.size === 1 && planned.has(name)) ?? answered[0];
  if (gauge !== undefined) return { gauge, delta: delta ?? DELTAS[gauge] };
  if (delta === undefined) return undefined;
  throw new UsageError(
    `compare: --delta is of ${ANY_DATA_TITLES.mmlu} or ${ANY_DATA_TITLES.prose}, ${NOT_BOTH}`,
  );
}

const NOT_BOTH = "to which not both have answers";
