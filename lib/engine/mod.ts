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
 * import { loadTokenizer, openCheckpoint, openCpuEngine } from "./mod.ts";
 *
 * const dir = "models/smollm2-135m-instruct";
 * const tokenizer = await loadTokenizer(dir);
 * const prompts = [tokenizer.encodePlain("The capital of France", " is")];
 *
 * await using engine = await openCpuEngine(await openCheckpoint(dir));
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
export {
  absentAdapterHash,
  adaptedLayers,
  type Adapter,
  changesNothing,
  checkAdapterFiles,
  type Checkpoint,
  type DecoderConfig,
  INT4_SCHEME,
  type Int4Event,
  type Int4Options,
  type Int4Reason,
  type Int4Weight,
  type LayerAttention,
  type LayerFormula,
  LINEAR_MODULES,
  type LinearModule,
  loadAdapter,
  type LoraFactors,
  loraSites,
  type LoraTerm,
  openCheckpoint,
  openInt4Checkpoint,
  readTensor,
  type RopeScaling,
  type Rotary,
  type SafetensorsDtype,
  type StoredTensor,
  type TensorEntry,
  type TensorSource,
  weightBytes,
  writeSafetensors,
} from "./checkpoint/mod.ts";
export { CpuEngine, type CpuEngineOptions, openCpuEngine } from "./cpu/mod.ts";
export {
  type BundleCost,
  type BundleShape,
  CudaEngine,
  type CudaEngineOptions,
  type Decoding,
  type HalfType,
  type MemoryPlan,
  openCudaEngine,
  type PlanEvent,
  type RunEvent,
  type RunLimits,
  seesSeveralGpus,
  spareCudaThread,
  type SpareThread,
  storedHalfType,
  visibleGpus,
} from "./cuda/mod.ts";
export type {
  ChoiceScores,
  Completion,
  Engine,
  EngineCallOptions,
  FinishReason,
  GenerateOptions,
  Prompt,
  TextScores,
  Variant,
} from "./engine.ts";
export type { LoraSites } from "./graph/mod.ts";
export {
  openServerEngine,
  type RequestOptions,
  type ScoringMethod,
  type ServedModel,
  ServerClient,
  type ServerClientOptions,
  ServerEngine,
  type ServerEngineOptions,
  type ServerFacts,
  ServerRefusal,
  ServerUnreachable,
} from "./server/mod.ts";
export {
  type AuditOptions,
  auditTokens,
  type ChatMessage,
  checkTokenizerFiles,
  type Conversation,
  loadTokenizer,
  type LoadTokenizerOptions,
  type TextParts,
  threadsFor,
  type TokenAudit,
  Tokenizer,
  type TokenizerOptions,
} from "./tokenizer/mod.ts";
export { UsageError } from "../ground/mod.ts";
