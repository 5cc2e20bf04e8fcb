import { z } from "zod";
import type { RecordOf } from "./check_record.ts";

/** The keys of {@linkcode ChatSettings}. */
export const CHAT_KEYS = {
  /**
   * Whether templates that can reason (Qwen3, SmolLM3) are rendered in reasoning mode. A reasoning
   * part takes hundreds of tokens: raise `spider.maxNewTokens` with it.
   */
  thinking: z.boolean().default(false),
  /**
   * The day that templates which write today's date (Llama 3.2, SmolLM3) get. The default is that
   * of Llama's own template. No prompt changes by the day.
   */
  date: z.string().refine(calendarDay)
    .meta({ allowed: "a day of the calendar as YYYY-MM-DD" }).default("2024-07-26"),
};

/** How a model's chat template is rendered, at training and at evaluation alike. */
export interface ChatSettings extends RecordOf<typeof CHAT_KEYS> {}

/** What a config without a `chat` section says. */
export const CHAT_DEFAULTS: ChatSettings = z.strictObject(CHAT_KEYS).parse({});

/**
 * The midnight (UTC) at which a day of the calendar begins.
 *
 * @param text `YYYY-MM-DD`, from 1000-01-01 on.
 * @returns The moment, or `undefined` where there is no such day.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(calendarDay("2024-02-29")?.getUTCDay(), 4);
 * assert.equal(calendarDay("2023-02-29"), undefined);
 * ```
 */
export function calendarDay(text: string): Date | undefined {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  // a 30th of February is taken for the 1st of March
  return Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text) ? undefined : day;
}
