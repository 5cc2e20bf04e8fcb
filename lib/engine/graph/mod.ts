/**
 * The decoder as an ONNX graph, as far as both devices share it.
 *
 * @module
 */
export { checkTexts } from "./check_texts.ts";
export { choiceScores } from "./choice_scores.ts";
export { type AttentionInputs, decoderLayers } from "./decoder_layers.ts";
export { type ComputeType, DecoderWeights } from "./decoder_weights.ts";
export { ModelBuilder } from "./graph_builder.ts";
export { type Attributes, GraphScope } from "./graph_scope.ts";
export { loraFeeds } from "./lora_feeds.ts";
export type { LoraSites } from "./lora_inputs.ts";
export { markNotFinite, NOT_FINITE, refuseNotFinite, refuseNotFiniteScores } from "./not_finite.ts";
export { DataType, type Dimension, oneNumber, tensor, valueInfo, type ValueType } from "./onnx.ts";
export { openSession } from "./session/open_session.ts";
export { openSessionThread } from "./session/session_thread.ts";
export type { SpareThread } from "./session/spare_thread.ts";
export {
  checkPrompts,
  groupByPrefix,
  longestFirst,
  type PlannedPrompt,
  type PrefixGroup,
} from "./prompt_groups.ts";
export { type RotaryTables, rotaryTables } from "./rotary_tables.ts";
export { type Feeds, flag, floats, int32, int64 } from "./tensors.ts";
export { writeGraph } from "./write_graph.ts";
export { defaultContextLength } from "./context_length.ts";
