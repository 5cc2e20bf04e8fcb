import type { Comparison, Summary, VariantSummary } from "../../runs/mod.ts";
import type { Proportion } from "../../stats/mod.ts";
import type { AccuracyRow, ChangeRow, CoverageRow, Measure, StudyRows } from "../rows/row_types.ts";
import type { Placed } from "../rows/placed.ts";

/** A part of a report: a title, and paragraphs or tables below it; empty ones are left out. */
export interface Part {
  /** The title, as Markdown. */
  readonly title: string;
  /** What stands below it, as Markdown. */
  readonly body: readonly string[];
}

/** Makes the rows of changes of one comparison. */
export interface ChangeRowMaker {
  /** The row of one change. */
  row(measure: Measure, group: string, change: Placed): ChangeRow;
  /** A row for each named change. */
  named(measure: Measure, changes: Readonly<Record<string, Placed>>): ChangeRow[];
  /** The same without those that are of all examples of another one. */
  groups(measure: Measure, changes: Readonly<Record<string, Placed>>, all: Placed): ChangeRow[];
}

/** How one kind of question is shown: its rows, its words and its part of a study's report. */
export interface ShownMeasure {
  /** What its data are called where a study does not say. */
  readonly title: string;
  /** What it is called in facts on a study, such as "SQL". */
  readonly name: string;
  /** What its intervals are clustered by, such as "topic". */
  readonly cluster: string;
  /** One of its examples, such as "passage". */
  readonly item: string;
  /** What a repetition compares, such as "SQL, verdicts". */
  readonly repeated: string;
  /** The hub's names of its task and metric, and what its score is. */
  readonly hub: { readonly task: string; readonly metric: string; readonly score: string };
  /** The accuracies of a variant, "all" last; none of a measure that is no accuracy. */
  accuracy(variant: VariantSummary): AccuracyRow[];
  /** Every change of a comparison, in the order in which they are reported. */
  changes(comparison: Comparison, make: ChangeRowMaker): ChangeRow[];
  /** How many examples there are, if any. */
  coverage(counts: Summary["counts"]): CoverageRow[];
  /** Its part of a study's report. */
  parts(study: StudyRows): Part[];
}

/** An accuracy as a row. */
export function accuracyRow(
  measure: AccuracyRow["measure"],
  variant: string,
  group: string,
  { successes, n, mean, ci95 }: Proportion,
): AccuracyRow {
  return { variant, group, successes, n, mean, ci95, measure };
}
