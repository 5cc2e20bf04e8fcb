import { firstOf, UsageError } from "../../ground/mod.ts";
import { OtherPassageError } from "../../prose/mod.ts";
import { type Comparison, type Gauge, GAUGES } from "../../runs/mod.ts";
import { alignById, changeByCluster, type ClusterChange } from "../../stats/mod.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { compareVariants, type Tolerances } from "../numbers/compare_variants.ts";
import { type FlippedExample, flippedExamples } from "../numbers/flips.ts";

/** Two sets of answers that were made earlier, compared. */
export interface ComparedResults {
  /** The one that changes are counted from. */
  readonly first: string;
  /** The one that words are of. */
  readonly second: string;
  /** Every measure that both answered. */
  readonly comparison: Comparison;
  /** Where the change of each of these measures lies, by its database, subject or topic. */
  readonly clusters: Partial<Readonly<Record<Gauge, readonly ClusterChange[]>>>;
  /** The questions that flipped. */
  readonly flips: readonly FlippedExample[];
}

/** So many ids are named where two sets differ. */
const NAMED = 5;

/**
 * Compares answers that were made earlier, on every measure that both have.
 *
 * @throws {UsageError} If they have no measure in common, answered other examples, or read a passage as
 * other tokens, as models with other tokenizers do.
 */
export function compareResults(
  first: VariantAnswers,
  second: VariantAnswers,
  tolerances: Tolerances = {},
): ComparedResults {
  const shared = new Set(GAUGES.filter((gauge) => {
    const { examples, outcomes } = MEASURES[gauge];
    const [a, b] = [first, second].map((answers) => outcomes(answers).map(({ id }) => id));
    if (a!.length === 0 || b!.length === 0) return false;
    refuseOthers(a!, b!, { first: first.name, second: second.name, what: examples });
    return true;
  }));
  if (shared.size === 0) {
    throw new UsageError(
      `Cannot compare "${first.name}" with "${second.name}": they have no kind of answers in common`,
    );
  }
  const only = (answers: VariantAnswers): VariantAnswers =>
    GAUGES.filter((gauge) => !shared.has(gauge)).reduce(
      (left, gauge) => ({ ...left, [MEASURES[gauge].rows.file]: [] }),
      answers,
    );
  const [before, after] = [only(first), only(second)] as const;
  const comparison = compared(before, after, tolerances);
  return {
    first: first.name,
    second: second.name,
    comparison,
    clusters: Object.fromEntries(
      // one passage has a change and no spread: it is not compared
      [...shared].filter((gauge) => comparison[gauge] !== undefined)
        .map((gauge) => [gauge, clusterChanges(gauge, before, after)]),
    ),
    flips: flippedExamples(before, after),
  };
}

function clusterChanges(
  gauge: Gauge,
  before: VariantAnswers,
  after: VariantAnswers,
): ClusterChange[] {
  const { outcomes } = MEASURES[gauge];
  return changeByCluster(
    alignById(outcomes(before), outcomes(after)).map(({ base, tuned }) => ({
      cluster: base.cluster,
      before: base.value,
      after: tuned.value,
    })),
  );
}

function refuseOthers(
  a: readonly string[],
  b: readonly string[],
  { first, second, what }: Readonly<Record<"first" | "second" | "what", string>>,
): void {
  for (const [name, ids] of [[first, a], [second, b]] as const) {
    const seen = new Set<string>();
    const twice = ids.find((id) => seen.size === seen.add(id).size);
    if (twice === undefined) continue;
    throw new UsageError(`Cannot compare "${name}": its ${what} have "${twice}" twice`);
  }
  const missing = (of: readonly string[], among: readonly string[]): string[] => {
    const there = new Set(among);
    return of.filter((id) => !there.has(id));
  };
  for (const [name, lacking] of [[second, missing(a, b)], [first, missing(b, a)]] as const) {
    if (lacking.length === 0) continue;
    throw new UsageError(
      `Cannot compare "${first}" with "${second}": they answered other ${what}: "${name}" has not ` +
        firstOf(lacking, NAMED),
    );
  }
}

function compared(
  first: VariantAnswers,
  second: VariantAnswers,
  tolerances: Tolerances,
): Comparison {
  try {
    return compareVariants(first, second, tolerances);
  } catch (error) {
    if (!(error instanceof OtherPassageError)) throw error;
    const { id, field, values: [one, two] } = error;
    const why = field === "tokens"
      ? `passage "${id}" has ${one} tokens for one and ${two} for the other, as with another ` +
        "tokenizer or length, and nats a token are then of other tokens"
      : `passage "${id}" is of another ${field}: "${one}" and "${two}"`;
    throw new UsageError(`Cannot compare "${first.name}" with "${second.name}": ${why}`);
  }
}
