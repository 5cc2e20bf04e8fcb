import type { ChangeRow, StudyRows } from "../rows/row_types.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { UNADJUSTED_NOTE } from "../words/verdict_words.ts";
import { changesTable } from "./change_table.ts";

/** A table of changes of one unit, with what its columns are. */
export function changeParts(study: StudyRows, measures: readonly ChangeRow["measure"][]): string[] {
  const rows = study.changes.filter(({ measure }) => measures.includes(measure));
  if (rows.length === 0) return [];
  const unit = unitOf(measures[0]!);
  const lower = betterOf(measures[0]!) === "lower" ? ", lower is better" : "";
  const counted = rows.some(({ evidence }) => evidence.kind === "score");
  const unadjusted = rows.some(({ adjusted }) => !adjusted);
  return [
    changesTable(rows, study.titles),
    `Changes are in ${
      unit === "points" ? "percentage points" : unit
    }${lower}, tuned less base on ` +
    "the same examples; the 95 % interval is the wider of those by examples and by clusters, and " +
    "the finding follows both." + (counted ? " Gained and lost count examples." : "") +
    (unadjusted ? ` ${UNADJUSTED_NOTE}` : ""),
  ];
}
