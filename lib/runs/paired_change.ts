import { z } from "zod";
import { TEXT } from "../ground/mod.ts";
import type { RecordOf } from "../ground/mod.ts";
import type { Evidence } from "../stats/mod.ts";
import { EVIDENCE, PERCENTAGE_CHANGE, SCORE_EVIDENCE, VERDICT } from "./_estimate_schemas.ts";

/** The keys of {@linkcode PairedChange}. */
export const PAIRED_CHANGE_KEYS = {
  /** All that any interval or p-value needs. */
  evidence: EVIDENCE,
  /** The word that both 95 % intervals allow. */
  verdict: VERDICT,
};

/** A paired change of one measure, `tuned - base` on the same examples. */
export interface PairedChange<E extends Evidence = Evidence>
  extends RecordOf<typeof PAIRED_CHANGE_KEYS> {
  /** All that any interval or p-value needs. */
  readonly evidence: E;
}

/** A paired change. */
export const PAIRED_CHANGE = z.strictObject(PAIRED_CHANGE_KEYS);

/** The keys of {@linkcode ScoreChange}. */
export const SCORE_CHANGE_KEYS = {
  ...PAIRED_CHANGE_KEYS,
  evidence: SCORE_EVIDENCE,
  /** McNemar's mid-p, two-sided, examples as the unit. */
  midP: z.number().min(0).max(1),
  /** The change relative to the base score (0.1 is 10 % more); `null` where the base has none right. */
  percent: PERCENTAGE_CHANGE.nullable(),
};

/** A paired change of an accuracy. */
export interface ScoreChange extends RecordOf<typeof SCORE_CHANGE_KEYS> {}

/** A paired change of an accuracy, checked. */
export const SCORE_CHANGE = z.strictObject(SCORE_CHANGE_KEYS);

/** Paired changes of an accuracy by a group's name. */
export const BY_GROUP = z.record(TEXT, SCORE_CHANGE);
