import { markdownText } from "../words/markdown_text.ts";
import { ALL } from "./groups.ts";
import type { AccuracyRow, ChangeRow, Measure, VariantRows } from "./row_types.ts";

/** The name of the base model in every table. */
export const BASE_NAME = "base";

/** The base model's name with the label of a study that is not on the real data sets, as Markdown. */
export function studyName({ model, label }: Pick<VariantRows, "model" | "label">): string {
  const name = markdownText(model);
  return label === undefined ? name : `${name} (${markdownText(label)})`;
}

/**
 * The variants that sentences are about: those whose claims were adjusted; without any, those that
 * stand for their recipe (finished, full scale, first seed); without any, all.
 */
export function spokenVariants(
  rows: Pick<VariantRows, "tradeOff" | "changes">,
): string[] {
  const names = rows.tradeOff.map(({ variant }) => variant);
  const primary = new Set(
    rows.changes.filter(({ adjusted }) => adjusted).map(({ variant }) => variant),
  );
  if (primary.size > 0) return names.filter((name) => primary.has(name));
  const plain = rows.tradeOff.filter(({ variant, origin }) => variant === origin.source);
  return plain.length > 0 ? plain.map(({ variant }) => variant) : names;
}

/**
 * The rows of the base model and of the variants that sentences are about ({@linkcode
 * spokenVariants}): what a figure of bars has room for, however many variants there are.
 */
export function spokenRows<Row extends { readonly variant: string }>(
  rows: Pick<VariantRows, "tradeOff" | "changes">,
  list: readonly Row[],
): Row[] {
  const shown = new Set([BASE_NAME, ...spokenVariants(rows)]);
  return list.filter(({ variant }) => shown.has(variant));
}

/** So many variants, the base model among them, have room in a figure of bars by group. */
const MOST_BARS = 4;

/**
 * The rows of the variants that a figure of bars by group shows, four at most, in their order: the
 * base model, the recommended variant, and the first ones that sentences are about.
 */
export function barRows<Row extends { readonly variant: string }>(
  rows: Pick<VariantRows, "tradeOff" | "changes">,
  list: readonly Row[],
): Row[] {
  const recommended = rows.tradeOff.filter((row) => row.recommended).map(({ variant }) => variant);
  const wanted = new Set([BASE_NAME, ...recommended, ...spokenVariants(rows)]);
  const shown = [...wanted].slice(0, MOST_BARS);
  return list.filter(({ variant }) => shown.includes(variant));
}

/** A variant's accuracy over all examples; `undefined` where it was not measured. */
export function overallAccuracy(
  { accuracy }: Pick<VariantRows, "accuracy">,
  measure: AccuracyRow["measure"],
  variant: string,
): AccuracyRow | undefined {
  return accuracy.find((row) =>
    row.measure === measure && row.variant === variant && row.group === ALL
  );
}

/** A variant's change over all examples; `undefined` where it was not measured. */
export function overallChange(
  { changes }: Pick<VariantRows, "changes">,
  measure: Measure,
  variant: string,
): ChangeRow | undefined {
  return changes.find((row) =>
    row.measure === measure && row.variant === variant && row.group === ALL
  );
}

/** {@linkcode overallAccuracy} where it has to be there. @throws {RangeError} If it was not measured. */
export function neededAccuracy(
  rows: Pick<VariantRows, "accuracy">,
  measure: AccuracyRow["measure"],
  variant: string,
): AccuracyRow {
  return needed(overallAccuracy(rows, measure, variant), `${measure} for "${variant}"`);
}

/**
 * What is there, or an error that says what is missing.
 *
 * @throws {RangeError} If it is `undefined`.
 */
export function needed<T>(found: T | undefined, what: string): T {
  if (found !== undefined) return found;
  throw new RangeError(`Cannot state a finding as there is no row of ${what}`);
}
