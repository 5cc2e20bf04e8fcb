/**
 * Where MMLU comes from: what can be said of the room without loading a package. `mod.ts` has all
 * of this too.
 *
 * @module
 */
export { MMLU_URL } from "./mmlu_url.ts";
