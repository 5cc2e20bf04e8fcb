/**
 * Statistics of scores: proportions, paired differences, tests and intervals.
 *
 * @module
 */
export { pcg32, type Pcg32Options } from "./pcg32.ts";
export { shuffled } from "./shuffled.ts";
