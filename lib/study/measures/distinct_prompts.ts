import type { Prompt } from "../../engine/mod.ts";
import { promptHash } from "../answers/sample_identity.ts";

/** How many prompts differ to the model: data sets repeat questions, and the same is asked once. */
export function distinctPrompts(prompts: readonly Prompt[]): number {
  return new Set(prompts.map(promptHash)).size;
}
