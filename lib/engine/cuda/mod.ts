/**
 * The engine on an NVIDIA GPU.
 *
 * @module
 */
export { CudaEngine, type CudaEngineOptions, openCudaEngine } from "./cuda_engine.ts";
export { spareCudaThread } from "./cuda_provider.ts";
export { type HalfType, storedHalfType } from "./half_precision.ts";
export type { MemoryPlan } from "./memory_plan.ts";
export type { Decoding } from "./paged_attention.ts";
export type { PlanEvent, RunEvent } from "./planned_runs.ts";
export type { BundleCost, RunLimits } from "./run_plan.ts";
export type { BundleShape } from "./bundles/bundle_shape.ts";
export type { SpareThread } from "../graph/mod.ts";
export { seesSeveralGpus, visibleGpus } from "./visible_gpus.ts";
