import { formatCount, formatNats, formatPercent } from "../words/format_numbers.ts";
import { markdownTable } from "./markdown_table.ts";

/** One measure of a variant that was recorded and answered again. */
export interface RepeatedRow {
  /** Verdicts on SQL, chosen letters, or scored passages. */
  readonly measure: "sql" | "mmlu" | "prose";
  /** Examples. */
  readonly n: number;
  /** Examples with the same answer as recorded. */
  readonly same: number;
  /** The recorded value: a share of right answers, or nats a token. */
  readonly recorded: number;
  /** The value of the repetition. */
  readonly repeated: number;
}

const WHAT = {
  sql: "SQL, verdicts",
  mmlu: "multiple choice, letters",
  prose: "general text, nats a token to four decimals",
} as const;

/** What of a recorded variant came again, a row a measure. */
export function repetitionTable(rows: readonly RepeatedRow[]): string {
  const value = (measure: RepeatedRow["measure"], number: number): string =>
    measure === "prose" ? formatNats(number, 4) : formatPercent(number);
  const right = (title: string) => ({ title, align: "right" }) as const;
  return markdownTable(
    [{ title: "answers" }, ...["n", "the same", "share", "recorded", "now"].map(right)],
    rows.map(({ measure, n, same, recorded, repeated }) => [
      WHAT[measure],
      formatCount(n),
      formatCount(same),
      formatPercent(same / n),
      value(measure, recorded),
      value(measure, repeated),
    ]),
  );
}
