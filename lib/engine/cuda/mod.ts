/**
 * The engine on an NVIDIA GPU.
 *
 * @module
 */
export { CudaEngine, type CudaEngineOptions, openCudaEngine } from "./cuda_engine.ts";
export { storedHalfType } from "./half_precision.ts";
export type { Decoding } from "./paged_attention.ts";
export type { PlanEvent } from "./planned_runs.ts";
