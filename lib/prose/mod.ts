/**
 * General text: passages, how they become tokens to score, and their cross-entropy.
 *
 * A second gauge of what a tuned model has lost, in nats a token, paired by passage and clustered
 * by topic. It works for small models too, which answer multiple choice at chance. Nothing here
 * runs a model: an engine turns a prompt's tokens into log-probabilities.
 * {@link PROSE_PROMPT_VERSION} names how a passage becomes tokens.
 *
 * @example From the sample to the change of a tuned variant (not run: needs a model)
 * ```ts ignore
 * const { passages } = await loadPassages("prose_db/sample");
 * const prompts = passages.map((passage) => prosePrompt(passage, tokenizer));
 * const base = prompts.map((prompt, i) => proseScore(prompt, natsOfBase[i]));
 * const tuned = prompts.map((prompt, i) => proseScore(prompt, natsOfTuned[i]));
 * const { clusters, ...rates } = pairScores(base, tuned);
 * const change = meanEvidence(rates.base, rates.tuned, { clusters, better: "lower" });
 * ```
 *
 * @module
 */
export { type CrossEntropy, crossEntropy, natsPerToken } from "./cross_entropy.ts";
export { loadPassages } from "./load_passages.ts";
export { OtherPassageError, type PairedScores, pairScores } from "./pair_scores.ts";
export { type Passage, PASSAGE_KEYS } from "./parse_passages.ts";
export {
  cutNotice,
  PROSE_PROMPT_VERSION,
  type ProsePrompt,
  prosePrompt,
  proseScore,
  type ProseTokenizer,
} from "./prose_prompt.ts";
export type { ProseData, ProseScore } from "./types.ts";
