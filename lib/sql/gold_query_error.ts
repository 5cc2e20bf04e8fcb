/**
 * A gold statement that cannot be run to its end: a fault of the data set or of the limits, never
 * of the model. Judging stops on it, since a verdict without a gold result would be invented.
 */
export class GoldQueryError extends Error {
  /** By which it is told from other faults. */
  override readonly name = "GoldQueryError";
  /** Which example, or an empty text when the caller gave no id. */
  readonly exampleId: string;
  /** Which database: its id, or its path when the caller gave no id. */
  readonly dbId: string;
  /** The gold statement. */
  readonly sql: string;
  /** Why it failed. */
  readonly reason: string;

  /** Makes the error from what was run and the reason why it failed. */
  constructor(detail: { exampleId: string; dbId: string; sql: string; reason: string }) {
    const example = detail.exampleId === "" ? "" : ` of example "${detail.exampleId}"`;
    super(
      `Cannot run the gold statement${example} on "${detail.dbId}": ${detail.reason}: ${detail.sql}`,
    );
    this.exampleId = detail.exampleId;
    this.dbId = detail.dbId;
    this.sql = detail.sql;
    this.reason = detail.reason;
  }
}
