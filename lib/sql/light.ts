/**
 * The readings of "equal" by name: what can be said of the room without loading a package.
 * `mod.ts` has all of this too.
 *
 * @module
 */
export {
  ASSIGNMENT_SUCCESS_SCORE,
  type ByReading,
  byReading,
  type Reading,
  READING_RULES,
  READINGS,
} from "./readings.ts";
