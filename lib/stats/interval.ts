/** A two-sided interval, `[low, high]` with `low <= high`, in the unit of the estimate it goes with. */
export type Interval = readonly [low: number, high: number];
