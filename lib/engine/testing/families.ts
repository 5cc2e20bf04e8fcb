/** The families of `testdata/tiny_checkpoints.py`, by the names of their folders. */
export const FAMILIES: readonly string[] = [
  "llama",
  "llama_tied_biased",
  "llama3",
  "mistral_window",
  "mistral",
  "qwen2_tied",
  "qwen2_window",
  "qwen3",
  "smollm3",
  "smollm3_window",
  "gemma3",
];
