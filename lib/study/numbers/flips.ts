import { alignById } from "../../stats/mod.ts";
import type { VariantAnswers } from "./answers.ts";
import { letterName } from "../../stats/mod.ts";
import { outcome } from "./compare_variants.ts";

/** An example that one variant has right and the other one has not. */
export interface FlippedExample {
  /** The variant that is compared. */
  readonly variant: string;
  /** Which measure it is an example of. */
  readonly gauge: "sql" | "mmlu";
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
  const flip = (before: boolean): FlippedExample["flip"] => before ? "broken" : "repaired";
  const sql = alignById(base.verdicts, tuned.verdicts)
    .filter((pair) => pair.base.official !== pair.tuned.official)
    .map((pair): FlippedExample => ({
      variant: tuned.name,
      gauge: "sql",
      id: pair.id,
      cluster: pair.base.dbId,
      flip: flip(pair.base.official),
      from: outcome(pair.base),
      to: outcome(pair.tuned),
    }));
  const mmlu = alignById(base.letters, tuned.letters)
    .filter((pair) => pair.base.correct !== pair.tuned.correct)
    .map((pair): FlippedExample => ({
      variant: tuned.name,
      gauge: "mmlu",
      id: pair.id,
      cluster: pair.base.subject,
      flip: flip(pair.base.correct),
      from: letterName(pair.base.chosen),
      to: letterName(pair.tuned.chosen),
    }));
  return [...sql, ...mmlu];
}
