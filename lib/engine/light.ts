/**
 * What an engine on a GPU can begin with before the engine itself is loaded. `mod.ts` has all of this
 * too.
 *
 * @module
 */
export { spareCudaThread } from "./cuda/cuda_provider.ts";
export { seesSeveralGpus } from "./cuda/visible_gpus.ts";
export type { SpareThread } from "./graph/light.ts";
