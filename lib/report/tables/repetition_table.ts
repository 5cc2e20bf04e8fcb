import type { Gauge } from "../../runs/mod.ts";
import { formatCount, formatNats, formatPercent } from "../words/format_numbers.ts";
import { unitOf } from "../words/measures.ts";
import { SHOWN } from "../measures/measures.ts";
import { markdownTable, rightTitle } from "./markdown_table.ts";

/** One measure of a variant that was recorded and answered again. */
export interface RepeatedRow {
  /** Verdicts on SQL, chosen letters, or scored passages. */
  readonly measure: Gauge;
  /** Examples that were recorded, and answered again. */
  readonly n: number;
  /** Those with the same verdict or letter; of passages, with the same nats to four decimals. */
  readonly same: number;
  /** The recorded value: a share of right answers, or nats a token. */
  readonly recorded: number;
  /** The value of the repetition. */
  readonly repeated: number;
}

/** What of a recorded variant came again, a row a measure. */
export function repetitionTable(rows: readonly RepeatedRow[]): string {
  const value = (measure: Gauge, number: number): string =>
    unitOf(measure) !== "points" ? formatNats(number, 4) : formatPercent(number);
  return markdownTable(
    [{ title: "answers" }, ...["n", "the same", "share", "recorded", "now"].map(rightTitle)],
    rows.map(({ measure, n, same, recorded, repeated }) => [
      SHOWN[measure].repeated,
      formatCount(n),
      formatCount(same),
      formatPercent(same / n),
      value(measure, recorded),
      value(measure, repeated),
    ]),
  );
}
