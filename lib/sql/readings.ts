/** Raised when the rules of the verdict change, so that no kept verdict of other rules is used. */
export const VERDICT_VERSION = 3;

/** The readings of "the rows agree", each with its rule, to follow its name. */
export const READING_RULES = {
  /** What the benchmark's own script says. */
  official: "as Spider's own script, which leaves DISTINCT out",
  /** The bag of rows as written, whatever their order. */
  assignment: "the bag of rows as written, in any order",
  /** DISTINCT kept, columns in order, rows in order where the gold orders them. */
  strict: "DISTINCT kept, columns in order, rows in order where the gold orders them",
} as const;

/** A reading of "the rows agree". */
export type Reading = keyof typeof READING_RULES;

/**
 * What a match scores where the metric is given nothing else. The assignment's text has 1.8, in its list
 * of steps and in its code alike; it is evidently a slip for 1.0, and kept as written. Accuracy does
 * not depend on it: it is passes / n.
 */
export const ASSIGNMENT_SUCCESS_SCORE = 1.8;

/** The readings, in the order in which they are reported. */
export const READINGS = Object.keys(READING_RULES) as readonly Reading[];

/** A value for each reading. */
export type ByReading<T> = { readonly [R in keyof typeof READING_RULES]: T };

/** Makes a value for each reading, in their order. */
export function byReading<T>(make: (reading: Reading) => T): ByReading<T> {
  return Object.fromEntries(READINGS.map((name) => [name, make(name)])) as ByReading<T>;
}
