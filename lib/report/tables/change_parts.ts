import type { ChangeRow, GaugeTitles, StudyRows } from "../rows/row_types.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { UNADJUSTED_NOTE } from "../words/verdict_words.ts";
import { changesTable } from "./change_table.ts";

/** A table for each unit that changes have, under a line with the unit and which way is better. */
export function tablesByUnit(rows: readonly ChangeRow[], titles: GaugeTitles): string[] {
  return [...Map.groupBy(rows, ({ measure }) => unitOf(measure)).values()].map((own) =>
    `Changes are in ${unitWords(own[0]!.measure)}.\n\n${changesTable(own, titles)}`
  );
}

/** "percentage points", "nats a token, lower is better". */
function unitWords(measure: ChangeRow["measure"]): string {
  const unit = unitOf(measure);
  const lower = betterOf(measure) === "lower" ? ", lower is better" : "";
  return `${unit === "points" ? "percentage points" : unit}${lower}`;
}

/** A table of changes of one unit, with what its columns are. */
export function changeParts(study: StudyRows, measures: readonly ChangeRow["measure"][]): string[] {
  const rows = study.changes.filter(({ measure }) => measures.includes(measure));
  if (rows.length === 0) return [];
  const counted = rows.some(({ evidence }) => evidence.kind === "score");
  const unadjusted = rows.some(({ adjusted }) => !adjusted);
  return [
    changesTable(rows, study.titles),
    `Changes are in ${unitWords(measures[0]!)}, tuned less base on ` +
    "the same examples; the 95 % interval is the wider of those by examples and by clusters, and " +
    "the finding follows both." + (counted ? " Gained and lost count examples." : "") +
    (unadjusted ? ` ${UNADJUSTED_NOTE}` : ""),
  ];
}
