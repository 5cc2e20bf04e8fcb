/**
 * The engine on an NVIDIA GPU.
 *
 * @module
 */
export {
  CudaEngine,
  type CudaEngineOptions,
  openCudaEngine,
  type PlanEvent,
} from "./cuda_engine.ts";
export { storedHalfType } from "./device_weights.ts";
export type { Decoding } from "./paged_attention.ts";
