import { type Gauge, GAUGES } from "../../runs/mod.ts";
import { alignById } from "../../stats/mod.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "./answers.ts";

/** An example that one variant has right and the other one has not. */
export interface FlippedExample {
  /** The variant that is compared. */
  readonly variant: string;
  /** Which measure it is an example of. */
  readonly gauge: Gauge;
  /** The example's id. */
  readonly id: string;
  /** The database or the subject. */
  readonly cluster: string;
  /** `repaired`: wrong before, right after; `broken`: the other way round. */
  readonly flip: "repaired" | "broken";
  /** What the first one's answer came to: "right", a class of error or a status; or its letter. */
  readonly from: string;
  /** What the second one's answer came to. */
  readonly to: string;
}

/** The questions that a variant repairs and breaks, text-to-SQL first, each in file order. */
export function flippedExamples(base: VariantAnswers, tuned: VariantAnswers): FlippedExample[] {
  return GAUGES.flatMap((gauge) => {
    const [before, after] = [base, tuned].map((answers) =>
      MEASURES[gauge].outcomes(answers).filter(({ word }) => word !== undefined)
    );
    return alignById(before!, after!)
      .filter((pair) => pair.base.value !== pair.tuned.value)
      .map(({ id, base: { cluster, value, word }, tuned: now }): FlippedExample => ({
        variant: tuned.name,
        gauge,
        id,
        cluster,
        flip: value === 1 ? "broken" : "repaired",
        from: word!,
        to: now.word!,
      }));
  });
}
