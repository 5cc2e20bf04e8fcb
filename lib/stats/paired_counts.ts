/** How two variants did on the same examples, as counts. */
export interface PairedCounts {
  /** Examples. */
  readonly n: number;
  /** Wrong before, right after. */
  readonly gained: number;
  /** Right before, wrong after. */
  readonly lost: number;
}
