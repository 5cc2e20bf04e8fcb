/**
 * Checkpoints and adapters as they lie in their folders: configuration, tensors, LoRA factors.
 *
 * @module
 */
export { checkAdapterFiles } from "./check_adapter_files.ts";
export {
  absentAdapterHash,
  type Adapter,
  changesNothing,
  loadAdapter,
  type LoraFactors,
  loraSites,
  type LoraTerm,
} from "./adapter.ts";
export { adapterFault, readAdapterFields } from "./adapter_config.ts";
export { adaptedLayers } from "./adapter_targets.ts";
export { isFinite } from "./adapter_weights.ts";
export { type Checkpoint, layerTensor, openCheckpoint } from "./checkpoint.ts";
export { type DecoderConfig, groupSize, hidingWindow } from "./decoder_config.ts";
export type { LayerAttention, LayerFormula } from "./families.ts";
export {
  type Int4Event,
  type Int4Options,
  type Int4Reason,
  openInt4Checkpoint,
} from "./int4/open_int4.ts";
export { INT4_SCHEME } from "./int4/int4_layout.ts";
export type { Int4Weight, StoredTensor } from "./int4/int4_weight.ts";
export { INT4_BLOCK } from "./int4/quantize_rows.ts";
export { readWeight } from "./int4/read_weight.ts";
export { weightBytes } from "./int4/weight_bytes.ts";
export { LINEAR_MODULES, type LinearModule } from "./linear_modules.ts";
export type { RopeScaling, Rotary } from "./rope_config.ts";
export {
  readSafetensorsHeader,
  readTensor,
  type SafetensorsDtype,
  type TensorEntry,
  type TensorSource,
  writeSafetensors,
} from "./safetensors.ts";
