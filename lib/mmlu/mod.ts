/**
 * MMLU: its questions, the balanced suite, the standard few-shot text.
 *
 * Nothing here runs a model: a prompt is text, and its score is made of the log-probabilities of
 * `" A"` to `" D"` after it. {@link MMLU_PROMPT_VERSION} names the text.
 *
 * @example From a folder to a prompt (not run: needs MMLU)
 * ```ts ignore
 * const data = await loadMmlu("mmlu_db/sample");
 * const suite = selectSuite(data, { perCategory: 50, seed: 42 });
 * const prompts = suite.map((one) => mmluPrompt(one, devShots(data, one.subject, 4)));
 * ```
 *
 * @module
 */
export { fetchMmlu, MMLU_URL } from "./fetch.ts";
export { loadMmlu } from "./load_mmlu.ts";
export {
  devShots,
  LETTERS,
  MMLU_PROMPT_VERSION,
  type MmluPrompt,
  mmluPrompt,
} from "./mmlu_prompt.ts";
export { parseQuestions, type QuestionRow } from "./parse_questions.ts";
export { selectSuite, type SelectSuiteOptions } from "./select_suite.ts";
export { type MmluCategory, SUBJECT_CATEGORIES, SUITE_CATEGORIES } from "./subject_categories.ts";
export type { MmluData, MmluQuestion } from "./types.ts";
