import type { StepResult, StudyRows, TradeOffRow } from "../rows/row_types.ts";
import { changeCell } from "./change_cells.ts";
import type { PaperContext } from "./paper_inputs.ts";
import { typstTable } from "./paper_tables.ts";
import { focusOf } from "./paper_variants.ts";
import { nameIn, type TableWord } from "./paper_words.ts";
import { identifierOf, typstCell, type TypstMarkup } from "./typst_text.ts";

const RESULTS: Readonly<Record<StepResult, TableWord>> = {
  "passed": "yes",
  "not passed": "no",
  "untested": "untested",
};

/** The steps of a variant's own path, its scales ascending; empty where it has one alone. */
export function stepRows({ plan, tradeOff }: StudyRows, name: string): TradeOffRow[] {
  const path = plan.paths.find(({ variants }) => variants.includes(name));
  const rows = (path?.variants ?? []).flatMap((step) =>
    tradeOff.filter(({ variant }) => variant === step)
  );
  return rows.length > 1 ? rows : [];
}

/**
 * What is left of both sides as the main variant, and the one that forgets most, are scaled down,
 * and whether the tolerated loss is excluded; `null` where there is one scale alone.
 */
export function stepTable({ rows, words, variants }: PaperContext): TypstMarkup | null {
  const { table, texts } = words;
  const { gauge } = rows.plan;
  const body = focusOf(variants).flatMap((name) => {
    const steps = stepRows(rows, name);
    if (steps.length === 0) return [];
    return [
      [`table.cell(colspan: 4, [${identifierOf(steps.at(-1)!.variant).typst}])`],
      ...steps.map(({ origin, sql, step, ...row }) => [
        typstCell(texts.numbers(String(origin.scale ?? 1))),
        changeCell(words, sql),
        changeCell(words, row[gauge]),
        typstCell(step === undefined ? "" : table[RESULTS[step]]),
      ]),
    ];
  });
  if (body.length === 0) return null;
  const head = (measure: "sql" | typeof gauge): string => nameIn(words, rows.titles[measure]);
  return typstTable(
    [table.scale, head("sql"), head(gauge), table.excluded],
    body,
    ["1fr", "1fr", "auto"],
  );
}
