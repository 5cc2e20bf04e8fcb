import { adapterFault, checkAdapterSettings } from "./adapter_config.ts";
import { findAdapterTensors } from "./adapter_weights.ts";

/**
 * Looks at an adapter's folder before its base model is here: that its `adapter_config.json` is of a
 * kind that is computed, and that its weights are there and whole by their header. Whether they fit
 * the model is checked by `loadAdapter`.
 *
 * @param dir The folder.
 * @throws {UsageError} If the folder or a file is missing or damaged.
 */
export async function checkAdapterFiles(dir: string): Promise<void> {
  await checkAdapterSettings(dir);
  const tensors = await findAdapterTensors(dir);
  if (tensors.size === 0) throw adapterFault(dir, "it holds no LoRA weights");
}
