/** Where a merged model goes: `evaluate` and `mmlu` ask one model, `compare` asks it beside its base. */
const GIVE_MERGED = "give that folder as --model (compare: as --against, its base as --model)";

/** What to do with an adapter that is not computed here and can be written into its base model. */
export const MERGE_IT =
  `merge it into its base model with PEFT's merge_and_unload and ${GIVE_MERGED}`;

/**
 * The same where the adapter changes the output layer or the embeddings of a base model that has one
 * matrix for both: PEFT merges it into that matrix, and so into the end that it does not change.
 */
export const UNTIE_AND_MERGE =
  "its base model has one matrix for lm_head and embed_tokens, and PEFT's merge_and_unload would " +
  "change both: before PeftModel.from_pretrained, set base.lm_head.weight = " +
  "torch.nn.Parameter(base.lm_head.weight.clone()) and base.config.tie_word_embeddings = False; " +
  `then merge, save, and ${GIVE_MERGED}`;
