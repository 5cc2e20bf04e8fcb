import type { Checkpoint } from "../checkpoint/mod.ts";

const DEFAULT_CONTEXT = 8192;

/** Tokens of a prompt with its completion where none are asked for: the model's own limit, at most 8,192. */
export function defaultContextLength({ config }: Pick<Checkpoint, "config">): number {
  return Math.min(config.maxPositions, DEFAULT_CONTEXT);
}
