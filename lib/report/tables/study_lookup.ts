import { markdownText } from "../markdown_text.ts";
import type { AccuracyRow, DifferenceRow, Measure, VariantRows } from "../rows.ts";

/** The name of the base model in every table. */
export const BASE_NAME = "base";

/** The base model's name with the label of a study that is not on the real data sets, as Markdown. */
export function studyName({ model, label }: Pick<VariantRows, "model" | "label">): string {
  const name = markdownText(model);
  return label === undefined ? name : `${name} (${markdownText(label)})`;
}

/** The tuned variants' names, in the order of the study. */
export function tunedVariants({ accuracy }: VariantRows): string[] {
  return [...new Set(accuracy.map((row) => row.variant))].filter((name) => name !== BASE_NAME);
}

/**
 * A variant's accuracy over all examples.
 *
 * @throws {RangeError} If the rows do not have it.
 */
export function overallAccuracy(
  { accuracy }: VariantRows,
  measure: Measure,
  variant: string,
): AccuracyRow {
  return found(accuracy, { measure, variant, group: "all" });
}

/**
 * A variant's paired difference to the base model over all examples.
 *
 * @throws {RangeError} If the rows do not have it.
 */
export function overallDifference(
  { differences }: VariantRows,
  measure: Measure,
  variant: string,
): DifferenceRow {
  return found(differences, { measure, variant, group: "all" });
}

/**
 * The one row of a measure, variant and group.
 *
 * @throws {RangeError} If there is none.
 */
export function found<
  Row extends { readonly measure: Measure; readonly variant: string; readonly group: string },
>(
  rows: readonly Row[],
  { measure, variant, group }: Pick<Row, "measure" | "variant" | "group">,
): Row {
  const row = rows.find((row) =>
    row.measure === measure && row.variant === variant && row.group === group
  );
  if (row === undefined) {
    throw new RangeError(
      `Cannot state a finding as there is no row of ${measure} for "${variant}" on "${group}"`,
    );
  }
  return row;
}
