import { z } from "zod";
import { COUNT, TEXT } from "../../ground/mod.ts";
import { byReading, HARDNESS_LEVELS } from "../../sql/mod.ts";

/** A verdict, as `evaluate`, `judge` and a study write it; other keys are not looked at. */
export const VERDICT = z.object({
  variant: TEXT.optional(),
  id: TEXT,
  dbId: TEXT,
  hardness: z.enum(HARDNESS_LEVELS),
  status: TEXT,
  ...byReading(() => z.boolean()),
  errorClass: TEXT.optional(),
  finishReason: z.enum(["stop", "length"]).optional(),
  cutInReasoning: z.boolean().optional(),
  shots: COUNT.optional(),
  message: z.string().optional(),
  sql: z.string().optional(),
  wrote: z.string().optional(),
});

/** An answer to a multiple-choice question, as `mmlu` and a study write it. */
export const LETTER = z.object({
  variant: TEXT.optional(),
  id: TEXT,
  subject: TEXT,
  category: TEXT,
  chosen: COUNT,
  correct: z.boolean(),
  answer: COUNT.optional(),
  logProbs: z.array(z.number().max(0)).optional(),
  written: COUNT.nullable().optional(),
});
