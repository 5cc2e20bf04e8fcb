import type { Prompt } from "../../engine/mod.ts";

/** Tokens of prompts, each shared part counted once. */
export function distinctTokens(prompts: readonly Prompt[]): number {
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0);
  const prefixes = new Map(prompts.map(({ prefix }) => [prefix.join(), prefix.length]));
  return sum([...prefixes.values()]) + sum(prompts.map(({ suffix }) => suffix.length));
}
