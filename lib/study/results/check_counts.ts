import { UsageError } from "../../ground/mod.ts";
import type { Gauge, Summary } from "../../runs/mod.ts";
import type { VariantAnswers } from "../numbers/answers.ts";

/** Whether each example of one measure was right, by its id. */
type Right = readonly (readonly [id: string, right: boolean])[];

/** What of one variant's answers is compared with its summary; a measure that is left out is not. */
export interface CountedAnswers {
  /** The variant. */
  readonly name: string;
  /** Official verdicts under the study's own prompt. */
  readonly sql?: Right;
  /** Official verdicts under prompts with another number of examples, by that number. */
  readonly sqlByShots?: Readonly<Record<string, Right>>;
  /** Chosen letters. */
  readonly mmlu?: Right;
  /** How many passages were scored. */
  readonly prose?: number;
}

/** The verdicts, letters and passages of a variant, to be compared with its summary. */
export function counted({ name, verdicts, letters, prose }: VariantAnswers): CountedAnswers {
  return {
    name,
    sql: verdicts.map(({ id, official }) => [id, official]),
    mmlu: letters.map(({ id, correct }) => [id, correct]),
    prose: prose.length,
  };
}

/**
 * Refuses answers that are not those of the summary beside them: what is shown, quoted or exported of
 * them would stand beside its numbers. Of each variant and measure the examples and the right ones are
 * counted, and where the base model's answers are given too, those that were gained and lost.
 *
 * @param action What cannot be done with them, such as `export results/mine`.
 * @throws {UsageError} If a count is another, or a variant is not in the summary.
 */
export function checkCounts(
  summary: Summary,
  answers: readonly CountedAnswers[],
  action: string,
): void {
  const base = answers.find(({ name }) => name === summary.variants[0]!.name);
  for (const own of answers) {
    const variant = summary.variants.find(({ name }) => name === own.name);
    if (variant === undefined) {
      throw new UsageError(`Cannot ${action}: its summary has no variant "${own.name}"`);
    }
    const refuse = (gauge: string, said: string, found: string): void => {
      if (said === found) return;
      throw new UsageError(
        `Cannot ${action}: its summary has ${said} for "${own.name}" on ${gauge}, its answers have ` +
          found,
      );
    };
    const { sql, sqlByShots = {}, mmlu, prose, versusBase } = variant;
    const compare = (
      gauge: string,
      { score, change, right, before }: Compared,
    ): void => {
      if (right === undefined) return;
      const { n, successes } = score ?? { n: 0, successes: 0 };
      const found = right.filter(([, one]) => one).length;
      refuse(gauge, `${successes} right of ${n}`, `${found} right of ${right.length}`);
      if (change === undefined || before === undefined || own === base) return;
      const { gained, lost } = flips(before, right);
      refuse(gauge, flipText(change.evidence), flipText({ gained, lost }));
    };
    compare("sql" satisfies Gauge, {
      score: sql?.overall.official,
      change: versusBase?.sql?.overall.official,
      right: own.sql,
      before: base?.sql,
    });
    for (const [shots, right] of Object.entries(own.sqlByShots ?? {})) {
      compare(`sql with ${shots} shown`, {
        score: sqlByShots[shots]?.overall.official,
        change: versusBase?.sql?.byShots?.[shots],
        right,
        before: base?.sqlByShots?.[shots],
      });
    }
    compare("mmlu" satisfies Gauge, {
      score: mmlu?.overall.accuracy,
      change: versusBase?.mmlu?.overall,
      right: own.mmlu,
      before: base?.mmlu,
    });
    if (own.prose !== undefined) {
      refuse("prose", `${prose?.passages ?? 0} passages`, `${own.prose} passages`);
    }
  }
}

interface Flips {
  readonly gained: number;
  readonly lost: number;
}

interface Compared {
  readonly score: { readonly n: number; readonly successes: number } | undefined;
  readonly change: { readonly evidence: Flips } | undefined;
  readonly right: Right | undefined;
  readonly before: Right | undefined;
}

function flips(before: Right, after: Right): Flips {
  const earlier = new Map(before);
  const changed = (to: boolean): number =>
    after.filter(([id, right]) => right === to && earlier.get(id) === !to).length;
  return { gained: changed(true), lost: changed(false) };
}

function flipText({ gained, lost }: Flips): string {
  return `${gained} gained and ${lost} lost`;
}
