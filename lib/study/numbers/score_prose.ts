import { type CrossEntropy, crossEntropy, type ProseScore } from "../../prose/mod.ts";
import type { ProseScores } from "../../runs/mod.ts";
import { fromEntries } from "./groups.ts";

/** Cross-entropy of general text. */
export function scoreProse(scores: readonly ProseScore[]): ProseScores {
  const { passages, tokens, perPassage }: CrossEntropy = crossEntropy(scores);
  const kinds = [...new Set(scores.map(({ kind }) => kind))];
  return {
    passages,
    tokens,
    nats: perPassage,
    byKind: fromEntries(
      kinds,
      (kind) => crossEntropy(scores.filter((score) => score.kind === kind)).perPassage,
    ),
  };
}
