/**
 * Multiple choice: MMLU's questions or your own, the balanced suite, the standard few-shot text.
 *
 * Nothing here runs a model: a prompt is text, and its score is made of the log-probabilities of
 * `" A"` and the letters after it, as many as the question has choices.
 * {@link MMLU_PROMPT_VERSION} names the text.
 *
 * @example From a folder to a prompt (not run: needs MMLU)
 * ```ts ignore
 * const data = await loadMultipleChoice("mmlu_db/sample");
 * const suite = selectSuite(data, { perCategory: 50, seed: 42 });
 * const prompts = suite.map((one) => mmluPrompt(one, devShots(data, one.subject, 4)));
 * ```
 *
 * @module
 */
export * from "./light.ts";
export { fetchMmlu } from "./fetch.ts";
export { fewerQuestions, fewerShots } from "./fewer.ts";
export { chanceOf, letterCount, LETTERS } from "./letters.ts";
export { loadMmlu } from "./load_mmlu.ts";
export { loadMultipleChoice } from "./load_multiple_choice.ts";
export { type OwnItemsOptions } from "./own_data/load_own_items.ts";
export { devShots, MMLU_PROMPT_VERSION, type MmluPrompt, mmluPrompt } from "./mmlu_prompt.ts";
export { ITEM_KEYS, type ItemRecord, type OwnItem } from "./own_data/own_item.ts";
export { parseCsvItems, parseJsonItems } from "./own_data/parse_items.ts";
export { selectSuite, type SelectSuiteOptions, type SuiteSource } from "./select_suite.ts";
export type { MmluData, MmluQuestion } from "./types.ts";
