import { needed, overallAccuracy, tunedVariants } from "./study_lookup.ts";
import type { VariantRows } from "./row_types.ts";

/**
 * The tuned variant that is best on text-to-SQL, the first one of equals: for looking at examples,
 * not for reporting its score, as the best of several looks better than it is.
 *
 * @throws {RangeError} If there is no tuned variant, or text-to-SQL was not measured.
 */
export function bestVariant(rows: VariantRows): string {
  const [first, ...others] = tunedVariants(rows);
  if (first === undefined) throw new RangeError("Cannot name the best variant: there is none");
  const mean = (variant: string): number =>
    needed(overallAccuracy(rows, "sql", variant), `sql for "${variant}"`).mean;
  return others.reduce((best, variant) => mean(variant) > mean(best) ? variant : best, first);
}
