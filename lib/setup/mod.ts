/**
 * What must be on the machine before a study can run, each part made once and
 * found again: the Python environment, the base model, the sample's databases.
 *
 * @example A study's base model (not run: downloads 98 MB the first time)
 * ```ts ignore
 * const dir = await ensureModel(loadConfig("config/sample.json"), SILENT);
 * ```
 *
 * @module
 */
export type { DownloadOptions } from "../fetch/mod.ts";
export type { Progress } from "../ground/mod.ts";
export type { StudyConfig } from "../runs/mod.ts";
export { hubCacheDir, snapshotDir } from "./_hub_cache.ts";
export type { HubDownloadOptions } from "./_hub_download.ts";
export { AVERAGE_FILE, type HubKind } from "./_hub_listing.ts";
export { findModelFolder } from "./_model_folder.ts";
export {
  cudaLibraryPath,
  type CudaMajor,
  type CudaProviderOptions,
  ensureCudaProvider,
} from "./cuda_provider.ts";
export { EMBEDDED_MODEL_DIR, ensureEmbeddedModel } from "./embedded_model.ts";
export { ensureModel, type ReadyModel } from "./ensure_model.ts";
export { ensureSample } from "./ensure_sample.ts";
export { findPython } from "./find_python.ts";
export { ensureHubAdapter, type HubModel, type HubModelOptions, isHubId } from "./hub_model.ts";
export { ensurePythonEnv, VENV_PYTHON } from "./python_env.ts";
export { type CommandResult, eachLine, runCommand, type RunCommandOptions } from "./run_command.ts";
