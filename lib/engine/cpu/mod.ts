/**
 * The engine on the CPU.
 *
 * @module
 */
export { CpuEngine, type CpuEngineOptions, openCpuEngine } from "./cpu_engine.ts";
