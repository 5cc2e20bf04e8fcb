import { formatDifference, formatEstimate, formatPValue, formatSigned } from "./format_numbers.ts";
import { markdownTable } from "./markdown_table.ts";
import type { AccuracyRow, ChangeRow, CountRow, DifferenceRow, StudyRows } from "./rows.ts";
import { AT_CHANCE_NOTE } from "./trade_off_figure.ts";

const NAMES = { sql: "SQL execution accuracy", mmlu: "MMLU" } as const;

/**
 * A study as Markdown: accuracies by group, verdict counts, and paired differences to the base
 * model, every number with its n and its 95 % interval.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function summaryTable(study: StudyRows): string {
  const label = study.label === undefined ? "" : ` (${study.label})`;
  const sql = study.accuracy.filter((row) => row.measure === "sql");
  const mmlu = study.accuracy.filter((row) => row.measure === "mmlu");
  return [
    `## ${study.model}${label}\n`,
    `### SQL execution accuracy by hardness${label}\n`,
    accuracyTable(sql),
    `### SQL verdicts${label}\n`,
    countsTable(study.counts),
    `### MMLU accuracy by category${label}\n`,
    accuracyTable(mmlu),
    `### Paired differences to the base model${label}\n`,
    differencesTable(study.differences, study.changes),
  ].join("\n");
}

/**
 * Accuracies, one row a variant and one column a group: percentage, interval, raw counts.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function accuracyTable(rows: readonly AccuracyRow[]): string {
  const groups = [...new Set(rows.map((row) => row.group))];
  const variants = [...new Set(rows.map((row) => row.variant))];
  return markdownTable(
    [{ title: "model" }, ...groups.map((title) => ({ title, align: "right" as const }))],
    variants.map((variant) => [
      variant,
      ...groups.map((group) => {
        const row = rows.find((row) => row.variant === variant && row.group === group);
        return row === undefined ? "" : `${formatEstimate(row)}, ${row.successes}/${row.n}`;
      }),
    ]),
  );
}

/** Raw counts of verdicts: successes, failures, and every status that occurs. */
export function countsTable(rows: readonly CountRow[]): string {
  const statuses = [...new Set(rows.map((row) => row.status))].filter((s) => s !== "match");
  const variants = [...new Set(rows.map((row) => row.variant))];
  const columns = ["n", "success", "failure", ...statuses];
  return markdownTable(
    [{ title: "model" }, ...columns.map((title) => ({ title, align: "right" as const }))],
    variants.map((variant) => {
      const own = rows.filter((row) => row.variant === variant);
      const count = (status: string): number =>
        own.find((row) => row.status === status)?.count ?? 0;
      const n = own[0]?.n ?? 0;
      const numbers = [n, count("match"), n - count("match"), ...statuses.map(count)];
      return [variant, ...numbers.map(String)];
    }),
  );
}

/**
 * Paired differences in percentage points with their intervals, the examples behind them, and the
 * percentage change where one can be stated.
 *
 * @throws {RangeError} If a number is not finite.
 */
export function differencesTable(
  rows: readonly DifferenceRow[],
  changes: readonly ChangeRow[],
): string {
  return markdownTable(
    [
      { title: "measure" },
      { title: "model" },
      { title: "group" },
      { title: "n", align: "right" },
      { title: "difference (points)", align: "right" },
      { title: "gained", align: "right" },
      { title: "lost", align: "right" },
      { title: "McNemar p", align: "right" },
      { title: "change", align: "right" },
    ],
    rows.map((row) => {
      const change = changes.find((change) =>
        change.measure === row.measure && change.variant === row.variant &&
        change.group === row.group
      );
      return [
        NAMES[row.measure],
        row.variant,
        row.group,
        String(row.n),
        formatDifference(row),
        String(row.gained),
        String(row.lost),
        formatPValue(row.pValue),
        change === undefined ? "" : changeText(change.change),
      ];
    }),
  );
}

function changeText(change: ChangeRow["change"]): string {
  switch (change.kind) {
    case "relative": {
      const [low, high] = change.ci95;
      return `${formatSigned(change.mean)} % [${formatSigned(low)}, ${formatSigned(high)}]`;
    }
    case "at_chance":
      return AT_CHANCE_NOTE.replace("MMLU ", "");
    case "base_zero":
      return "base is 0: no ratio";
  }
}
