import { z } from "zod";
import { COUNT, type RecordOf, TEXT, together } from "../ground/mod.ts";

/** The keys of {@linkcode SuiteCounts}. */
export const SUITE_COUNT_KEYS = {
  /** What the data is called in tables and figures, such as "MMLU". */
  title: TEXT,
  /** Examples that the config selects. */
  asked: COUNT,
  /** Examples with a score: the n of every overall number. */
  scored: COUNT,
  /** Examples that could not be scored because data is missing. */
  missing: COUNT,
};

/** `asked = scored + missing`. */
export interface SuiteCounts extends RecordOf<typeof SUITE_COUNT_KEYS> {}

/** The counts, checked: what was asked is scored or missing. */
export function summing<S extends z.ZodType<SuiteCounts>>(schema: S): S {
  return together(
    schema,
    ({ asked, scored, missing }) =>
      asked === scored + missing ? undefined : { rule: "counts with asked = scored + missing" },
  );
}
