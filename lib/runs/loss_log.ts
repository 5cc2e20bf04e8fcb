import { z } from "zod";
import { COUNT, jsonLines, type RecordOf, together } from "../ground/mod.ts";

const ALLOWED = "a finite number > 0 (a loss that is not a number is logged as 0)";

const LOSS = z.number().gt(0).meta({ allowed: ALLOWED });

/** The keys of {@linkcode LossMark}. */
export const LOSS_MARK_KEYS = {
  /** The optimizer's step, counted from 1. */
  step: COUNT,
  /** The mean loss of the step's completion tokens in nats, with the penalty of `klWeight` in it. */
  loss: z.number().min(0).meta({ allowed: ALLOWED }),
  /** The norm of the step's gradient over all trained weights, before it is clipped. */
  gradient_norm: z.number().min(0).exactOptional(),
  /** Of a step with anchors: the mean divergence at their tokens in nats, without its weight. */
  divergence: z.number().exactOptional(),
  /** The rate of the step. */
  learning_rate: z.number().min(0).exactOptional(),
  /** Tokens seen so far. */
  tokens: COUNT.exactOptional(),
  /** Seconds trained so far. */
  seconds: z.number().min(0).exactOptional(),
  /** The loss on the held-out databases after the step, where it was measured. */
  held_out_loss: LOSS.exactOptional(),
};

/** One line of a training's `loss.jsonl`. */
export interface LossMark extends RecordOf<typeof LOSS_MARK_KEYS> {}

/** A trainer may log more than is read here. Of anchors alone a loss may be 0, as the divergence is. */
const MARK = together(
  z.looseObject(LOSS_MARK_KEYS),
  ({ loss, divergence }) =>
    loss === 0 && divergence !== 0 ? { rule: ALLOWED, path: ["loss"] } : undefined,
);

/**
 * The marks of a training's `loss.jsonl`, one JSON object a line.
 *
 * A loss of exactly 0 is none: no model is certain of every token, and trainers log a loss that is
 * not a number as 0. A step of anchors alone has the penalty as its loss, though, which is 0 as long
 * as the adapter has changed nothing: there the divergence is 0 too.
 *
 * @param log How to name the log in messages.
 * @throws {UsageError} If a line is not such an object; the message has its number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [mark] = parseLossLog('{"step": 1, "loss": 2.5, "tokens": 90}\n', "loss.jsonl");
 * assert.equal(mark?.loss, 2.5);
 * ```
 */
export function parseLossLog(text: string, log: string): readonly LossMark[] {
  return jsonLines(MARK, text, log).map(({ record }) => record);
}
