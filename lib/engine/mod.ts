/**
 * Inference: greedy completions and log-probabilities of choices, for a
 * checkpoint in Hugging Face's layout, with or without a LoRA adapter.
 *
 * A prompt is two lists of token ids, `{ prefix, suffix }`: prompts with an
 * equal prefix share its computation. The weights stay where they lie; what is
 * written is an ONNX graph over them, and an adapter is an input of that graph,
 * so that the base model, the tuned one and every scale between are one session
 * with other inputs.
 *
 * @example Complete a prompt and score two letters
 * ```ts ignore
 * import { loadTokenizer, openCheckpoint, openOnnxEngine } from "./mod.ts";
 *
 * const dir = "models/smollm2-135m-instruct";
 * const tokenizer = await loadTokenizer(dir);
 * const prompts = [tokenizer.encodePlain("The capital of France", " is")];
 *
 * await using engine = await openOnnxEngine(await openCheckpoint(dir));
 * for await (const { tokens } of engine.generate(prompts, { maxNewTokens: 8 })) {
 *   tokenizer.decode(tokens); // " Paris. ..."
 * }
 * const letters = [" A", " B"].map((letter) => tokenizer.encode(letter)[0]!);
 * for await (const { logProbs } of engine.choiceLogProbs(prompts, letters)) {
 *   logProbs[0]!; // nats
 * }
 * ```
 *
 * @module
 */
export { type Adapter, loadAdapter, type LoraFactors, loraSites } from "./adapter.ts";
export { auditTokens, type TokenAudit } from "./audit_tokens.ts";
export { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
export { convertGguf } from "./convert_gguf.ts";
export {
  CudaEngine,
  type CudaEngineOptions,
  openCudaEngine,
  type PlanEvent,
} from "./cuda/cuda_engine.ts";
export {
  type DecoderConfig,
  type LayerAttention,
  LINEAR_MODULES,
  type LinearModule,
  type RopeScaling,
} from "./decoder_config.ts";
export { OnnxEngine, type OnnxEngineOptions, openOnnxEngine } from "./onnx_engine.ts";
export type { LoraTerm } from "./adapter.ts";
export type { LoraSites } from "./lora_feeds.ts";
export {
  readSafetensorsHeader,
  readTensor,
  type SafetensorsDtype,
  type TensorEntry,
  type TensorSource,
  writeSafetensors,
} from "./safetensors.ts";
export {
  type Conversation,
  loadTokenizer,
  type Message,
  Tokenizer,
  type TokenizerOptions,
} from "./tokenizer.ts";
export type {
  ChoiceScores,
  Completion,
  Engine,
  EngineCallOptions,
  FinishReason,
  GenerateOptions,
  Prompt,
  Variant,
} from "./types.ts";
